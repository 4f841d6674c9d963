// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { RandomBytes } from '../../base/public-id.ts'
import type { SecretId } from '../identity.ts'
import type { Ack, DkgGroup, Part, Row } from './dealing.ts'
import type { Secret } from './secret.ts'

/**
 * What a group of participants signs with, together: any `threshold` + 1 of them can, fewer cannot.
 * Participants are numbered from 0 in ascending order of public id; the share of participant m is
 * the value at m + 1 of a polynomial of degree `threshold`.
 */
export interface PublicKeySet {
  /** So many participants cannot sign, and so many faulty ones are tolerated. */
  readonly threshold: number
  /** Canonical encoding of the key that the group's signatures are verified with. */
  readonly publicKey: Uint8Array
  /**
   * Canonical encoding of the key that a participant's signature shares are verified with. Throws a
   * RangeError for no index.
   */
  publicKeyShare(index: number): Uint8Array
  /** Is it this participant's signature share? Never throws. @param domain - what the signature is for. */
  verifyShare(index: number, message: Uint8Array, domain: string, share: Uint8Array): boolean
  /**
   * The group's signature, the same from whichever shares. Uses the first `threshold` + 1 shares of
   * the map and does not verify them: of a wrong share comes a wrong signature. Throws
   * `InvalidShares` when there are too few, or one is no signature share at all.
   */
  combine(shares: ReadonlyMap<number, Uint8Array>): Uint8Array
  /** Is it the group's signature? Never throws. */
  verify(message: Uint8Array, domain: string, signature: Uint8Array): boolean
  /**
   * Encrypts to the group: any `threshold` + 1 of its participants can open it together, and nobody before they do.
   *
   * @param label - what it belongs to; not secret, and needed to open it. @param random - secret
   *   random bytes, by default the machine's.
   * @returns the plaintext's length and {@link PublicKeySet.encryptionOverhead} bytes.
   */
  encrypt(plaintext: Uint8Array, label: Uint8Array, random?: RandomBytes): Uint8Array
  /** Bytes by which a ciphertext is longer than its plaintext. */
  readonly encryptionOverhead: number
  /** Is it this participant's share in opening the ciphertext? Never throws. */
  verifyDecryptionShare(index: number, ciphertext: Uint8Array, label: Uint8Array, share: Uint8Array): boolean
  /**
   * The plaintext, the same from whichever shares; undefined where the author has encrypted nothing
   * that can be read, or a share is wrong. Uses the first `threshold` + 1 shares of the map and
   * does not verify them. Throws `InvalidCiphertext`; `InvalidShares` when there are too few, or
   * one is no share at all.
   */
  decrypt(ciphertext: Uint8Array, label: Uint8Array, shares: ReadonlyMap<number, Uint8Array>): Uint8Array | undefined
  /** Canonical encoding. */
  toBytes(): Uint8Array
  equals(other: PublicKeySet): boolean
}

/** A participant's part of the group's secret. */
export interface SecretKeyShare extends Secret {
  /** The participant's number. */
  readonly index: number
  /** Canonical encoding of the key that our signature shares are verified with. */
  readonly publicKeyShare: Uint8Array
  /**
   * Our signature share.
   *
   * @param domain - what the signature is for: signatures of one domain are of no use in another.
   */
  sign(message: Uint8Array, domain: string): Uint8Array
  /**
   * Our share in opening what was encrypted to the group. To give it away is to agree that it is
   * opened. Throws `InvalidCiphertext`.
   */
  decryptionShare(ciphertext: Uint8Array, label: Uint8Array): Uint8Array
}

/** A kind of group keys, the same for a whole network; protocol.md section 9. */
export interface KeyScheme {
  readonly name: string
  /** Bytes of signatures and signature shares. */
  readonly signatureLength: number

  /**
   * A dealer's Part: secret polynomial, commitment, and a row for each participant. @param dealer -
   * our own number. Throws `InvalidGroup`.
   */
  deal(group: DkgGroup, dealer: number, random: RandomBytes): Part
  /**
   * Has the Part the shape that the group demands, and are all its points what they must be?
   * Everybody gives the same answer; what only a reader can see is whether its row is good.
   */
  isWellFormed(part: Part, group: DkgGroup): boolean
  /** Our row of a well-formed Part; undefined when the dealer gave us a wrong one. */
  readRow(part: Part, group: DkgGroup, index: number, us: SecretId): Row | undefined
  /** The Ack of a reader of a good row: a value for each participant. */
  acknowledge(row: Row, group: DkgGroup, random: RandomBytes): Ack
  /**
   * Our value of an Ack with the right shape, to a well-formed Part; undefined when the
   * acknowledger gave us a wrong one.
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
   * Of the complete Parts of one group, at least one. With more than `threshold` of them one is by
   * a correct dealer, and so nobody knows the secret.
   */
  publicKeySetOf(parts: readonly Part[]): PublicKeySet
  /**
   * Our share: one map from acknowledger to our value for each complete Part, in any order.
   * Undefined when there is a Part with fewer than `threshold` + 1 values.
   */
  secretKeyShareOf(
    index: number,
    threshold: number,
    values: readonly ReadonlyMap<number, Secret>[],
  ): SecretKeyShare | undefined

  /**
   * Of a dealing of one's own, for tests and for groups with a trusted dealer: all secret shares.
   * Throws a RangeError.
   */
  dealKeys(participants: number, random: RandomBytes): { publicKeySet: PublicKeySet; shares: readonly SecretKeyShare[] }

  encodePart(part: Part): Uint8Array
  /** Throws `MalformedEncoding` or `LimitExceeded`; checks no points, that is `isWellFormed`'s. */
  decodePart(bytes: Uint8Array): Part
  /** Throws `MalformedEncoding` or `LimitExceeded`. */
  decodePublicKeySet(bytes: Uint8Array): PublicKeySet
  /** Of `toSecretBytes`. Throws `MalformedEncoding`. */
  decodeSecretKeyShare(bytes: Uint8Array): SecretKeyShare
}
