// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId, SecretId } from './identity.ts'

/** Secret random bytes. */
export type Randomness = (length: number) => Uint8Array

/** A kind of keys that are shared, the same for a whole network. */
export interface KeyScheme {
  readonly name: string
  /** A key generation (protocol.md section 9). @param participants - in ascending order. @param number - binds what is encrypted to this one. */
  dealing(participants: readonly PublicId[], number: number): KeyDealing
  /** Reads what {@link PublicKeySet.toBytes} writes; throws `MalformedEncoding` or `LimitExceeded`. */
  readPublicKeySet(bytes: Uint8Array): PublicKeySet
  /** Reads what {@link SecretKeyShare.toSecretBytes} writes; throws `MalformedEncoding`. */
  readSecretKeyShare(bytes: Uint8Array): SecretKeyShare
}

/**
 * The public part of a key that participants share: more than `threshold` of them sign with it, as if one had signed alone. Participants are numbered from 0 in ascending order of their
 * public ids.
 */
export interface PublicKeySet {
  /** t: t + 1 shares make a signature, t tell nothing about it. */
  readonly threshold: number
  /** The key of the whole: canonical encoding. */
  readonly publicKey: Uint8Array
  /** The key by which a participant's shares are verified: canonical encoding. */
  publicKeyShare(participant: number): Uint8Array
  /** Is it the participant's share of the message's signature? Never throws. */
  verifyShare(participant: number, message: Uint8Array, share: Uint8Array): boolean
  /**
   * The signature that shares make, by participant; the same whichever are taken. They are not verified here.
   *
   * Throws a RangeError if they are not more than the threshold, `MalformedEncoding` for what is no share.
   */
  combine(shares: ReadonlyMap<number, Uint8Array>): Uint8Array
  /** Is it the message's signature? Never throws. */
  verify(message: Uint8Array, signature: Uint8Array): boolean
  /** Canonical encoding. */
  toBytes(): Uint8Array
}

/** A participant's secret share of a key. What prints or serialises objects does not see the secret. */
export interface SecretKeyShare {
  /** This participant's share of the message's signature. */
  sign(message: Uint8Array): Uint8Array
  /** The secret, to be stored where nobody else reads it. */
  toSecretBytes(): Uint8Array
}

/**
 * The cryptography of one key generation (protocol.md section 9), as one peer sees it. Each dealer draws a symmetric polynomial f in two variables, of degree t in each, and commits to it; its
 * row for participant m is f(m + 1, y). Whoever has a good row tells each participant k its value at k + 1. The key is the sum of what the complete parts deal: f(0, 0); participant
 * m's share of it f(m + 1, 0), which t + 1 good values give.
 *
 * What all can see to be wrong is not taken; what only its reader can see, the reader leaves out.
 */
export interface KeyDealing {
  readonly threshold: number
  /** Encoding of a part of ours. */
  deal(us: number, random: Randomness): Uint8Array
  /** Takes a dealer's part, the first one; false if it is malformed. */
  takePart(dealer: number, bytes: Uint8Array): boolean
  /** Encoding of our ack of a dealer's part; undefined if our row is not what it commits to. */
  acknowledge(dealer: number, us: number, secretId: SecretId, random: Randomness): Uint8Array | undefined
  /** Takes an ack of a dealer's part, the first one of its sender; false if it is malformed. */
  takeAck(dealer: number, sender: number, bytes: Uint8Array): boolean
  /** The public key set, once more than t parts have more than 2t acks each; undefined before. */
  publicKeySet(): PublicKeySet | undefined
  /** Our share of the key, once it is there. Throws a RangeError before. */
  secretKeyShare(us: number, secretId: SecretId): SecretKeyShare
}
