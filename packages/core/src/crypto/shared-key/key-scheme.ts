// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { RandomBytes } from '../../base/public-id.ts'
import type { SecretId } from '../identity.ts'
import type { Ack, DkgGroup, Part, Row } from './dealing.ts'
import type { Secret } from './secret.ts'

/**
 * The public part of a key that a group of participants shares. Any `threshold` + 1 of them can
 * sign or decrypt together, fewer cannot. Participants are numbered from 0, in ascending order of
 * their ids.
 *
 * (The share of participant m is the value at m + 1 of a polynomial of degree `threshold`.)
 *
 * @example
 * // each participant, for itself:
 * const share = secretKeyShare.sign(message, 'beacon')
 * // whoever has collected more than `threshold` shares that verifyShare accepts, in a Map by index:
 * const signature = publicKeySet.combine(shares)
 * publicKeySet.verify(message, 'beacon', signature) // true
 */
export interface PublicKeySet {
  /** How many faulty participants are tolerated. One more than this can sign together. */
  readonly threshold: number
  /** The key that the group's signatures are verified with, in its canonical encoding. */
  readonly publicKey: Uint8Array
  /**
   * The key that a participant's signature shares are verified with, in its canonical encoding.
   *
   * @param index - the participant's number
   * @throws RangeError if no participant can have this number
   */
  publicKeyShare(index: number): Uint8Array
  /**
   * Is it this participant's signature share for the message? Never throws.
   *
   * @param index - the participant's number
   * @param message - what is signed
   * @param domain - what the signature is for, as in {@link SecretKeyShare.sign}
   * @param share - what {@link SecretKeyShare.sign} returned
   */
  verifyShare(index: number, message: Uint8Array, domain: string, share: Uint8Array): boolean
  /**
   * Are all of these signature shares for the message right? That costs little more than to verify
   * one of them. If not, {@link PublicKeySet.verifyShare} tells which ones are wrong. Never throws.
   *
   * @param message - what is signed
   * @param domain - what the signature is for, as in {@link SecretKeyShare.sign}
   * @param shares - by the participant's number; at least one
   */
  verifyShares(message: Uint8Array, domain: string, shares: ReadonlyMap<number, Uint8Array>): boolean
  /**
   * Makes the group's signature from signature shares. It is the same whichever shares are used. The
   * shares are not verified: a wrong one gives a wrong signature, so call
   * {@link PublicKeySet.verifyShare} before.
   *
   * @param shares - by the participant's number; the first `threshold` + 1 of them are used
   * @throws ParsecError `InvalidShares` if there are too few, or one is not a share at all
   */
  combine(shares: ReadonlyMap<number, Uint8Array>): Uint8Array
  /**
   * Is it the group's signature of the message? Never throws.
   *
   * @param domain - what the signature is for, as in {@link SecretKeyShare.sign}
   */
  verify(message: Uint8Array, domain: string, signature: Uint8Array): boolean
  /**
   * Encrypts to the group. Any `threshold` + 1 participants can open the ciphertext together, and
   * nobody can before.
   *
   * @param plaintext - what to encrypt
   * @param label - what it belongs to; not secret, and the same label is needed to open it
   * @param random - a source of secret random bytes; by default the machine's
   * @returns the ciphertext; it is {@link PublicKeySet.encryptionOverhead} bytes longer than the
   *   plaintext
   */
  encrypt(plaintext: Uint8Array, label: Uint8Array, random?: RandomBytes): Uint8Array
  /** How many bytes a ciphertext is longer than its plaintext. */
  readonly encryptionOverhead: number
  /**
   * Is it this participant's decryption share for the ciphertext? Never throws.
   *
   * @param share - what {@link SecretKeyShare.decryptionShare} returned
   */
  verifyDecryptionShare(index: number, ciphertext: Uint8Array, label: Uint8Array, share: Uint8Array): boolean
  /**
   * Opens a ciphertext with decryption shares. The result is the same whichever shares are used.
   * The shares are not verified: call {@link PublicKeySet.verifyDecryptionShare} before.
   *
   * @param shares - by the participant's number; the first `threshold` + 1 of them are used
   * @returns the plaintext; undefined if a share is wrong, or if the author of the ciphertext
   *   encrypted it wrongly
   * @throws ParsecError `InvalidCiphertext` if the bytes are not a ciphertext with this label;
   *   `InvalidShares` if there are too few shares, or one is not a share at all
   */
  decrypt(ciphertext: Uint8Array, label: Uint8Array, shares: ReadonlyMap<number, Uint8Array>): Uint8Array | undefined
  /** The canonical encoding. {@link KeyScheme.decodePublicKeySet} reads it. */
  toBytes(): Uint8Array
  /**
   * Is it the same key set?
   *
   * @returns true if the encodings are the same
   */
  equals(other: PublicKeySet): boolean
}

