// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { bytesCodec, stringCodec } from '../src/wire/format.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Block } from '../src/wire/block.ts'
import { ed25519Identity } from '../src/crypto/identities/ed25519.ts'
import { Reader, Writer } from '../src/base/encoding.ts'
import { Event } from '../src/wire/event.ts'
import type { EventFormat } from '../src/wire/event.ts'
import { signedBytes } from '../src/wire/signing.ts'
import type { IdentityScheme } from '../src/crypto/identity.ts'
import { limits } from '../src/base/limits.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { add, encodeObservation, observationHash, opaque } from '../src/wire/observation.ts'
import { Parsec } from '../src/parsec.ts'
import { Network, codeOf, secretIdOf, thrownBy } from './support/network.ts'

const schemes: [string, IdentityScheme][] = [
  ['mock', mockIdentity],
  ['ed25519', ed25519Identity],
]
/** All that a decoder may throw. */
const refusals = ['MalformedEncoding', 'LimitExceeded', 'MalformedPayload', 'InvalidPublicId']

/** A change to some bytes: of one byte, a cut, an insertion, a piece copied elsewhere. */
const mutations = fc.array(
  fc.record({
    kind: fc.constantFrom('set', 'cut', 'insert', 'copy'),
    at: fc.nat(),
    from: fc.nat(),
    // Many of them what a length or a variant may be.
    value: fc.oneof(fc.nat({ max: 8 }), fc.nat({ max: 255 })),
    length: fc.nat({ max: 80 }),
  }),
  { minLength: 1, maxLength: 3 },
)
type Mutations = typeof mutations extends fc.Arbitrary<infer T> ? T : never

function mutated(bytes: Uint8Array, changes: Mutations): Uint8Array {
  let list = [...bytes]
  for (const { kind, at, from, value, length } of changes) {
    const place = at % (list.length + 1)
    if (kind === 'set') list[place] = value
    else if (kind === 'cut') list.splice(place, length)
    else if (kind === 'insert') list.splice(place, 0, value)
    else
      list = [...list.slice(0, place), ...list.slice(from % (list.length + 1)).slice(0, length), ...list.slice(place)]
  }
  return Uint8Array.from(list)
}

describe.each(schemes)('decoding with %s identities', (_, identities) => {
  const format: EventFormat<string> = { codec: stringCodec, identities }
  const network = new Network(['Alice', 'Bob'], 'supermajority', identities)
  network.peer('Alice').voteFor(opaque('payload'))
  network.peer('Bob').voteFor(opaque('payload'))
  network.peer('Alice').voteFor(add(network.id('Carol'), Uint8Array.of(1, 2, 3)))
  network.gossip('Bob', 'Alice')
  const message = network.peer('Alice').createGossip(network.id('Bob'))
  const voteBytes = signedBytes('vote', encodeObservation(opaque('payload'), stringCodec))
  const proofs = ['Alice', 'Bob'].map((name) => ({
    voter: network.id(name),
    signature: network.secretId(name).sign(voteBytes),
  }))
  const block = new Block<string>(7, opaque('payload'), proofs, 'supermajority')

  const decodeEvent = (bytes: Uint8Array): Uint8Array => {
    const reader = new Reader(bytes)
    const event = Event.decode(reader, format)
    reader.end()
    return event.bytes
  }
  const decoders: [string, Uint8Array, (bytes: Uint8Array) => Uint8Array][] = [
    ['Message', message.toBytes(), (bytes) => Message.decode(bytes, format).toBytes()],
    [
      'Block',
      block.toBytes({ codec: stringCodec }),
      (bytes) => Block.decode(bytes, { ...format, index: 7 }).toBytes({ codec: stringCodec }),
    ],
    [
      'Event',
      message.events.find((event) => event.cause.kind === 'Observation')?.bytes ?? new Uint8Array(),
      decodeEvent,
    ],
  ]

  describe.each(decoders)('%s', (__, valid, again) => {
    test('gives the same bytes back', () => {
      expect(valid.length).toBeGreaterThan(100)
      expect(again(valid)).toEqual(valid)
    })

    test('random bytes are refused with a typed error, or are the one encoding of something', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          const code = codeOf(() => {
            expect(again(bytes)).toEqual(bytes)
          })
          expect([undefined, ...refusals]).toContain(code)
        }),
        { numRuns: 300 },
      )
    })

    test('so are mutations of what is valid', () => {
      let refused = 0
      let accepted = 0
      fc.assert(
        fc.property(mutations, (changes) => {
          const bytes = mutated(valid, changes)
          const code = codeOf(() => {
            expect(again(bytes)).toEqual(bytes)
            accepted++
          })
          if (code !== undefined) refused++
          expect([undefined, ...refusals]).toContain(code)
        }),
        { numRuns: 1500 },
      )
      expect(Math.min(refused, accepted)).toBeGreaterThan(0)
    })

    test('trailing bytes and cuts are refused', () => {
      expect(codeOf(() => again(Uint8Array.of(...valid, 0)))).toBe('MalformedEncoding')
      for (let length = 0; length < valid.length; length++) {
        expect(refusals).toContain(codeOf(() => again(valid.subarray(0, length))))
      }
    })
  })
})

