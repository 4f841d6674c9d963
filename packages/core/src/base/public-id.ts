// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** A source of secret random bytes: returns as many as asked for. */
export type RandomBytes = (length: number) => Uint8Array

/**
 * The public identity of a peer: a public key (protocol.md section 2). Two objects can stand for
 * the same id, so compare ids with {@link PublicId.equals}, and use {@link PublicId.key} in a `Map`
 * or `Set`.
 */
export interface PublicId {
  /** The canonical encoding. */
  readonly bytes: Uint8Array
  /** A name for people, in pictures, logs and errors. It is never compared and never sent. */
  readonly name: string
  /**
   * A text that is the same for the same id and different for any other. Use it as a key of a `Map`
   * or in a `Set`.
   *
   * @example
   * const addresses = new Map([[bob.key, 'bob.example:4000']])
   */
  readonly key: string
  /**
   * Is it the same id? Use it instead of `===`.
   *
   * @returns true if the ids have the same {@link PublicId.key}
   */
  equals(other: PublicId): boolean
  /**
   * Compares two ids. Consensus breaks ties by this order, so it is the same for all peers.
   *
   * @returns a number that is negative, zero or positive, as `Array.sort` expects
   */
  compareTo(other: PublicId): number
  /**
   * Is it this id's signature of the message? Never throws.
   *
   * @param message - what was signed
   * @param signature - what `SecretId.sign` returned
   */
  verify(message: Uint8Array, signature: Uint8Array): boolean
  /**
   * Encrypts so that only the holder of this id can read it. Never throws.
   *
   * @param plaintext - what to encrypt
   * @param context - what the ciphertext belongs to; it can be read only with the same context
   * @param random - a source of secret random bytes
   * @returns the ciphertext; it is longer than the plaintext by a constant of the scheme
   */
  encrypt(plaintext: Uint8Array, context: Uint8Array, random: RandomBytes): Uint8Array
}
