// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { ed25519Identity } from '../src/crypto/identities/ed25519.ts'
import { Reader, compareBytes, toHex, utf8Bytes } from '../src/base/encoding.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { platform as browser } from '../src/crypto/platform/browser.ts'
import { platform as node } from '../src/crypto/platform/node.ts'
import { codeOf, seedOf, thrownBy } from './support/network.ts'

const { Point } = ed25519
type CurvePoint = InstanceType<typeof Point>
const order = Point.Fn.ORDER
const prime = 2n ** 255n - 19n

const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16))

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

const concat = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

/** A point of order 8; its multiples are the points of small order. */
const torsion = Point.fromBytes(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'))
const torsionPoint = (j: number): CurvePoint => (j % 8 === 0 ? Point.ZERO : torsion.multiplyUnsafe(BigInt(j % 8)))

const secret = 0x1234_5678_9abc_def0_1234_5678_9abc_def1n
const nonce = 0xfedc_ba98_7654_3210_0123_4567_89ab_cdefn

/**
 * A signature by who knows the secret, with whatever torsion in the key and in R; R may be given in
 * another encoding.
 */
function signedWithTorsion(
  message: Uint8Array,
  keyTorsion: number,
  rTorsion: number,
  r: bigint = nonce,
  rBytes?: Uint8Array,
): { key: Uint8Array; signature: Uint8Array } {
  const key = Point.BASE.multiply(secret).add(torsionPoint(keyTorsion)).toBytes()
  const multiple = r === 0n ? Point.ZERO : Point.BASE.multiply(r)
  const R = rBytes ?? multiple.add(torsionPoint(rTorsion)).toBytes()
  const k = numberOf(sha512(concat(R, key, message))) % order
  return { key, signature: concat(R, littleEndian((r + k * secret) % order)) }
}

/** What both platforms say; that they say the same is the point of it. */
function verdict(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const [here, there] = [node, browser].map((platform) => platform.ed25519Verifier(key)(message, signature))
  expect(there, `key ${toHex(key)} message ${toHex(message)} signature ${toHex(signature)}`).toBe(here)
  if (codeOf(() => ed25519Identity.publicId(key)) === undefined) {
    expect(ed25519Identity.publicId(key).verify(message, signature)).toBe(here)
  }
  return here === true
}

const cofactored = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  ed25519.verify(signature, message, key, { zip215: true })

const messages = Array.from({ length: 64 }, (_, i) => utf8Bytes(`message ${String(i)}`))

describe('both platforms', () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const bytes = fc.uint8Array({ maxLength: 100 })

  test('make the same hashes, keys and signatures', () => {
    fc.assert(
      fc.property(seeds, bytes, (seed, message) => {
        expect(Uint8Array.from(node.sha3(message))).toEqual(browser.sha3(message))
        const [here, there] = [node.ed25519Signer(seed), browser.ed25519Signer(seed)]
        expect(here.publicKey).toEqual(there.publicKey)
        expect(Uint8Array.from(here.sign(message))).toEqual(there.sign(message))
        expect(verdict(here.publicKey, message, here.sign(message))).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  test('refuse whatever is changed in a signature, a message or a key', () => {
    const seed = seedOf('Alice')
    const signer = node.ed25519Signer(seed)
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.nat(),
        fc.nat({ max: 7 }),
        (message, place, bit) => {
          const all = concat(signer.publicKey, signer.sign(message), message)
          const at = place % all.length
          all[at] = (all[at] ?? 0) ^ (1 << bit)
          expect(verdict(all.subarray(0, 32), all.subarray(96), all.subarray(32, 96))).toBe(false)
        },
      ),
      { numRuns: 120 },
    )
  })

  test('refuse random signatures and lengths that none has', () => {
    const { publicKey } = node.ed25519Signer(seedOf('Alice'))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), bytes, (signature, message) => {
        expect(verdict(publicKey, message, signature)).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b' +
        'd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c' +
        '387b2eaeb4302aeeb00d291612bb0c00',
    ],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659' +
        '4a7c15e9716ed28dc027beceea1ec40a',
    ],
  ])('give the values of RFC 8032 section 7.1 (%s)', (seed, key, message, signature) => {
    for (const platform of [node, browser]) {
      const signer = platform.ed25519Signer(fromHex(seed))
      expect(toHex(signer.publicKey)).toBe(key)
      expect(toHex(signer.sign(fromHex(message)))).toBe(signature)
    }
    expect(verdict(fromHex(key), fromHex(message), fromHex(signature))).toBe(true)
  })
})

/**
 * Where implementations of Ed25519 differ ("Taming the many EdDSAs"): a signature that only some
 * peers accept would split a network.
 */
describe('where implementations differ, both platforms judge without the cofactor', () => {
  test('S is reduced: S + L and what has high bits are refused', () => {
    for (const message of messages.slice(0, 8)) {
      const { key, signature } = signedWithTorsion(message, 0, 0)
      expect(verdict(key, message, signature)).toBe(true)
      const s = numberOf(signature.subarray(32))
      for (const other of [s + order, s + 8n * order, s | (1n << 255n), s | (1n << 253n)]) {
        expect(verdict(key, message, concat(signature.subarray(0, 32), littleEndian(other)))).toBe(false)
      }
    }
  })

  test('torsion in R alone is refused, though it passes with the cofactor', () => {
    for (const [i, message] of messages.slice(0, 14).entries()) {
      const { key, signature } = signedWithTorsion(message, 0, 1 + (i % 7))
      expect(cofactored(key, message, signature)).toBe(true)
      expect(verdict(key, message, signature)).toBe(false)
    }
  })

  test.each([0, 1, 2, 4, 5])('torsion in the key and %i in R: accepted exactly where it cancels', (rTorsion) => {
    const verdicts = new Set<boolean>()
    for (const message of messages) {
      const { key, signature } = signedWithTorsion(message, 1, rTorsion)
      const k = numberOf(sha512(concat(signature.subarray(0, 32), key, message))) % order
      expect(cofactored(key, message, signature)).toBe(true)
      const accepted = verdict(key, message, signature)
      expect(accepted).toBe((k + BigInt(rTorsion)) % 8n === 0n)
      verdicts.add(accepted)
    }
    // With probability 1/5000 the fixed messages would show one verdict only; they show both.
    expect(verdicts.size).toBe(2)
  })

  test('R of small order is no signature, though OpenSSL 3.0 accepts some that OpenSSL 3.5 refuses', () => {
    // As on the platform that accepts them.
    const spy = vi.spyOn(node, 'ed25519Verifier').mockImplementation((key) => browser.ed25519Verifier(key))
    let satisfied = 0
    for (const message of messages.slice(0, 16)) {
      for (let j = 0; j < 8; j++) {
        const { key, signature } = signedWithTorsion(message, j % 2, j, 0n)
        if (browser.ed25519Verifier(key)(message, signature)) satisfied++
        expect(ed25519Identity.publicId(key).verify(message, signature)).toBe(false)
      }
    }
    spy.mockRestore()
    expect(satisfied).toBeGreaterThan(0)
    const neutral = ['01' + '00'.repeat(30) + '80', 'ee' + 'ff'.repeat(30) + '7f', 'ee' + 'ff'.repeat(31)]
    for (const encoding of neutral) {
      const message = utf8Bytes('message')
      const { key, signature } = signedWithTorsion(message, 0, 0, 0n, fromHex(encoding))
      expect(verdict(key, message, signature)).toBe(false)
    }
  })

  test('S = 0, and R that is no point', () => {
    const message = utf8Bytes('message')
    const { key } = signedWithTorsion(message, 0, 0)
    for (let y = 0; y < 12; y++) {
      expect(verdict(key, message, concat(littleEndian(BigInt(y)), new Uint8Array(32)))).toBe(false)
      expect(verdict(key, message, concat(littleEndian(prime + BigInt(y)), littleEndian(5n)))).toBe(false)
    }
  })

  test('a key that is no point verifies nothing', () => {
    let offCurve = 0
    for (let y = 2n; y < 40n; y++) {
      const key = littleEndian(y)
      try {
        Point.fromBytes(key)
      } catch {
        offCurve++
        for (const message of messages.slice(0, 3)) {
          expect(verdict(key, message, signedWithTorsion(message, 0, 0).signature)).toBe(false)
        }
        expect(ed25519Identity.publicId(key).verify(messages[0] ?? new Uint8Array(), new Uint8Array(64))).toBe(false)
      }
    }
    expect(offCurve).toBeGreaterThan(5)
  })
})

describe('Ed25519 identities', () => {
  test('refuse keys of small order, in whatever encoding', () => {
    for (let j = 0; j < 8; j++) {
      const key = torsionPoint(j).toBytes()
      for (const sign of [0, 0x80]) {
        const encoding = Uint8Array.from(key, (byte, i) => (i === 31 ? (byte & 0x7f) | sign : byte))
        expect(thrownBy(() => ed25519Identity.publicId(encoding)).detail).toEqual({
          code: 'InvalidPublicId',
          reason: 'a point of small order',
        })
      }
    }
  })

  test('refuse coordinates that are not reduced, all nineteen, and other lengths', () => {
    for (let y = prime; y < 2n ** 255n; y++) {
      for (const encoding of [littleEndian(y), littleEndian(y + 2n ** 255n)]) {
        expect(thrownBy(() => ed25519Identity.publicId(encoding)).detail).toEqual({
          code: 'InvalidPublicId',
          reason: 'a coordinate that is not reduced',
        })
        expect(codeOf(() => ed25519Identity.decodePublicId(new Reader(encoding)))).toBe('InvalidPublicId')
      }
    }
    expect(codeOf(() => ed25519Identity.publicId(littleEndian(prime - 2n)))).toBeUndefined()
    for (const length of [0, 31, 33]) {
      expect(codeOf(() => ed25519Identity.publicId(new Uint8Array(length).fill(3)))).toBe('InvalidPublicId')
    }
    expect(() => ed25519Identity.secretIdFromSeed(new Uint8Array(31))).toThrow(RangeError)
  })

  test('are ordered by their bytes, named by the first of them, and keep their own copy', () => {
    const ids = ['Alice', 'Bob', 'Carol'].map((name) => ed25519Identity.secretIdFromSeed(seedOf(name)).publicId)
    for (const a of ids) {
      for (const b of ids) expect(Math.sign(a.compareTo(b))).toBe(Math.sign(compareBytes(a.bytes, b.bytes)))
      expect(a.name).toBe(toHex(a.bytes.subarray(0, 8)))
      const source = a.bytes.slice()
      const id = ed25519Identity.publicId(source)
      source.fill(0)
      expect(id.bytes).toEqual(a.bytes)
    }
  })
})

describe('mock identities', () => {
  test('are ordered by name, bytewise, and not by their encoding', () => {
    // The encoding has the length in front, so that it would put B first.
    const [aa, b] = [mockIdentity.publicId('AA'), mockIdentity.publicId('B')]
    expect(aa.compareTo(b)).toBeLessThan(0)
    expect(compareBytes(aa.bytes, b.bytes)).toBeGreaterThan(0)
    expect(mockIdentity.secretId('B').publicId.compareTo(b)).toBe(0)
  })

  test('are encoded as in the recorded graphs: the name, then its hash twice', () => {
    const hash = browser.sha3(utf8Bytes('Alice'))
    expect(toHex(mockIdentity.publicId('Alice').bytes)).toBe(
      '0500000000000000' + toHex(utf8Bytes('Alice')) + toHex(hash).repeat(2),
    )
    const wrongKeys = mockIdentity.publicId('Alice').bytes.slice()
    wrongKeys[wrongKeys.length - 1] = (wrongKeys[wrongKeys.length - 1] ?? 0) ^ 1
    expect(codeOf(() => mockIdentity.decodePublicId(new Reader(wrongKeys)))).toBe('MalformedEncoding')
  })

  test('verify what they signed and nothing else', () => {
    const alice = mockIdentity.secretId('Alice')
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (message, other) => {
        const signature = alice.sign(message)
        expect(alice.publicId.verify(message, signature)).toBe(true)
        expect(alice.publicId.verify(other, signature)).toBe(compareBytes(message, other) === 0)
        expect(mockIdentity.publicId('Bob').verify(message, signature)).toBe(false)
        expect(alice.publicId.verify(message, other)).toBe(false)
      }),
    )
  })
})
