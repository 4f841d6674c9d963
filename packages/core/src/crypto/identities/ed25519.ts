// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ed25519 } from '@noble/curves/ed25519.js'
import { platform } from '#crypto'
import { compareBytes, copyOf, toHex, utf8Bytes } from '../../base/encoding.ts'
import type { Reader } from '../../base/encoding.ts'
import { ParsecError } from '../../base/errors.ts'
import type { PublicId, RandomBytes } from '../../base/public-id.ts'
import type { IdentityScheme, SecretId } from '../identity.ts'
import { hpkeOpen, hpkeOverhead, hpkeSeal } from './hpke.ts'

const keyLength = 32
const seedLength = 32
const signatureLength = 64
/** Bound into each ciphertext, so that it is of no use to another application of the same keys. */
const info = utf8Bytes('parsec-bft encryption to a peer')

/**
 * The y-coordinates of the points of small order: little-endian, without the sign bit. Under such a
 * key one signature can be valid for many messages, and implementations differ about it (RFC 8032
 * section 8.4; "Taming the many EdDSAs", table 1).
 */
const smallOrderY = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
])

/** Are these 32 bytes the canonical encoding of a point of small order? */
function isSmallOrder(bytes: Uint8Array): boolean {
  const y = Uint8Array.from(bytes)
  y[31] = (y[31] as number) & 0x7f
  return smallOrderY.has(toHex(y))
}

/**
 * What is wrong with a public key, so that implementations may differ about it; undefined if
 * nothing.
 */
function keyFault(bytes: Uint8Array): string | undefined {
  if (bytes.length !== keyLength) return `a public key has ${String(keyLength)} bytes`
  if (isSmallOrder(bytes)) return 'a point of small order'
  const lastByte = (bytes[31] as number) & 0x7f
  const beyondPrime = lastByte === 0x7f && bytes.subarray(1, 31).every((byte) => byte === 0xff)
  return beyondPrime && (bytes[0] as number) >= 0xed ? 'a coordinate that is not reduced' : undefined
}

/** The X25519 key that belongs to an Ed25519 key. */
function montgomeryKey(publicKey: Uint8Array): Uint8Array | 'no point' {
  try {
    return ed25519.utils.toMontgomery(publicKey)
  } catch {
    return 'no point'
  }
}

class Ed25519PublicId implements PublicId {
  readonly bytes: Uint8Array
  readonly name: string
  readonly key: string
  #encryptionKey: Uint8Array | 'no point' | undefined
  #verifier: ((message: Uint8Array, signature: Uint8Array) => boolean) | undefined

  constructor(bytes: Uint8Array, name?: string) {
    const fault = keyFault(bytes)
    if (fault !== undefined) throw new ParsecError({ code: 'InvalidPublicId', reason: fault })
    this.bytes = copyOf(bytes)
    this.key = toHex(this.bytes)
    this.name = name ?? this.key.slice(0, 16)
  }

  equals(other: PublicId): boolean {
    return this.key === other.key
  }

  compareTo(other: PublicId): number {
    return compareBytes(this.bytes, other.bytes)
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    // If R is of small order, OpenSSL 3.0 accepts what OpenSSL 3.5 refuses. No honest signer makes one.
    if (signature.length !== signatureLength || isSmallOrder(signature.subarray(0, 32))) return false
    this.#verifier ??= platform.ed25519Verifier(this.bytes)
    return this.#verifier(message, signature)
  }

  encrypt(plaintext: Uint8Array, context: Uint8Array, random: RandomBytes): Uint8Array {
    this.#encryptionKey ??= montgomeryKey(this.bytes)
    const key = this.#encryptionKey
    const seal = { info, associatedData: context }
    const sealed = key === 'no point' ? undefined : hpkeSeal(key, seal, plaintext, random(seedLength))
    // Nobody can hold the secret of such a key, so nobody needs to be able to read this.
    return sealed ?? copyOf(random(plaintext.length + hpkeOverhead))
  }
}

/**
 * Ed25519 identities (RFC 8032), the default. Signing uses node:crypto on Node and pure JavaScript in
 * browsers; both accept the same signatures. Public keys of small order or with coordinates that are
 * not reduced are refused (`InvalidPublicId`). A signature whose R is of small order is never valid.
 *
 * Encryption is HPKE (RFC 9180, base mode) to the X25519 key of the same secret. One secret may serve
 * for both: Thormarker, "On using the same key pair for Ed25519 and an X25519 based KEM" (eprint
 * 2021/509).
 *
 * @example
 * const us = ed25519Identity.secretIdFromSeed(randomBytes(32), 'Alice')
 * const bob = ed25519Identity.publicId(bobsPublicKey, 'Bob')
 */
export const ed25519Identity: IdentityScheme & {
  /**
   * Makes a public id from a public key.
   *
   * @param bytes - the public key, 32 bytes
   * @param name - shown to people; by default the first 8 bytes in hexadecimal
   * @throws ParsecError `InvalidPublicId` if the bytes are not a key that is accepted
   */
  publicId(bytes: Uint8Array, name?: string): PublicId
  /**
   * Makes a key pair.
   *
   * @param seed - 32 secret random bytes; the same seed always gives the same key pair
   * @param name - shown to people; by default the first 8 bytes of the public key in hexadecimal
   * @throws RangeError if the seed has another length
   */
  secretIdFromSeed(seed: Uint8Array, name?: string): SecretId
} = {
  name: 'ed25519',
  signatureLength,
  publicId: (bytes, name) => new Ed25519PublicId(bytes, name),
  secretIdFromSeed(seed, name) {
    if (seed.length !== seedLength) throw new RangeError(`a seed has ${String(seedLength)} bytes`)
    const ownSeed = copyOf(seed)
    const signer = platform.ed25519Signer(ownSeed)
    let keys: { secretKey: Uint8Array; publicKey: Uint8Array } | undefined
    return {
      publicId: new Ed25519PublicId(signer.publicKey, name),
      sign: (message) => signer.sign(message),
      decrypt(ciphertext, context) {
        keys ??= {
          secretKey: ed25519.utils.toMontgomerySecret(ownSeed),
          publicKey: ed25519.utils.toMontgomery(signer.publicKey),
        }
        return hpkeOpen(keys.secretKey, keys.publicKey, { info, associatedData: context }, ciphertext)
      },
    }
  },
  decodePublicId: (reader: Reader) => new Ed25519PublicId(reader.fixed(keyLength, 'a public key')),
}
