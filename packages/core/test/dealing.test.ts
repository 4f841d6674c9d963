// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyThreshold } from '../src/dealing.ts'
import { ed25519Identity } from '../src/ed25519-identity.ts'
import { utf8Bytes } from '../src/encoding.ts'
import { blsKeys, mockKeys } from '../src/keys.ts'
import { generateKeys, participantsOf, seededRandom } from './support/keys.ts'
import { seedOf } from './support/network.ts'

const message = utf8Bytes('message')
const ed25519 = (name: string) => ed25519Identity.secretIdFromSeed(seedOf(name), name)

describe.each([
  ['mock', mockKeys, participantsOf, 200],
  ['bls', blsKeys, (count: number) => participantsOf(count, ed25519), 1],
] as const)('key generation (%s)', (_, scheme, participants, numRuns) => {
  test('all correct: every share signs, and any threshold + 1 of them make the one signature', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: scheme === blsKeys ? 4 : 13 }), fc.nat(), (count, seed) => {
        const { publicKeySet, shares, complaints } = generateKeys(scheme, participants(count), seededRandom(seed))
        expect(complaints).toEqual([])
        expect(publicKeySet?.threshold).toBe(keyThreshold(count))
        const signed = shares.map((share, i) => [i, share?.sign(message, 'test') ?? new Uint8Array()] as const)
        for (const [i, bytes] of signed) {
          expect(publicKeySet?.verifyShare(i, message, 'test', bytes)).toBe(true)
          expect(publicKeySet?.publicKeyShare(i)).toEqual(shares[i]?.publicKeyShare)
        }
        const one = publicKeySet?.combine(new Map(signed)) ?? new Uint8Array()
        const other = publicKeySet?.combine(new Map(signed.toReversed()))
        expect(other).toEqual(one)
        expect(publicKeySet?.verify(message, 'test', one)).toBe(true)
        expect(publicKeySet?.verify(message, 'other', one)).toBe(false)
      }),
      { numRuns },
    )
  })
})
