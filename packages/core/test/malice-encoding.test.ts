// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import { isFaultyEventKind, isRefusedEventKind, maliceKinds } from '../src/base/malice-kinds.ts'
import { maliceText } from '../src/wire/malice.ts'
import type { MaliceKind } from '../src/base/malice-kinds.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reader } from '../src/base/encoding.ts'
import { Event } from '../src/wire/event.ts'
import { limits } from '../src/base/limits.ts'
import type { Malice } from '../src/wire/malice.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { decodeObservation, encodeObservation, observationHash, unprovable } from '../src/wire/observation.ts'
import type { Observation } from '../src/wire/observation.ts'
import { codeOf, thrownBy } from './support/network.ts'
import { initialEvent, voteEvent } from './support/vote-event.ts'

const bob = mockIdentity.publicId('Bob')
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const bytes = fc.uint8Array({ maxLength: 60 })

function arbitraryOf(kind: MaliceKind): fc.Arbitrary<Malice> {
  if (isFaultyEventKind(kind)) return fc.record({ kind: fc.constant(kind), eventHash: hash })
  if (isRefusedEventKind(kind)) return fc.record({ kind: fc.constant(kind), eventBytes: bytes })
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

function accuse(malice: Malice): Observation<string> {
  return { kind: 'Accusation', offender: bob, malice }
}

function encoded(malice: Malice): Uint8Array {
  return encodeObservation(accuse(malice), stringCodec)
}

function decoded(from: Uint8Array): Observation<string> {
  const reader = new Reader(from)
  const observation = decodeObservation(reader, stringCodec, mockIdentity)
  reader.end()
  return observation
}

const refusals = ['MalformedEncoding', 'LimitExceeded', 'MalformedPayload', 'InvalidPublicId', 'InvalidObservation']

describe.each(maliceKinds)('%s', (kind) => {
  const malices = arbitraryOf(kind)

  test('comes back as it was', () => {
    fc.assert(
      fc.property(malices, (malice) => {
        expect(decoded(encoded(malice))).toEqual(accuse(malice))
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
        let again: Observation<string> | undefined
        const code = codeOf(() => {
          again = decoded(changed)
        })
        if (code !== undefined) expect(refusals).toContain(code)
        else expect(again && encodeObservation(again, stringCodec)).toEqual(changed)
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
        expect(encoded(malice)[4 + bob.bytes.length]).toBe(maliceKinds.indexOf(kind))
        expect(maliceText(malice)).toContain(`${kind}(`)
      }),
      { numRuns: 5 },
    )
  })
})

describe('limits', () => {
  const refused = (call: () => unknown): unknown => thrownBy(call).detail
  const large = (length: number): Malice => ({ kind: 'InvalidRequest', eventBytes: new Uint8Array(length) })

  test('of the event that an accusation carries', () => {
    expect(codeOf(() => decoded(encoded(large(limits.accusedEventBytes))))).toBeUndefined()
    const expected = { code: 'LimitExceeded', what: 'accused event', limit: limits.accusedEventBytes }
    expect(refused(() => encoded(large(limits.accusedEventBytes + 1)))).toMatchObject(expected)
    const claimed = encoded(large(0))
    new DataView(claimed.buffer, claimed.byteOffset).setUint32(claimed.length - 8, limits.accusedEventBytes + 1, true)
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

  test('a kind that is none', () => {
    const wrong = encoded({ kind: 'Unprovable', reason: '' })
    wrong[4 + bob.bytes.length] = maliceKinds.length
    expect(refused(() => decoded(wrong))).toMatchObject({ code: 'MalformedEncoding' })
  })
})

describe('what is unprovable', () => {
  const alice = mockIdentity.secretId('Alice')
  const reasons = fc.string({ unit: 'grapheme', maxLength: 30 })

  test('has the hash and the vote signature of its offender, whatever the reason', () => {
    fc.assert(
      fc.property(reasons, reasons, (a, b) => {
        const [left, right] = [unprovable(bob, a), unprovable(bob, b)]
        expect(observationHash(left, stringCodec)).toEqual(observationHash(right, stringCodec))
        const events = [left, right].map((observation) => voteEvent(alice, initialEvent(alice), observation))
        const [first, second] = events.map((event) =>
          Event.decode(new Reader(event.bytes), { codec: stringCodec, identities: mockIdentity }),
        )
        if (first?.cause.kind !== 'Observation' || second?.cause.kind !== 'Observation') throw new Error('two votes')
        expect(first.cause.vote.signature).toEqual(second.cause.vote.signature)
        first.verify()
        second.verify()
        expect(first.observationHash).toEqual(second.observationHash)
        // The reason is in the event all the same.
        expect(first.id === second.id).toBe(a === b)
      }),
    )
  })

  test('no other kind leaves anything out', () => {
    for (const kind of maliceKinds.filter((other) => other !== 'Unprovable')) {
      fc.assert(
        fc.property(arbitraryOf(kind), arbitraryOf(kind), (a, b) => {
          const same = maliceText(a, 'whole') === maliceText(b, 'whole')
          const hashes = [a, b].map((malice) => observationHash(accuse(malice), stringCodec).join())
          expect(hashes[0] === hashes[1]).toBe(same)
        }),
      )
    }
    expect(observationHash(unprovable(bob, ''), stringCodec)).not.toEqual(
      observationHash(unprovable(alice.publicId, ''), stringCodec),
    )
  })
})
