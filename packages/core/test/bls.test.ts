// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { createRequire } from 'node:module'
import type * as Blst from '@chainsafe/blst'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nativeBls } from '../src/crypto/pairing/bls-native.ts'
import { nobleBls } from '../src/crypto/pairing/bls-noble.ts'
import { toHex, utf8Bytes } from '../src/base/encoding.ts'
import { GroupKeys } from '../src/crypto/shared-key/group-keys.ts'
import type { PairingGroup } from '../src/crypto/pairing/group.ts'
import { weightsAtZero } from '../src/crypto/pairing/polynomial.ts'
import { fromHex, generateKeys, groupOf, participantsOf, seededRandom } from './support/keys.ts'

const native = nativeBls(createRequire(import.meta.url)('@chainsafe/blst') as typeof Blst)
const { field } = nobleBls
const G1 = bls12_381.G1.Point
const G2 = bls12_381.G2.Point

/** What one implementation makes of the same inputs, all in bytes. */
function outputs<P, Q>(group: PairingGroup<bigint, P, Q>, scalars: readonly bigint[], x: number, message: Uint8Array) {
  const points = scalars.map((scalar) => group.commit(scalar))
  const signatures = scalars.map((scalar) => group.sign(scalar, message))
  return [
    ...points.map((point) => group.encodePoint(point)),
    group.encodePoint(group.addPoints(points)),
    group.encodePoint(group.evaluate(points, x)),
    ...points.map((point, i) => group.encodePoint(group.multiply(point, scalars.at(-1 - i) ?? 0n))),
    ...signatures.map((signature) => group.encodeSignature(signature)),
    group.encodeSignature(group.weightedSum(signatures, scalars.toReversed())),
  ].map(toHex)
}

describe('hash to the curve', () => {
  // RFC 9380 appendix J.10.1, compressed: c1 of x, then c0, with the flags on top.
  test.each([
    [
      '',
      'a5cb8437535e20ecffaef7752baddf98034139c38452458baeefab379ba13dff5bf5dd71b72418717047f5b0f37da03d' +
        '0141ebfbdca40eb85b87142e130ab689c673cf60f1a3e98d69335266f30d9b8d4ac44c1038e9dcdd5393faf5c41fb78a',
    ],
    [
      'abc',
      '939cddbccdc5e91b9623efd38c49f81a6f83f175e80b06fc374de9eb4b41dfe4ca3a230ed250fbe3a2acf73a41177fd8' +
        '02c2d18e033b960562aae3cab37a27ce00d80ccd5ba4b7fe0e7a210245129dbec7780ccc7954725f4168aff2787776e6',
    ],
    [
      'abcdef0123456789',
      '990d119345b94fbd15497bcba94ecf7db2cbfd1e1fe7da034d26cbba169fb3968288b3fafb265f9ebd380512a71c3f2c' +
        '121982811d2491fde9ba7ed31ef9ca474f0e1501297f68c298e9f4c0028add35aea8bb83d53c08cfc007c1e005723cd0',
    ],
  ])('gives the points of RFC 9380 (%s)', (message, expected) => {
    const tag = 'QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_'
    expect(toHex(bls12_381.longSignatures.hash(utf8Bytes(message), tag).toBytes(true))).toBe(expected)
  })
})

