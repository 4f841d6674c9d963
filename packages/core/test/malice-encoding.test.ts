// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import {
  chargeOf,
  charges,
  isFaultyEventKind,
  isRefusedEventKind,
  maliceKinds,
  refusedEventKinds,
} from '../src/base/malice-kinds.ts'
import { encodeGrounds, maliceText, readGrounds } from '../src/wire/malice.ts'
import type { MaliceKind } from '../src/base/malice-kinds.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reader } from '../src/base/encoding.ts'
import { Event } from '../src/wire/event.ts'
import { SignedHeader } from '../src/wire/event-header.ts'
import { limits } from '../src/base/limits.ts'
import type { Malice } from '../src/wire/malice.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import {
  accusationOf,
  decodeObservation,
  encodeObservation,
  genesis,
  observationHash,
  opaque,
} from '../src/wire/observation.ts'
import type { Observation } from '../src/wire/observation.ts'
import { codeOf, thrownBy } from './support/network.ts'
import { accusingEvent, initialEvent, voteEvent } from './support/vote-event.ts'

const bob = mockIdentity.publicId('Bob')
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const bytes = fc.uint8Array({ maxLength: 60 })

function arbitraryOf(kind: MaliceKind): fc.Arbitrary<Malice> {
  if (isFaultyEventKind(kind)) return fc.record({ kind: fc.constant(kind), eventHash: hash })
  if (isRefusedEventKind(kind)) return fc.record({ kind: fc.constant(kind), signedHeader: bytes })
  switch (kind) {
    case 'DuplicateVote':
      return fc.record({ kind: fc.constant(kind), firstHash: hash, secondHash: hash })
    case 'Fork':
      return fc.record({ kind: fc.constant(kind), selfParentHash: hash })
    case 'Accomplice':
      return fc.record({ kind: fc.constant(kind), eventHash: hash, accusationHash: hash })
    case 'WrongCoinShare':
      return fc.record({ kind: fc.constant(kind), eventHash: hash, place: fc.nat() })
    case 'Unprovable':
      return fc.record({ kind: fc.constant(kind), reason: fc.string({ unit: 'grapheme', maxLength: 30 }) })
  }
}

/** An accusation, and its grounds as an event has them beside it. */
function encoded(malice: Malice): Uint8Array {
  const accusation = encodeObservation(accusationOf(bob, malice), stringCodec)
  return Uint8Array.from([...accusation, ...encodeGrounds(malice)])
}

function decoded(from: Uint8Array): { accusation: Observation<string>; grounds: Malice } {
  const reader = new Reader(from)
  const accusation = decodeObservation(reader, stringCodec, mockIdentity)
  if (accusation.kind !== 'Accusation') throw reader.malformed('an accusation')
  const grounds = readGrounds(reader, accusation.charge)
  reader.end()
  return { accusation, grounds }
}

const refusals = ['MalformedEncoding', 'LimitExceeded', 'MalformedPayload', 'InvalidPublicId', 'InvalidObservation']

describe.each(maliceKinds)('%s', (kind) => {
  const malices = arbitraryOf(kind)

  test('comes back as it was', () => {
    fc.assert(
      fc.property(malices, (malice) => {
        expect(decoded(encoded(malice))).toEqual({ accusation: accusationOf(bob, malice), grounds: malice })
      }),
    )
  })

  test('bytes cut, prolonged or changed are refused, or the one encoding of something else', () => {
    const changes = fc.record({
      place: fc.nat(),
      bit: fc.nat({ max: 7 }),
      cut: fc.nat({ max: 3 }),
      more: fc.nat({ max: 2 }),
    })
    fc.assert(
      fc.property(malices, changes, (malice, { place, bit, cut, more }) => {
        const whole = encoded(malice)
        const changed = new Uint8Array(whole.length - cut + more)
        changed.set(whole.subarray(0, whole.length - cut))
        const at = place % changed.length
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        let again: Uint8Array | undefined
        const code = codeOf(() => {
          const { accusation, grounds } = decoded(changed)
          again = Uint8Array.from([...encodeObservation(accusation, stringCodec), ...encodeGrounds(grounds)])
        })
        if (code !== undefined) expect(refusals).toContain(code)
        else expect(again).toEqual(changed)
      }),
      { numRuns: 300 },
    )
  })

  test('and nothing else behind its variant: typed errors only', () => {
    const start = 4 + bob.bytes.length + 4
    fc.assert(
      fc.property(malices, fc.uint8Array({ maxLength: 80 }), (malice, rest) => {
        const code = codeOf(() => decoded(Uint8Array.from([...encoded(malice).subarray(0, start), ...rest])))
        if (code !== undefined) expect(refusals).toContain(code)
      }),
    )
  })

  test('has its place in the encoding', () => {
    fc.assert(
      fc.property(malices, (malice) => {
        expect(encoded(malice)[4 + bob.bytes.length]).toBe(charges.indexOf(chargeOf(kind)))
        expect(maliceText(malice)).toContain(`${kind}(`)
      }),
      { numRuns: 5 },
    )
  })
})

