// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Arithmetic modulo a prime; values are reduced and never changed in place. */
export interface Field<S> {
  /** Bytes of an encoded scalar. */
  readonly scalarLength: number
  /** Uniform bytes for one scalar: so many that the bias is negligible (RFC 9380 section 5). */
  readonly uniformLength: number
  /** A small integer as a scalar. */
  scalar(value: number): S
  fromUniform(bytes: Uint8Array): S
  isZero(a: S): boolean
  add(a: S, b: S): S
  subtract(a: S, b: S): S
  multiply(a: S, b: S): S
  /** Of a value that is not zero. */
  invert(a: S): S
  encodeScalar(a: S): Uint8Array
  /** Undefined for what is not the canonical encoding. */
  decodeScalar(bytes: Uint8Array): S | undefined
}

/**
 * Two groups of the field's order with a pairing: public keys and commitments in the first,
 * signatures in the second (BLS signatures, draft-irtf-cfrg-bls-signature, "minimal-pubkey-size").
 */
export interface PairingGroup<S, P, Q> {
  readonly field: Field<S>
  /** Bytes of an encoded point of the first group. */
  readonly pointLength: number
  /** Bytes of an encoded point of the second group. */
  readonly signatureLength: number
  /** The scalar times the generator of the first group. */
  commit(scalar: S): P
  addPoints(points: readonly P[]): P
  /** The point times a scalar, which may be secret. */
  multiply(point: P, scalar: S): P
  /** Sum of points[k] times x to the k, for a small positive integer x. */
  evaluate(points: readonly P[], x: number): P
  equal(a: P, b: P): boolean
  encodePoint(point: P): Uint8Array
  /** Undefined for what is not the canonical encoding of a point of the subgroup other than the identity. */
  decodePoint(bytes: Uint8Array): P | undefined
  /** The scalar times the hash of the message. */
  sign(scalar: S, message: Uint8Array): Q
  /** False when the public key is the identity: then anyone could sign. */
  verify(publicKey: P, message: Uint8Array, signature: Q): boolean
  /**
   * Is the pairing of `a` with the hash of the message that of `b` with the signature? With the
   * generator for `b`, that is what `verify` asks. False for identities.
   */
  samePairing(a: P, message: Uint8Array, b: P, signature: Q): boolean
  /** Sum of signatures times scalars. */
  weightedSum(signatures: readonly Q[], weights: readonly S[]): Q
  encodeSignature(signature: Q): Uint8Array
  /** As `decodePoint`. */
  decodeSignature(bytes: Uint8Array): Q | undefined
}
