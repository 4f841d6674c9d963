// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { Reader } from './encoding.ts'

/** So many secret random bytes: core draws none itself. */
export type RandomBytes = (length: number) => Uint8Array

/** Who a peer is to others: a public key with a total order (protocol.md section 2). */
export interface PublicId {
  /** Canonical encoding. */
  readonly bytes: Uint8Array
  /** For people: pictures, logs, errors. Never compared, never sent. */
  readonly name: string
  /** Negative, zero or positive. The order decides ties in consensus: it must be the same for all peers. */
  compareTo(other: PublicId): number
  /** Is it this id's signature of the message? Never throws. */
  verify(message: Uint8Array, signature: Uint8Array): boolean
  /**
   * A ciphertext that only the holder of this id can read, longer than the plaintext by a constant
   * of the scheme. Never throws.
   *
   * @param context - what the reader must name to read it: a ciphertext is of no use anywhere else.
   * @param random - a source of secret random bytes.
   */
  encrypt(plaintext: Uint8Array, context: Uint8Array, random: RandomBytes): Uint8Array
}

/** What a peer signs with. */
export interface SecretId {
  readonly publicId: PublicId
  sign(message: Uint8Array): Uint8Array
  /**
   * The plaintext of what was encrypted to our public id in the same context; undefined for
   * anything else. Never throws.
   */
  decrypt(ciphertext: Uint8Array, context: Uint8Array): Uint8Array | undefined
}

/** A kind of identities, the same for a whole network. */
export interface IdentityScheme {
  readonly name: string
  /** Bytes of every signature. */
  readonly signatureLength: number
  /** Reads a canonical public id; throws `MalformedEncoding`, `LimitExceeded` or `InvalidPublicId`. */
  decodePublicId(reader: Reader): PublicId
}