describe('limits', () => {
  const refused = (call: () => unknown): unknown => thrownBy(call).detail
  const large = (length: number): Malice => ({ kind: 'InvalidRequest', signedHeader: new Uint8Array(length) })

  test('of the header that an accusation carries', () => {
    expect(codeOf(() => decoded(encoded(large(limits.accusedHeaderBytes))))).toBeUndefined()
    const expected = { code: 'LimitExceeded', what: 'accused header', limit: limits.accusedHeaderBytes }
    expect(refused(() => encoded(large(limits.accusedHeaderBytes + 1)))).toMatchObject(expected)
    const claimed = encoded(large(0))
    new DataView(claimed.buffer, claimed.byteOffset).setUint32(claimed.length - 8, limits.accusedHeaderBytes + 1, true)
    expect(refused(() => decoded(claimed))).toMatchObject(expected)
  })

  test('of the reason', () => {
    const reason = 'x'.repeat(limits.reasonBytes)
    expect(codeOf(() => decoded(encoded({ kind: 'Unprovable', reason })))).toBeUndefined()
    const expected = { code: 'LimitExceeded', what: 'reason', limit: limits.reasonBytes }
    expect(refused(() => encoded({ kind: 'Unprovable', reason: `${reason}x` }))).toMatchObject(expected)
    const claimed = encoded({ kind: 'Unprovable', reason: '' })
    new DataView(claimed.buffer, claimed.byteOffset).setUint32(claimed.length - 8, limits.reasonBytes + 1, true)
    expect(refused(() => decoded(claimed))).toMatchObject(expected)
  })

  test('a charge, or a reason to refuse an event, that is none', () => {
    const wrong = encoded({ kind: 'Unprovable', reason: '' })
    wrong[4 + bob.bytes.length] = charges.length
    expect(refused(() => decoded(wrong))).toMatchObject({ code: 'MalformedEncoding' })
    const unknown = encoded(large(0))
    unknown[4 + bob.bytes.length + 4] = refusedEventKinds.length
    expect(refused(() => decoded(unknown))).toMatchObject({ code: 'MalformedEncoding' })
  })
})

describe('an accusation', () => {
  const alice = mockIdentity.secretId('Alice')
  const anyMalice = fc.oneof(...maliceKinds.map(arbitraryOf))

  test('has the hash and the vote signature of its offender and charge, whatever the grounds', () => {
    const pairs = anyMalice.chain((malice) => {
      const same = maliceKinds.filter((kind) => chargeOf(kind) === chargeOf(malice.kind))
      return fc.tuple(fc.constant(malice), fc.oneof(...same.map(arbitraryOf)))
    })
    fc.assert(
      fc.property(pairs, (malices) => {
        const [first, second] = malices.map((malice) => {
          const { bytes } = accusingEvent(alice, initialEvent(alice), bob, malice)
          const event = Event.decode(new Reader(bytes), { codec: stringCodec, identities: mockIdentity })
          event.verify()
          if (event.cause.kind !== 'Observation') throw new Error('a vote')
          expect(event.cause.vote.grounds).toEqual(malice)
          return { event, vote: event.cause.vote }
        })
        expect(first?.vote.observation).toEqual(second?.vote.observation)
        expect(first?.vote.signature).toEqual(second?.vote.signature)
        expect(first?.event.observationHash).toEqual(second?.event.observationHash)
        // The grounds are signed with the event all the same.
        const [a, b] = malices.map((malice) => maliceText(malice, 'whole'))
        expect(first?.event.id === second?.event.id).toBe(a === b)
      }),
    )
  })

  test('of somebody else, or of another charge, has another hash', () => {
    const hashes = [bob, alice.publicId].flatMap((offender) =>
      charges.map((charge) => observationHash({ kind: 'Accusation', offender, charge }, stringCodec).join()),
    )
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('has at most 2 KiB besides the ids, whatever it is of', () => {
    const text = 'x'.repeat(limits.nameBytes)
    const us = mockIdentity.secretId(text)
    const other = mockIdentity.publicId(text.replace('x', 'y'))
    const selfParent = new Uint8Array(32)
    const shares = [{ round: 1, subject: 0, share: new Uint8Array(limits.signatureShareBytes) }]
    const coins = { election: 0, attempt: 1 as const, shares }
    const events = [
      voteEvent(us, initialEvent(us), opaque('x'.repeat(limits.payloadBytes))),
      voteEvent(us, initialEvent(us), genesis([us.publicId, other], new Uint8Array(limits.relatedInfoBytes))),
      Event.create(us, { kind: 'Requesting', selfParent, recipient: other }, stringCodec),
      Event.create(us, { kind: 'Conclusion', selfParent, otherParent: selfParent }, stringCodec),
      Event.create(us, { kind: 'CoinShares', selfParent, coins }, stringCodec),
      initialEvent(us),
    ]
    for (const event of events) {
      const signedHeader = event.signedHeader()
      const accusing = accusingEvent(us, events[0] ?? event, us.publicId, { kind: 'InvalidRequest', signedHeader })
      expect(accusing.bytes.length).toBeLessThan(2048 + 2 * us.publicId.bytes.length)
      const header = new SignedHeader(signedHeader, mockIdentity)
      header.verify()
      expect(header.id).toBe(event.id)
      expect(header.creator.equals(us.publicId)).toBe(true)
      expect(header.cause.kind).toBe(event.cause.kind)
      expect(header.parents).toEqual(event.parents)
      expect(header.genesisHash?.join()).toBe(event.genesisHash?.join())
    }
    expect(events[1]?.genesisHash).toBeDefined()
  })
})

test('of the header of an event, any flipped bit makes another one that is not signed, or none', () => {
  const alice = mockIdentity.secretId('Alice')
  const signedHeader = voteEvent(alice, initialEvent(alice), opaque('payload')).signedHeader()
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 7 }), (place, bit) => {
      const changed = signedHeader.slice()
      const at = place % changed.length
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      const code = codeOf(() => {
        new SignedHeader(changed, mockIdentity).verify()
      })
      expect(code).toBeDefined()
    }),
    { numRuns: 600 },
  )
  for (let length = 0; length < signedHeader.length; length++) {
    expect(codeOf(() => new SignedHeader(signedHeader.subarray(0, length), mockIdentity))).toBe('MalformedEncoding')
  }
})
