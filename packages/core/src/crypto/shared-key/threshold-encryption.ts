// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8Bytes, Writer } from '../../base/encoding.ts'
import { ParsecError } from '../../base/errors.ts'
import type { RandomBytes } from '../../base/public-id.ts'
import type { PairingGroup } from '../pairing/group.ts'
import { randomScalar } from '../pairing/polynomial.ts'

/*
 * Baek and Zheng's threshold encryption ("Simple and efficient threshold cryptosystem from the Gap
 * Diffie-Hellman group", 2003), the one of HoneyBadgerBFT, with ChaCha20-Poly1305 for what is
 * encrypted. A ciphertext is an ephemeral public key, a signature by it of all the rest, and the
 * body. By the signature nobody can pass off a changed one as another's: who copies the ephemeral
 * key of a ciphertext has none of the shares that open it made for something else.
 */

const domain = 'parsec threshold encryption'
const keyLength = 32
const nonceLength = 12
const tagLength = 16

/** Bytes by which a ciphertext is longer than its plaintext. */
export function encryptionOverhead<S, P, Q>(group: PairingGroup<S, P, Q>): number {
  return group.pointLength + group.signatureLength + tagLength
}

/** A ciphertext whose signature holds. */
export interface Ciphertext<P, Q> {
  readonly ephemeral: P
  /** What is signed. */
  readonly signed: Uint8Array
  readonly signature: Q
  readonly body: Uint8Array
}

function signedBytes(label: Uint8Array, ephemeral: Uint8Array, body: Uint8Array): Uint8Array {
  return new Writer().string(domain).bytes(label).fixed(ephemeral).fixed(body).finish()
}

/** The key is of use once, so the nonce may come of the same secret. */
function cipher(shared: Uint8Array, ephemeral: Uint8Array, label: Uint8Array) {
  const bytes = hkdf(sha256, shared, ephemeral, utf8Bytes(domain), keyLength + nonceLength)
  return chacha20poly1305(bytes.subarray(0, keyLength), bytes.subarray(keyLength), label)
}

export function encrypt<S, P, Q>(
  group: PairingGroup<S, P, Q>,
  publicKey: P,
  plaintext: Uint8Array,
  label: Uint8Array,
  random: RandomBytes,
): Uint8Array {
  const secret = randomScalar(group.field, random)
  const ephemeral = group.encodePoint(group.commit(secret))
  const shared = group.encodePoint(group.multiply(publicKey, secret))
  const body = cipher(shared, ephemeral, label).encrypt(plaintext)
  const signature = group.encodeSignature(group.sign(secret, signedBytes(label, ephemeral, body)))
  return new Writer().fixed(ephemeral).fixed(signature).fixed(body).finish()
}

/** Undefined for what nobody has encrypted with this label. */
export function readCiphertext<S, P, Q>(
  group: PairingGroup<S, P, Q>,
  bytes: Uint8Array,
  label: Uint8Array,
): Ciphertext<P, Q> | undefined {
  const bodyStart = group.pointLength + group.signatureLength
  const ephemeral = group.decodePoint(bytes.subarray(0, group.pointLength))
  const signature = group.decodeSignature(bytes.subarray(group.pointLength, bodyStart))
  const body = bytes.subarray(bodyStart)
  const signed = signedBytes(label, bytes.subarray(0, group.pointLength), body)
  if (ephemeral === undefined || signature === undefined) return undefined
  return group.verify(ephemeral, signed, signature) ? { ephemeral, signed, signature, body } : undefined
}

/** Throws `InvalidCiphertext`. */
export function validCiphertext<S, P, Q>(
  group: PairingGroup<S, P, Q>,
  bytes: Uint8Array,
  label: Uint8Array,
): Ciphertext<P, Q> {
  const ciphertext = readCiphertext(group, bytes, label)
  if (ciphertext === undefined) throw new ParsecError({ code: 'InvalidCiphertext' })
  return ciphertext
}

/** Is it the share of who has this public key? */
export function isDecryptionShare<S, P, Q>(
  group: PairingGroup<S, P, Q>,
  { signed, signature }: Ciphertext<P, Q>,
  publicKeyShare: P,
  share: P,
): boolean {
  return group.samePairing(share, signed, publicKeyShare, signature)
}

/**
 * What was encrypted; undefined when the shares are not those of this ciphertext, or its author has
 * encrypted nothing.
 */
export function decrypt<S, P, Q>(
  group: PairingGroup<S, P, Q>,
  { ephemeral, body }: Ciphertext<P, Q>,
  label: Uint8Array,
  shares: readonly P[],
  weights: readonly S[],
): Uint8Array | undefined {
  const shared = group.addPoints(shares.map((share, i) => group.multiply(share, weights[i] as S)))
  try {
    return cipher(group.encodePoint(shared), group.encodePoint(ephemeral), label).decrypt(body)
  } catch {
    return undefined
  }
}
