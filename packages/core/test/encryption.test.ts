// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import fc from 'fast-check'
import { AEAD_ChaCha20Poly1305, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { describe, expect, test } from 'vitest'
import { ed25519Identity } from '../src/crypto/identities/ed25519.ts'
import { toHex, utf8Bytes } from '../src/base/encoding.ts'
import { hpkeOpen, hpkeOverhead, hpkeSeal, hpkeSecretKey } from '../src/crypto/identities/hpke.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { platform as browser } from '../src/crypto/platform/browser.ts'
import { platform as node } from '../src/crypto/platform/node.ts'
import { fromHex, seededRandom } from './support/keys.ts'
import { seedOf } from './support/network.ts'

/** RFC 9180 appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode, sequence number 0. */
const rfc9180 = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  ephemeralKeyMaterial: '909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b',
  ephemeralSecret: 'f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600',
  ephemeral: '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a',
  readerKeyMaterial: '1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df',
  readerSecret: '8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb',
  reader: '4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a',
  associatedData: '436f756e742d30',
  plaintext: '4265617574792069732074727574682c20747275746820626561757479',
  ciphertext: '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
}

const libraryOf = () => new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305)

describe('HPKE', () => {
  test('gives the values of RFC 9180 appendix A.2.1', () => {
    const binding = { info: fromHex(rfc9180.info), associatedData: fromHex(rfc9180.associatedData) }
    const reader = fromHex(rfc9180.reader)
    expect(toHex(hpkeSecretKey(fromHex(rfc9180.ephemeralKeyMaterial)))).toBe(rfc9180.ephemeralSecret)
    expect(toHex(hpkeSecretKey(fromHex(rfc9180.readerKeyMaterial)))).toBe(rfc9180.readerSecret)
    const sealed = hpkeSeal(reader, binding, fromHex(rfc9180.plaintext), fromHex(rfc9180.ephemeralKeyMaterial))
    expect(toHex(sealed ?? new Uint8Array())).toBe(rfc9180.ephemeral + rfc9180.ciphertext)
    const opened = hpkeOpen(fromHex(rfc9180.readerSecret), reader, binding, sealed ?? new Uint8Array())
    expect(toHex(opened ?? new Uint8Array())).toBe(rfc9180.plaintext)
  })

  test('reads what an independent library writes, and the other way round', async () => {
    const library = libraryOf()
    for (let i = 0; i < 5; i++) {
      const random = seededRandom(i)
      const secretKey = hpkeSecretKey(random(32))
      const publicKey = node.x25519PublicKey(secretKey)
      const [info, associatedData, plaintext] = [random(i), random(3 * i), random(40 * i)]
      const binding = { info, associatedData }
      const key = await library.DeserializePublicKey(publicKey)
      const theirs = await library.Seal(key, plaintext, { info, aad: associatedData })
      const written = Uint8Array.of(...theirs.encapsulatedSecret, ...theirs.ciphertext)
      expect(hpkeOpen(secretKey, publicKey, binding, written)).toEqual(plaintext)
      const ours = hpkeSeal(publicKey, binding, plaintext, random(32)) ?? new Uint8Array()
      const ownKey = await library.DeserializePrivateKey(secretKey, false)
      const read = await library.Open(ownKey, ours.subarray(0, 32), ours.subarray(32), { info, aad: associatedData })
      expect(Uint8Array.from(read)).toEqual(plaintext)
    }
  })

  test('X25519 is the same on both platforms; the zero result of small orders is refused', () => {
    const random = seededRandom('x25519')
    for (let i = 0; i < 10; i++) {
      const [a, b] = [random(32), random(32)]
      expect(node.x25519PublicKey(a)).toEqual(browser.x25519PublicKey(a))
      expect(node.x25519(a, b)).toEqual(browser.x25519(a, b))
      expect(node.x25519(a, node.x25519PublicKey(b))).toEqual(node.x25519(b, node.x25519PublicKey(a)))
    }
    // RFC 7748 section 6.1: 0, 1, and two points of order 8; then p - 1 and p.
    const small = [
      '00'.repeat(32),
      '01' + '00'.repeat(31),
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      'ec' + 'ff'.repeat(30) + '7f',
      'ed' + 'ff'.repeat(30) + '7f',
    ]
    for (const hex of small) {
      for (const platform of [node, browser]) expect(platform.x25519(random(32), fromHex(hex))).toBeUndefined()
      const binding = { info: new Uint8Array(), associatedData: new Uint8Array() }
      expect(hpkeSeal(fromHex(hex), binding, new Uint8Array(), random(32))).toBeUndefined()
    }
  })
})

describe.each([
  ['ed25519', (name: string) => ed25519Identity.secretIdFromSeed(seedOf(name), name), 15, hpkeOverhead],
  ['mock', (name: string) => mockIdentity.secretId(name), 100, 8],
] as const)('encryption to an identity (%s)', (_, secretId, numRuns, overhead) => {
  const [alice, bob] = [secretId('Alice'), secretId('Bob')]
  const bytes = fc.uint8Array({ maxLength: 100 })

  test('only the reader reads it, in the same context, unchanged', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), (plaintext, context, place) => {
        const sealed = alice.publicId.encrypt(plaintext, context, seededRandom(place))
        expect(sealed.length).toBe(plaintext.length + overhead)
        expect(alice.decrypt(sealed, context)).toEqual(plaintext)
        expect(bob.decrypt(sealed, context)).toBeUndefined()
        expect(alice.decrypt(sealed, Uint8Array.of(...context, 0))).toBeUndefined()
        expect(alice.decrypt(sealed.subarray(0, place % sealed.length), context)).toBeUndefined()
        const changed = sealed.slice()
        changed[place % sealed.length] = (changed[place % sealed.length] ?? 0) ^ (1 << (place % 8))
        expect(alice.decrypt(changed, context)).toBeUndefined()
      }),
      { numRuns },
    )
  })
})

test('what is encrypted to a key that is no point has the usual length, and nobody reads it', () => {
  const key = new Uint8Array(32).fill(2, 0, 1)
  const sealed = ed25519Identity.publicId(key).encrypt(utf8Bytes('lost'), new Uint8Array(), seededRandom(0))
  expect(sealed.length).toBe(4 + hpkeOverhead)
})
