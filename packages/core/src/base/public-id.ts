// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** So many secret random bytes: core draws none itself. */
export type RandomBytes = (length: number) => Uint8Array

/** Who a peer is to others: a public key with a total order (protocol.md section 2). */
export interface PublicId {
  /** Canonical encoding. */
  readonly bytes: Uint8Array
  /** For people: pictures, logs, errors. Never compared, never sent. */
  readonly name: string
  /**
   * The same text for the same id and another one for any other: for the keys of a `Map` or a `Set`,
   * as two objects can stand for one id.
   */
  readonly key: string
  /** Is it the same id? */
  equals(other: PublicId): boolean
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
