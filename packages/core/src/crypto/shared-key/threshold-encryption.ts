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
 * Threshold encryption by Baek and Zheng ("Simple and efficient threshold cryptosystem from the Gap
 * Diffie-Hellman group", 2003), which HoneyBadgerBFT uses, too. The body is encrypted with
 * ChaCha20-Poly1305.
 *
 * A ciphertext is an ephemeral public key, a signature by that key over everything else, and the
 * body. Without the signature, somebody could copy the ephemeral key of a ciphertext into one of
 * their own. The participants' decryption shares for that one would then open the original, too.
 */

const domain = 'parsec threshold encryption'
const keyLength = 32
const nonceLength = 12
const tagLength = 16

/** How many bytes a ciphertext is longer than its plaintext. */
export function encryptionOverhead<S, P, Q>(group: PairingGroup<S, P, Q>): number {
  return group.pointLength + group.signatureLength + tagLength
}

/** A ciphertext whose signature is valid. */
export interface Ciphertext<P, Q> {
  readonly ephemeral: P
  /** The bytes that the signature is over. */
  readonly signed: Uint8Array
  readonly signature: Q
  readonly body: Uint8Array
}

function signedBytes(label: Uint8Array, ephemeral: Uint8Array, body: Uint8Array): Uint8Array {
  return new Writer().string(domain).bytes(label).fixed(ephemeral).fixed(body).finish()
}

/** The key is used only once, so the nonce may be derived from the same secret. */
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

/**
 * Decodes a ciphertext and verifies its signature. Undefined if it was not encrypted with this
 * label.
 */
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

/** The same, but throws `InvalidCiphertext`. */
export function validCiphertext<S, P, Q>(
  group: PairingGroup<S, P, Q>,
  bytes: Uint8Array,
  label: Uint8Array,
): Ciphertext<P, Q> {
  const ciphertext = readCiphertext(group, bytes, label)
  if (ciphertext === undefined) throw new ParsecError({ code: 'InvalidCiphertext' })
  return ciphertext
}

/** Is it the decryption share of the participant with this public key share? */
export function isDecryptionShare<S, P, Q>(
  group: PairingGroup<S, P, Q>,
  { signed, signature }: Ciphertext<P, Q>,
  publicKeyShare: P,
  share: P,
): boolean {
  return group.samePairing(share, signed, publicKeyShare, signature)
}

/**
 * Decrypts. Undefined if a share is not for this ciphertext, or if its author did not encrypt the
 * body with the right key.
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