/** A participant's share of the group's secret key. Nobody else has it. */
export interface SecretKeyShare extends Secret {
  /** The participant's number. */
  readonly index: number
  /** The key that our signature shares are verified with, in its canonical encoding. */
  readonly publicKeyShare: Uint8Array
  /**
   * Makes our signature share. {@link PublicKeySet.combine} makes the group's signature of such
   * shares.
   *
   * @param message - what to sign
   * @param domain - what the signature is for; it is valid in this domain only
   */
  sign(message: Uint8Array, domain: string): Uint8Array
  /**
   * Makes our decryption share for a ciphertext. Give it to others only if you agree that the
   * ciphertext is opened.
   *
   * @param ciphertext - what {@link PublicKeySet.encrypt} returned
   * @param label - the label that it was encrypted with
   * @throws ParsecError `InvalidCiphertext` if the bytes are not a ciphertext with this label
   */
  decryptionShare(ciphertext: Uint8Array, label: Uint8Array): Uint8Array
}

/**
 * A kind of shared keys (protocol.md section 9). All peers of a network use the same one:
 * `blsKeys`, or `mockKeys` in tests. Applications get keys from blocks; they need from here at most
 * the methods that decode stored keys.
 */
export interface KeyScheme {
  /** The name of the kind, such as `bls12-381`. */
  readonly name: string
  /** The length of signatures and signature shares, in bytes. */
  readonly signatureLength: number

  /**
   * Deals: draws a secret polynomial, and makes a Part with the commitment to it and a row for each
   * participant.
   *
   * @param dealer - our own number in the group
   * @throws ParsecError `InvalidGroup`
   */
  deal(group: DkgGroup, dealer: number, random: RandomBytes): Part
  /**
   * Has the Part the right size for the group, and can all its points be decoded? All peers give the
   * same answer. Whether a row is good, only the participant that can read it knows.
   */
  isWellFormed(part: Part, group: DkgGroup): boolean
  /** Decrypts our row of a well-formed Part. Undefined if the dealer gave us a wrong one. */
  readRow(part: Part, group: DkgGroup, index: number, us: SecretId): Row | undefined
  /** Makes the Ack of our row: a value for each participant. */
  acknowledge(row: Row, group: DkgGroup, random: RandomBytes): Ack
  /**
   * Decrypts our value of an Ack. Undefined if its author gave us a wrong one.
   *
   * @param part - the Part that is acknowledged; it must be well-formed
   * @param acknowledger - the number of the Ack's author
   * @param index - our own number
   */
  readValue(
    part: Part,
    ack: Ack,
    acknowledger: number,
    group: DkgGroup,
    index: number,
    us: SecretId,
  ): Secret | undefined
  /**
   * Makes the key set from the complete Parts of one group. If they are more than `threshold`, at
   * least one is by a correct dealer, and then nobody knows the secret.
   *
   * @param parts - at least one
   */
  publicKeySetOf(parts: readonly Part[]): PublicKeySet
  /**
   * Makes our share of the secret key.
   *
   * @param values - for each complete Part, in any order: our values by the number of the Ack's
   *   author
   * @returns undefined if a Part has fewer than `threshold` + 1 values
   */
  secretKeyShareOf(
    index: number,
    threshold: number,
    values: readonly ReadonlyMap<number, Secret>[],
  ): SecretKeyShare | undefined

  /**
   * Makes a whole key at once, with all secret shares: for tests, and for groups that trust a dealer.
   *
   * @throws RangeError if there are too few or too many participants
   */
  dealKeys(participants: number, random: RandomBytes): { publicKeySet: PublicKeySet; shares: readonly SecretKeyShare[] }

  /** The canonical encoding of a Part. */
  encodePart(part: Part): Uint8Array
  /**
   * Reads a Part. It does not decode the points; {@link KeyScheme.isWellFormed} does.
   *
   * @throws ParsecError `MalformedEncoding` or `LimitExceeded`
   */
  decodePart(bytes: Uint8Array): Part
  /**
   * Reads what {@link PublicKeySet.toBytes} returned.
   *
   * @throws ParsecError `MalformedEncoding` or `LimitExceeded`
   */
  decodePublicKeySet(bytes: Uint8Array): PublicKeySet
  /**
   * Reads what `toSecretBytes` of a {@link SecretKeyShare} returned.
   *
   * @throws ParsecError `MalformedEncoding`
   */
  decodeSecretKeyShare(bytes: Uint8Array): SecretKeyShare
}