describe('blst and noble', () => {
  // The vectors of the Ethereum consensus layer, with the same ciphersuite.
  test('give a known key and signature', () => {
    const check = <P, Q>(group: PairingGroup<bigint, P, Q>): void => {
      const secret = field.decodeScalar(fromHex('263dbd792f5b1be47ed85f8938c0f29586af0d3ac7b977f21c278fe1462040e3'))
      expect(toHex(group.encodePoint(group.commit(secret ?? 0n)))).toBe(
        'a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a',
      )
      expect(toHex(group.encodeSignature(group.sign(secret ?? 0n, new Uint8Array(32))))).toBe(
        'b6ed936746e01f8ecf281f020953fbf1f01debd5657c4a383940b020b26507f6076334f91e2366c96e9ab279fb515809' +
          '0352ea1c5b0c9274504f4f0e7053af24802e51e4568d164fe986834f41e55c8e850ce1f98458c0cfc9ab380b55285a55',
      )
    }
    check(nobleBls)
    check(native)
  })

  test('give the same bytes, also for zero and for sums that vanish', () => {
    const order = bls12_381.fields.Fr.ORDER
    const scalar = fc.oneof(
      fc.constantFrom(0n, 1n, 2n, order - 1n, order - 2n),
      fc.bigInt({ min: 0n, max: order - 1n }),
    )
    fc.assert(
      fc.property(
        fc.array(scalar, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 128 }),
        fc.uint8Array({ maxLength: 40 }),
        (scalars, x, message) => {
          expect(outputs(native, scalars, x, message)).toEqual(outputs(nobleBls, scalars, x, message))
        },
      ),
      { numRuns: 6, examples: [[[1n, order - 1n], 1, new Uint8Array()]] },
    )
  })

  test('verify the same signatures', () => {
    const message = utf8Bytes('message')
    for (const secret of [0n, 1n, 12345n]) {
      for (const signer of [0n, 1n, 12345n]) {
        const verdict = <P, Q>(group: PairingGroup<bigint, P, Q>): boolean =>
          group.verify(group.commit(secret), message, group.sign(signer, message))
        const verdicts = [verdict(nobleBls), verdict(native)]
        expect(verdicts).toEqual(secret === signer && secret !== 0n ? [true, true] : [false, false])
      }
    }
  })

  test('verify all signatures of a message together, also if wrong ones make up for each other', () => {
    const message = utf8Bytes('message')
    const secrets = [3n, 7n, 12345n]
    /** The signers' secrets are off by so much. */
    const verdict = <P, Q>(group: PairingGroup<bigint, P, Q>, errors: readonly bigint[], cut = 0): boolean => {
      const signatures = secrets.map((secret, i) =>
        group.encodeSignature(group.sign(secret + (errors[i] ?? 0n), message)).subarray(cut),
      )
      const keys = secrets.map((secret) => group.commit(secret))
      return group.verifyAll(keys, message, signatures)
    }
    const verdicts = (errors: readonly bigint[], cut = 0): boolean[] => [
      verdict(nobleBls, errors, cut),
      verdict(native, errors, cut),
    ]
    expect(verdicts([])).toEqual([true, true])
    expect(verdicts([0n, 0n, 1n])).toEqual([false, false])
    expect(verdicts([1n, -1n])).toEqual([false, false])
    expect(verdicts([], 1)).toEqual([false, false])
    // The second signature is the identity.
    expect(verdicts([7n, -7n])).toEqual([false, false])
  })

  test('find the same pairings equal', () => {
    const message = utf8Bytes('message')
    const equal = <P, Q>(group: PairingGroup<bigint, P, Q>, a: bigint, b: bigint, signer: bigint): boolean =>
      group.samePairing(group.commit(a), message, group.commit(b), group.sign(signer, message))
    for (const [a, b, signer] of [
      [6n, 2n, 3n],
      [6n, 2n, 2n],
      [0n, 0n, 1n],
      [0n, 1n, 0n],
      [6n, 3n, 2n],
    ] as const) {
      const isEqual = a === b * signer && a !== 0n
      expect([equal(nobleBls, a, b, signer), equal(native, a, b, signer)]).toEqual([isEqual, isEqual])
    }
  })

  /** As both decode it: undefined for what both refuse. */
  function decodedBy(bytes: Uint8Array): string | undefined {
    const [noble, blst] =
      bytes.length > 60
        ? [nobleBls.decodeSignature(bytes)?.toBytes(true), native.decodeSignature(bytes)?.toBytes()]
        : [nobleBls.decodePoint(bytes)?.toBytes(true), native.decodePoint(bytes)?.toBytes()]
    expect(blst && toHex(blst), toHex(bytes)).toBe(noble && toHex(noble))
    return noble && toHex(noble)
  }

  test.each([
    ['G1', () => G1.BASE.multiply(77n).toBytes(true), () => G1.BASE.toBytes(false)],
    ['G2', () => G2.BASE.multiply(77n).toBytes(true), () => G2.BASE.toBytes(false)],
  ] as const)('refuse the same encodings (%s)', (_, pointBytes, uncompressedBytes) => {
    const good = pointBytes()
    const length = good.length
    const prime = bls12_381.fields.Fp.ORDER
    expect(decodedBy(good)).toBe(toHex(good))
    const withFlags = (flags: number): Uint8Array =>
      Uint8Array.from(good, (byte, i) => (i === 0 ? flags | (byte & 0x1f) : byte))
    // The flags are compressed, at infinity, and sign of y.
    for (const flags of [0x00, 0x20, 0x40, 0x60, 0xc0, 0xe0]) expect(decodedBy(withFlags(flags))).toBeUndefined()
    for (const first of [0xc0, 0xe0, 0x40, 0x80]) {
      expect(decodedBy(Uint8Array.from({ length }, (__, i) => (i === 0 ? first : 0)))).toBeUndefined()
    }
    expect(decodedBy(uncompressedBytes())).toBeUndefined()
    for (const bytes of [new Uint8Array(), good.subarray(1), Uint8Array.of(...good, 0)]) {
      expect(decodedBy(bytes)).toBeUndefined()
    }
    // Coordinates that are not reduced: x + p, where it fits beside the flags.
    let outside = 0
    for (let x = 0n; x < 30n; x++) {
      const small = fromHex(x.toString(16).padStart(2 * length, '0'))
      const large = fromHex((x + prime).toString(16).padStart(2 * length, '0'))
      for (const flags of [0x80, 0xa0]) {
        small[0] = flags
        large[length - 48] = (large[length - 48] ?? 0) | (length === 48 ? flags : 0)
        large[0] = (large[0] ?? 0) | flags
        if (decodedBy(small) === undefined) outside++
        expect(decodedBy(large)).toBeUndefined()
      }
    }
    // Of so many small x most are no point, and the others are not in the subgroup.
    expect(outside).toBeGreaterThan(50)
  })

  test('refuse points of the curve that are not in the subgroup', () => {
    const { Fp } = bls12_381.fields
    const xs = Array.from({ length: 40 }, (_, i) => BigInt(i + 4)).filter((x) => {
      try {
        return Fp.sqrt(x ** 3n + 4n) > 0n
      } catch {
        return false
      }
    })
    expect(xs.length).toBeGreaterThan(5)
    for (const x of xs) {
      const bytes = fromHex(x.toString(16).padStart(96, '0'))
      bytes[0] = 0x80
      expect(decodedBy(bytes)).toBeUndefined()
    }
  })

  test('agree about changed encodings', () => {
    const points = [G1.BASE.multiply(5n).toBytes(true), G2.BASE.multiply(5n).toBytes(true)]
    fc.assert(
      fc.property(fc.constantFrom(...points), fc.nat(), fc.nat({ max: 7 }), (bytes, place, bit) => {
        const changed = bytes.slice()
        changed[place % bytes.length] = (changed[place % bytes.length] ?? 0) ^ (1 << bit)
        const decoded = decodedBy(changed)
        if (decoded !== undefined) expect(decoded).toBe(toHex(changed))
      }),
      { numRuns: 40 },
    )
  })

  test("read each other: a key generated by one is the other's too", () => {
    const us = participantsOf(4)
    const [a, b] = [new GroupKeys('native', native), new GroupKeys('noble', nobleBls)]
    const part = a.deal(groupOf(us), 0, seededRandom(1))
    expect(b.deal(groupOf(us), 0, seededRandom(1))).toEqual(part)
    const ofA = generateKeys(a, us, seededRandom(2))
    const ofB = generateKeys(b, us, seededRandom(2))
    expect(ofB.publicKeySet?.toBytes()).toEqual(ofA.publicKeySet?.toBytes())
    expect(ofB.shares.map((share) => share?.toSecretBytes())).toEqual(ofA.shares.map((share) => share?.toSecretBytes()))
    const message = utf8Bytes('both')
    const signed = ofA.shares.map((share, i) => [i, share?.sign(message, 'test') ?? new Uint8Array()] as const)
    expect(signed.every(([i, share]) => ofB.publicKeySet?.verifyShare(i, message, 'test', share))).toBe(true)
    const one = ofB.publicKeySet?.combine(new Map(signed.slice(0, 2))) ?? new Uint8Array()
    expect(ofA.publicKeySet?.combine(new Map(signed.slice(2)))).toEqual(one)
    expect(ofA.publicKeySet?.verify(message, 'test', one)).toBe(true)
    const [ciphertext = message, again] = [ofA, ofB].map((it) =>
      it.publicKeySet?.encrypt(message, one, seededRandom(3)),
    )
    expect(again).toEqual(ciphertext)
    const opening = [ofA, ofB].map(({ shares }, i) => [i, shares[i]?.decryptionShare(ciphertext, one) ?? one] as const)
    for (const { publicKeySet } of [ofA, ofB]) {
      expect(publicKeySet?.decrypt(ciphertext, one, new Map(opening))).toEqual(message)
      expect(publicKeySet?.verifyDecryptionShare(1, ciphertext, one, opening[1]?.[1] ?? one)).toBe(true)
    }
  })
})

test('the weights at zero of values of a polynomial give its constant', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 128 }), { minLength: 1, maxLength: 6 }), (xs) => {
      const weights = weightsAtZero(field, xs)
      for (let power = 0; power < xs.length; power++) {
        const sum = xs.reduce(
          (total, x, i) => field.add(total, field.multiply(BigInt(x) ** BigInt(power), weights[i] ?? 0n)),
          0n,
        )
        expect(sum).toBe(power === 0 ? 1n : 0n)
      }
    }),
  )
})