describe('what an announced size costs', () => {
  /** Identities and a codec that count what they are asked to read. */
  function counting(): { format: EventFormat<string>; counts: { ids: number; payloadBytes: number } } {
    const counts = { ids: 0, payloadBytes: 0 }
    const identities: IdentityScheme = {
      ...mockIdentity,
      decodePublicId(reader) {
        counts.ids++
        return mockIdentity.decodePublicId(reader)
      },
    }
    const decode = (bytes: Uint8Array): string => {
      counts.payloadBytes += bytes.length
      return stringCodec.decode(bytes)
    }
    return { format: { codec: { ...stringCodec, decode }, identities }, counts }
  }

  test.each([2 ** 40, 2 ** 52, limits.messageEvents + 1])('%i events in 40 bytes are refused unread', (events) => {
    const { format, counts } = counting()
    const bytes = new Writer().u32(0).u32(0).length(events).fixed(new Uint8Array(24)).finish()
    expect(bytes).toHaveLength(40)
    expect(thrownBy(() => Message.decode(bytes, format)).detail).toEqual({
      code: 'LimitExceeded',
      what: 'message events',
      limit: limits.messageEvents,
      actual: events,
    })
    expect(counts.ids).toBe(0)
  })

  test('within the limit, what is missing ends it', () => {
    const { format, counts } = counting()
    const bytes = new Writer().u32(0).u32(0).length(limits.messageEvents).u32(20).fixed(new Uint8Array(20)).finish()
    expect(codeOf(() => Message.decode(bytes, format))).toBe('MalformedEncoding')
    expect(counts.ids).toBe(1)
  })

  test.each(['name', 'payload', 'group', 'relatedInfo'])('a huge %s is refused', (what) => {
    const alice = mockIdentity.publicId('Alice').bytes
    const writer = new Writer()
    if (what !== 'name') writer.fixed(alice).u32(3).fixed(new Uint8Array(32))
    if (what === 'payload') writer.u32(4)
    if (what === 'group') writer.u32(0)
    if (what === 'relatedInfo') writer.u32(1).fixed(alice)
    const event = writer.length(2 ** 45).finish()
    const message = new Writer().u32(0).u32(0).length(1).u32(event.length).fixed(event).finish()
    const detail = thrownBy(() => Message.decode(message, counting().format)).detail
    expect(detail).toMatchObject({ code: 'LimitExceeded', what, actual: 2 ** 45 })
  })

  test('work is linear in the input: each byte is read for at most one id and one payload', () => {
    const network = new Network(['Alice', 'Bob'])
    network.peer('Alice').voteFor(opaque('a payload that is not so short'))
    const valid = network.peer('Alice').createGossip(network.id('Bob')).toBytes()
    const shortestId = mockIdentity.publicId('').bytes.length
    fc.assert(
      fc.property(mutations, (changes) => {
        const bytes = mutated(valid, changes)
        const { format, counts } = counting()
        codeOf(() => Message.decode(bytes, format))
        // One more than fits: the one that is cut off.
        expect(counts.ids).toBeLessThanOrEqual(bytes.length / shortestId + 1)
        expect(counts.payloadBytes).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 500 },
    )
  })
})

test('a message does not change with the buffer that it came in', () => {
  const options = { codec: bytesCodec, identities: mockIdentity }
  const [us, bob] = [mockIdentity.secretId('Alice'), mockIdentity.publicId('Bob')]
  const alice = Parsec.fromGenesis(us, { ...options, founders: [us.publicId, bob] })
  alice.voteFor(opaque(Uint8Array.of(1, 2, 3)))
  alice.voteFor(add(mockIdentity.publicId('Carol'), Uint8Array.of(4, 5)))
  const bytes = alice.createGossip(bob).toBytes()
  const before = bytes.slice()
  const message = Message.decode(bytes, options)
  bytes.fill(0)
  expect(message.toBytes()).toEqual(before)
  message.verify()
  for (const { cause, observationHash: hash } of message.events) {
    if (cause.kind === 'Observation') expect(observationHash(cause.vote.observation, bytesCodec)).toEqual(hash)
  }
})

test('verifying a message verifies each of its events', () => {
  const network = new Network(['Alice', 'Bob'], 'supermajority', ed25519Identity)
  const bytes = network.peer('Alice').createGossip(network.id('Bob')).toBytes()
  bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1
  const message = network.peer('Bob').decodeMessage(bytes)
  expect(
    codeOf(() => {
      message.verify()
    }),
  ).toBe('SignatureFailure')
})

describe('a block is checked from public data', () => {
  const voters = ['Alice', 'Bob', 'Carol', 'Dave'].map((name) => secretIdOf(ed25519Identity, name))
  const ids = voters.map(({ publicId }) => publicId)
  const observation = opaque('payload')
  const message = signedBytes('vote', encodeObservation(observation, stringCodec))
  const proofs = voters.map((voter) => ({ voter: voter.publicId, signature: voter.sign(message) }))
  const [first, second, third] = proofs
  if (first === undefined || second === undefined || third === undefined) throw new Error('proofs')
  const reasonOf = (block: Block<string>, mode: 'supermajority' | 'single' = 'supermajority'): string | undefined => {
    try {
      block.verify(ids, { codec: stringCodec, mode })
      return undefined
    } catch {
      const { detail } = thrownBy(() => {
        block.verify(ids, { codec: stringCodec, mode })
      })
      return detail.code === 'InvalidBlock' ? detail.reason : detail.code
    }
  }

  test('three of four voters are enough, two are not', () => {
    expect(reasonOf(new Block(0, observation, [third, first, second], 'supermajority'))).toBeUndefined()
    expect(reasonOf(new Block(0, observation, proofs, 'supermajority'))).toBeUndefined()
    expect(reasonOf(new Block(0, observation, [first, second], 'supermajority'))).toBe('2 votes of 4 voters')
    expect(reasonOf(new Block(0, observation, [], 'supermajority'))).toBe('0 votes of 4 voters')
  })

  test('enough is more than two thirds, for any number of voters', () => {
    for (let n = 1; n <= 10; n++) {
      const many = Array.from({ length: n }, (_, i) => mockIdentity.secretId(`Voter ${String(i)}`))
      for (let count = 0; count <= n; count++) {
        const votes = many.slice(0, count).map((us) => ({ voter: us.publicId, signature: us.sign(message) }))
        const code = codeOf(() => {
          new Block(0, observation, votes, 'supermajority').verify(
            many.map(({ publicId }) => publicId),
            { codec: stringCodec },
          )
        })
        expect(code, `${String(count)} of ${String(n)}`).toBe(count / n > 2 / 3 ? undefined : 'InvalidBlock')
      }
    }
  })

  test('in single mode one is, for a payload but not for membership', () => {
    expect(reasonOf(new Block(0, observation, [first], 'supermajority'), 'single')).toBeUndefined()
    expect(reasonOf(new Block(0, observation, [], 'supermajority'), 'single')).toBe('0 votes of 4 voters')
    const joins = add(secretIdOf(ed25519Identity, 'Eve').publicId)
    const signature = voters[0]?.sign(signedBytes('vote', encodeObservation(joins, stringCodec))) ?? new Uint8Array()
    expect(reasonOf(new Block(0, joins, [{ voter: first.voter, signature }], 'supermajority'), 'single')).toBe(
      '1 votes of 4 voters',
    )
  })

  test('a voter counts once, and only a voter', () => {
    expect(reasonOf(new Block(0, observation, [first, second, first], 'supermajority'))).toBe(
      `two proofs of ${first.voter.name}`,
    )
    const eve = secretIdOf(ed25519Identity, 'Eve')
    const proof = { voter: eve.publicId, signature: eve.sign(message) }
    expect(reasonOf(new Block(0, observation, [...proofs, proof], 'supermajority'))).toBe('Eve is not a voter')
  })

  test('a signature of the same bytes for anything but a vote is none', () => {
    const encoding = encodeObservation(observation, stringCodec)
    for (const signed of [encoding, signedBytes('event', encoding)]) {
      const others = voters.map((voter) => ({ voter: voter.publicId, signature: voter.sign(signed) }))
      expect(reasonOf(new Block(0, observation, others, 'supermajority'))).toMatch(/^signature of /)
    }
  })

  test('another payload, another signature or any flipped bit fails', () => {
    expect(reasonOf(new Block(0, opaque('payloae'), proofs, 'supermajority'))).toMatch(/^signature of /)
    const swapped = [first, { voter: second.voter, signature: third.signature }, third]
    expect(reasonOf(new Block(0, observation, swapped, 'supermajority'))).toBe(`signature of ${second.voter.name}`)
    const bytes = new Block(0, observation, proofs, 'supermajority').toBytes({ codec: stringCodec })
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const tampered = bytes.slice()
        tampered[at] = (tampered[at] ?? 0) ^ (1 << bit)
        const code = codeOf(() => {
          Block.decode(tampered, { codec: stringCodec, identities: ed25519Identity, index: 0 }).verify(ids, {
            codec: stringCodec,
          })
        })
        expect(['InvalidBlock', ...refusals]).toContain(code)
      }),
    )
  })
})
