// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { Reader } from './encoding.ts'

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
  /** Encrypts to this id. @param context - what it is for: whoever decrypts must name the same. @param random - gives secret random bytes. */
  encrypt(plain: Uint8Array, context: Uint8Array, random: (length: number) => Uint8Array): Uint8Array
}

/** What a peer signs with. */
export interface SecretId {
  readonly publicId: PublicId
  sign(message: Uint8Array): Uint8Array
  /** What was encrypted to us; undefined for what was not, or was changed, or is for something else. Never throws. */
  decrypt(encrypted: Uint8Array, context: Uint8Array): Uint8Array | undefined
}

/** A kind of identities, the same for a whole network. */
export interface IdentityScheme {
  readonly name: string
  /** Bytes of every signature. */
  readonly signatureLength: number
  /** Reads a canonical public id; throws `MalformedEncoding`, `LimitExceeded` or `InvalidPublicId`. */
  decodePublicId(reader: Reader): PublicId
}
