// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { expand, extract } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8Bytes } from './encoding.ts'

/*
 * Hybrid public key encryption (RFC 9180), single-shot, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305. The libraries that have it are asynchronous.
 */

const [kem, kdf, aead] = [0x0020, 0x0001, 0x0003]
const keyLength = 32
const nonceLength = 12
const tagLength = 16

/** Bytes by which what is sealed is longer. */
export const hpkeOverhead = keyLength + tagLength

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function twoBytes(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}

const version = utf8Bytes('HPKE-v1')
const kemSuite = concat(utf8Bytes('KEM'), twoBytes(kem))
const suite = concat(utf8Bytes('HPKE'), twoBytes(kem), twoBytes(kdf), twoBytes(aead))
const nothing = new Uint8Array(0)

function labeledExtract(id: Uint8Array, salt: Uint8Array, label: string, key: Uint8Array): Uint8Array {
  return extract(sha256, concat(version, id, utf8Bytes(label), key), salt)
}

function labeledExpand(id: Uint8Array, key: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  return expand(sha256, key, concat(twoBytes(length), version, id, utf8Bytes(label), info), length)
}

/** Section 4.1, ExtractAndExpand. */
function sharedSecret(agreed: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  const key = labeledExtract(kemSuite, nothing, 'eae_prk', agreed)
  return labeledExpand(kemSuite, key, 'shared_secret', concat(ephemeral, recipient), keyLength)
}

/** Section 5.1, KeySchedule in base mode; the cipher for the first message. */
function cipher(shared: Uint8Array, info: Uint8Array, additional: Uint8Array): ReturnType<typeof chacha20poly1305> {
  const base = Uint8Array.of(0)
  const psk = labeledExtract(suite, nothing, 'psk_id_hash', nothing)
  const context = concat(base, psk, labeledExtract(suite, nothing, 'info_hash', info))
  const secret = labeledExtract(suite, shared, 'secret', nothing)
  const key = labeledExpand(suite, secret, 'key', context, keyLength)
  return chacha20poly1305(key, labeledExpand(suite, secret, 'base_nonce', context, nonceLength), additional)
}

/**
 * Encrypts to an X25519 key: the ephemeral key, then the sealed message.
 *
 * Throws an Error for a key of small order.
 *
 * @param ephemeralSecret - 32 secret random bytes, never used again.
 */
export function hpkeSeal(
  recipient: Uint8Array,
  plain: Uint8Array,
  info: Uint8Array,
  ephemeralSecret: Uint8Array,
  additional = nothing,
): Uint8Array {
  const ephemeral = x25519.getPublicKey(ephemeralSecret)
  const agreed = x25519.getSharedSecret(ephemeralSecret, recipient)
  return concat(ephemeral, cipher(sharedSecret(agreed, ephemeral, recipient), info, additional).encrypt(plain))
}

/** Decrypts what {@link hpkeSeal} has made; throws an Error for anything else. */
export function hpkeOpen(
  secret: Uint8Array,
  encrypted: Uint8Array,
  info: Uint8Array,
  additional = nothing,
): Uint8Array {
  const ephemeral = encrypted.subarray(0, keyLength)
  const agreed = x25519.getSharedSecret(secret, ephemeral)
  const shared = sharedSecret(agreed, ephemeral, x25519.getPublicKey(secret))
  return cipher(shared, info, additional).decrypt(encrypted.subarray(keyLength))
}
