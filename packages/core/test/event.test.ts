// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ed25519Identity } from '../src/crypto/identities/ed25519.ts'
import { Reader } from '../src/base/encoding.ts'
import { Event } from '../src/wire/event.ts'
import type { Cause } from '../src/wire/event.ts'
import { signedBytes } from '../src/wire/signing.ts'
import type { IdentityScheme } from '../src/crypto/identity.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { add, encodeObservation, genesis, observationHash, opaque } from '../src/wire/observation.ts'
import { codeOf, secretIdOf, thrownBy } from './support/network.ts'
import { accusingEvent, initialEvent, signedVote, voteEvent } from './support/vote-event.ts'

const schemes: [string, IdentityScheme][] = [
  ['mock', mockIdentity],
  ['ed25519', ed25519Identity],
]

describe.each(schemes)('events with %s identities', (_, identities) => {
  const us = secretIdOf(identities, 'Alice')
  const bob = secretIdOf(identities, 'Bob').publicId
  const initial = initialEvent(us)
  const selfParent = initial.hash
  const create = (cause: Cause<string>): Event<string> => Event.create(us, cause, stringCodec)
  const events = [
    initial,
    create({ kind: 'Requesting', selfParent, recipient: bob }),
    create({ kind: 'Request', selfParent, otherParent: new Uint8Array(32).fill(7) }),
    create({ kind: 'Response', selfParent, otherParent: new Uint8Array(32).fill(8) }),
    voteEvent(us, initial, opaque('payload')),
    voteEvent(us, initial, add(bob, Uint8Array.of(1, 2))),
    voteEvent(us, initial, genesis([us.publicId, bob])),
    accusingEvent(us, initial, bob, { kind: 'Fork', selfParentHash: selfParent }),
    accusingEvent(us, initial, bob, { kind: 'InvalidRequest', signedHeader: initial.signedHeader() }),
    accusingEvent(us, initial, bob, { kind: 'Unprovable', reason: 'rude' }),
    create({
      kind: 'CoinShares',
      selfParent,
      coins: { election: 1, attempt: 2, shares: [{ round: 1, subject: 0, share: selfParent }] },
    }),
  ]
  const format = { codec: stringCodec, identities }
  const decoded = (bytes: Uint8Array): Event<string> => {
    const reader = new Reader(bytes)
    const event = Event.decode(reader, format)
    reader.end()
    return event
  }
  const anyEvent = fc.constantFrom(...events)

  test('come back as they were, and verify', () => {
    for (const event of events) {
      const again = decoded(event.bytes)
      expect(again.id).toBe(event.id)
      expect(Event.idOf(event.bytes, identities)).toBe(event.id)
      expect(again.bytes).toEqual(event.bytes)
      expect(again.cause.kind).toBe(event.cause.kind)
      expect(again.creator.compareTo(us.publicId)).toBe(0)
      expect(again.signature).toEqual(event.signature)
      expect(again.observationHash).toEqual(event.observationHash)
      again.verify()
      again.verify()
    }
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    expect(events[4]?.observationHash).toEqual(observationHash(opaque('payload'), stringCodec))
  })

  test('any flipped bit makes another event that does not verify, or no event', () => {
    const refusals = new Set<string>()
    fc.assert(
      fc.property(anyEvent, fc.nat(), fc.nat({ max: 7 }), (event, place, bit) => {
        const bytes = event.bytes.slice()
        const at = place % bytes.length
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
        const code = codeOf(() => {
          const changed = decoded(bytes)
          expect(Event.idOf(bytes, identities)).toBe(changed.id)
          changed.verify()
        })
        expect(code).toBeDefined()
        // What is no event has an id or a typed error.
        codeOf(() => Event.idOf(bytes, identities))
        refusals.add(code ?? '')
      }),
      { numRuns: 600 },
    )
    expect([...refusals]).toContain('SignatureFailure')
  })

  test('an event signed by somebody else fails, and says which', () => {
    const mallory = secretIdOf(identities, 'Mallory')
    const forged = Event.create({ ...mallory, publicId: us.publicId }, { kind: 'Initial' }, stringCodec)
    expect(
      thrownBy(() => {
        decoded(forged.bytes).verify()
      }).detail,
    ).toEqual({
      code: 'SignatureFailure',
      event: initial.id,
      signed: 'event',
    })
  })

  test('a vote signed by somebody else, or for something else, fails in an event that is signed well', () => {
    const mallory = secretIdOf(identities, 'Mallory')
    const observation = opaque('payload')
    for (const signature of [
      signedVote(mallory, observation).signature,
      signedVote(us, opaque('another')).signature,
      us.sign(encodeObservation(observation, stringCodec)),
      us.sign(signedBytes('event', encodeObservation(observation, stringCodec))),
    ]) {
      const event = create({ kind: 'Observation', selfParent, vote: { observation, signature } })
      expect(
        thrownBy(() => {
          decoded(event.bytes).verify()
        }).detail,
      ).toEqual({
        code: 'SignatureFailure',
        event: event.id,
        signed: 'vote',
      })
    }
  })

  test('a signature of the same bytes for anything else is none of the event', () => {
    const content = initial.bytes.subarray(0, initial.bytes.length - identities.signatureLength)
    for (const signed of [content, signedBytes('vote', content)]) {
      const bytes = initial.bytes.slice()
      bytes.set(us.sign(signed), content.length)
      expect(
        codeOf(() => {
          decoded(bytes).verify()
        }),
      ).toBe('SignatureFailure')
    }
  })

  test('another signature does not make another event', () => {
    for (const event of events) {
      const bytes = event.bytes.slice()
      bytes.set(bytes.slice(-identities.signatureLength).reverse(), bytes.length - identities.signatureLength)
      const resigned = decoded(bytes)
      expect(resigned.id).toBe(event.id)
      expect(
        codeOf(() => {
          resigned.verify()
        }),
      ).toBe('SignatureFailure')
    }
  })

  test('a failure is not remembered as a success', () => {
    const bytes = initial.bytes.slice()
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    const event = decoded(bytes)
    expect(
      codeOf(() => {
        event.verify()
      }),
    ).toBe('SignatureFailure')
    expect(
      codeOf(() => {
        event.verify()
      }),
    ).toBe('SignatureFailure')
  })

  test('every cut is refused', () => {
    for (const event of events) {
      for (let length = 0; length < event.bytes.length; length++) {
        const code = codeOf(() => decoded(event.bytes.subarray(0, length)))
        expect(code, String(length)).toMatch(/^(MalformedEncoding|MalformedPayload)$/)
      }
    }
  })
})
