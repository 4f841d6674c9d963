// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { expand, extract } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { platform } from '#crypto'
import { concat, utf8Bytes } from '../../base/encoding.ts'

/*
 * HPKE (RFC 9180) in base mode, single shot, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
 * ChaCha20-Poly1305. Existing HPKE libraries are asynchronous, and core must be synchronous. So the
 * steps of the RFC are written out here; the primitives under them come from libraries.
 */

const keyLength = 32
const tagLength = 16
const nonceLength = 12

/** How many bytes a ciphertext is longer than its plaintext: the ephemeral public key and the tag. */
export const hpkeOverhead = keyLength + tagLength

const version = utf8Bytes('HPKE-v1')
/** Section 4.1: "KEM" and the identifier of the KEM, 0x0020. */
const kemSuite = Uint8Array.of(0x4b, 0x45, 0x4d, 0x00, 0x20)
/** Section 5.1: "HPKE" and the identifiers of KEM, KDF (0x0001) and AEAD (0x0003). */
const hpkeSuite = Uint8Array.of(0x48, 0x50, 0x4b, 0x45, 0x00, 0x20, 0x00, 0x01, 0x00, 0x03)
const empty = new Uint8Array()

/** LabeledExtract of section 4. */
function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, key: Uint8Array): Uint8Array {
  return extract(sha256, concat(version, suite, utf8Bytes(label), key), salt)
}

/** LabeledExpand of section 4. */
function labeledExpand(
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const lengthBytes = Uint8Array.of(length >>> 8, length & 0xff)
  return expand(sha256, prk, concat(lengthBytes, version, suite, utf8Bytes(label), info), length)
}

/** DeriveKeyPair of section 7.1.3: makes a secret key from at least 32 secret random bytes. */
export function hpkeSecretKey(keyMaterial: Uint8Array): Uint8Array {
  return labeledExpand(kemSuite, labeledExtract(kemSuite, empty, 'dkp_prk', keyMaterial), 'sk', empty, keyLength)
}

/** ExtractAndExpand of section 4.1 and KeySchedule of section 5.1, for the first message. */
function keyAndNonce(shared: Uint8Array, ephemeral: Uint8Array, reader: Uint8Array, info: Uint8Array) {
  const kemPrk = labeledExtract(kemSuite, empty, 'eae_prk', shared)
  const secret = labeledExpand(kemSuite, kemPrk, 'shared_secret', concat(ephemeral, reader), 32)
  const pskIdHash = labeledExtract(hpkeSuite, empty, 'psk_id_hash', empty)
  const infoHash = labeledExtract(hpkeSuite, empty, 'info_hash', info)
  const context = concat(Uint8Array.of(0), pskIdHash, infoHash)
  const scheduled = labeledExtract(hpkeSuite, secret, 'secret', empty)
  return {
    key: labeledExpand(hpkeSuite, scheduled, 'key', context, keyLength),
    nonce: labeledExpand(hpkeSuite, scheduled, 'base_nonce', context, nonceLength),
  }
}

/**
 * What a ciphertext is bound to: it opens only with the same values. `info` goes into the key,
 * `associatedData` into the tag.
 */
export interface HpkeBinding {
  readonly info: Uint8Array
  readonly associatedData: Uint8Array
}

/**
 * Encrypts: SealBase of section 6.1.
 *
 * @param publicKey - X25519 key of the reader
 * @param keyMaterial - 32 secret random bytes, never used again
 * @returns the ephemeral public key, then the ciphertext with its tag; undefined for a public key of
 *   small order
 */
export function hpkeSeal(
  publicKey: Uint8Array,
  binding: HpkeBinding,
  plaintext: Uint8Array,
  keyMaterial: Uint8Array,
): Uint8Array | undefined {
  const ephemeralSecret = hpkeSecretKey(keyMaterial)
  const shared = platform.x25519(ephemeralSecret, publicKey)
  if (shared === undefined) return undefined
  const ephemeral = platform.x25519PublicKey(ephemeralSecret)
  const { key, nonce } = keyAndNonce(shared, ephemeral, publicKey, binding.info)
  return concat(ephemeral, chacha20poly1305(key, nonce, binding.associatedData).encrypt(plaintext))
}

/**
 * Decrypts: OpenBase of section 6.1. Undefined if the ciphertext was not made for this key and
 * binding.
 */
export function hpkeOpen(
  secretKey: Uint8Array,
  publicKey: Uint8Array,
  binding: HpkeBinding,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  if (ciphertext.length < hpkeOverhead) return undefined
  const ephemeral = ciphertext.subarray(0, keyLength)
  const shared = platform.x25519(secretKey, ephemeral)
  if (shared === undefined) return undefined
  const { key, nonce } = keyAndNonce(shared, ephemeral, publicKey, binding.info)
  try {
    return chacha20poly1305(key, nonce, binding.associatedData).decrypt(ciphertext.subarray(keyLength))
  } catch {
    return undefined
  }
}
