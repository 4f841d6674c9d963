// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Arithmetic modulo a prime. Values are always reduced, and never changed in place. */
export interface Field<S> {
  /** The length of an encoded scalar, in bytes. */
  readonly scalarLength: number
  /**
   * How many uniform random bytes make one scalar: enough that its bias is negligible (RFC 9380
   * section 5).
   */
  readonly uniformLength: number
  /** A small integer as a scalar. */
  scalar(value: number): S
  fromUniform(bytes: Uint8Array): S
  isZero(a: S): boolean
  add(a: S, b: S): S
  subtract(a: S, b: S): S
  multiply(a: S, b: S): S
  /** The inverse of a value, which must not be zero. */
  invert(a: S): S
  encodeScalar(a: S): Uint8Array
  /** Undefined if the bytes are not the canonical encoding of a scalar. */
  decodeScalar(bytes: Uint8Array): S | undefined
}

/**
 * Two groups of the field's order, with a pairing. Public keys and commitments are in the first
 * group, signatures in the second (draft-irtf-cfrg-bls-signature, "minimal-pubkey-size").
 */
export interface PairingGroup<S, P, Q> {
  readonly field: Field<S>
  /** The length of an encoded point of the first group, in bytes. */
  readonly pointLength: number
  /** The length of an encoded point of the second group, in bytes. */
  readonly signatureLength: number
  /** The scalar times the generator of the first group. */
  commit(scalar: S): P
  addPoints(points: readonly P[]): P
  /** The point times a scalar, which may be secret. */
  multiply(point: P, scalar: S): P
  /** The sum of points[k] · x^k, for a small positive integer x. */
  evaluate(points: readonly P[], x: number): P
  equal(a: P, b: P): boolean
  encodePoint(point: P): Uint8Array
  /**
   * Undefined if the bytes are not the canonical encoding of a point in the subgroup other than the
   * identity.
   */
  decodePoint(bytes: Uint8Array): P | undefined
  /** The scalar times the hash of the message. */
  sign(scalar: S, message: Uint8Array): Q
  /** Checks a signature. Always false if the public key is the identity, as then anyone could sign. */
  verify(publicKey: P, message: Uint8Array, signature: Q): boolean
  /**
   * Checks signatures of one message, each by its own public key, together: with random weights, so
   * that wrong ones cannot make up for each other. It costs little more than checking one.
   *
   * @param signatures - encoded; false if one cannot be decoded
   */
  verifyAll(publicKeys: readonly P[], message: Uint8Array, signatures: readonly Uint8Array[]): boolean
  /**
   * Is the pairing of `a` with the hash of the message equal to the pairing of `b` with the
   * signature? If `b` is the generator, this is what `verify` checks. Always false if one of them
   * is the identity.
   */
  samePairing(a: P, message: Uint8Array, b: P, signature: Q): boolean
  /** The sum of each signature times its weight. */
  weightedSum(signatures: readonly Q[], weights: readonly S[]): Q
  encodeSignature(signature: Q): Uint8Array
  /** Like `decodePoint`, for the second group. */
  decodeSignature(bytes: Uint8Array): Q | undefined
}
