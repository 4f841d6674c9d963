// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { bls12_381 } from '@noble/curves/bls12-381.js'
import { compareBytes } from '../../base/encoding.ts'
import { randomBytes } from '../random.ts'
import { blsField } from './bls-field.ts'
import type { PairingGroup } from './group.ts'

const G1 = bls12_381.G1.Point
const G2 = bls12_381.G2.Point
const { Fp12 } = bls12_381.fields
type Point1 = InstanceType<typeof G1>
type Point2 = InstanceType<typeof G2>

/**
 * The ciphersuite of draft-irtf-cfrg-bls-signature section 4.2.3. It is the only one that all native
 * libraries offer.
 */
export const blsCiphersuite = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_'

interface DecodedPoint {
  is0(): boolean
  assertValidity(): void
  toBytes(compressed: boolean): Uint8Array
}

/**
 * Decodes a point that is in the subgroup, is not the identity, and is encoded as we encode it;
 * else undefined.
 */
function decode<P extends DecodedPoint>(fromBytes: (bytes: Uint8Array) => P, length: number, bytes: Uint8Array) {
  if (bytes.length !== length) return undefined
  try {
    const point = fromBytes(bytes)
    point.assertValidity()
    return point.is0() || compareBytes(point.toBytes(true), bytes) !== 0 ? undefined : point
  } catch {
    return undefined
  }
}

/**
 * Encodes a point, also the identity, which noble refuses to encode. Wrong shares can add up to the
 * identity, and native libraries encode it as Zcash does: the bits for `compressed` and `at infinity`
 * are set.
 */
function encode(point: DecodedPoint, length: number): Uint8Array {
  return point.is0() ? Uint8Array.from({ length }, (_, i) => (i === 0 ? 0xc0 : 0)) : point.toBytes(true)
}

function hashToGroup(message: Uint8Array): Point2 {
  return bls12_381.longSignatures.hash(message, blsCiphersuite)
}

function samePairing(a: Point1, message: Uint8Array, b: Point1, signature: Point2): boolean {
  if (a.is0() || b.is0() || signature.is0()) return false
  const product = bls12_381.pairingBatch([
    { g1: a, g2: hashToGroup(message) },
    { g1: b.negate(), g2: signature },
  ])
  return Fp12.eql(product, Fp12.ONE)
}

/** A weight of 64 random bits, as blst draws them: wrong signatures pass with a probability of 2⁻⁶⁴. */
function randomWeight(): bigint {
  const { buffer, byteOffset } = randomBytes(8)
  return new DataView(buffer, byteOffset).getBigUint64(0) || 1n
}

function verifyAll(publicKeys: readonly Point1[], message: Uint8Array, signatures: readonly Uint8Array[]): boolean {
  let key = G1.ZERO
  let sum = G2.ZERO
  for (const [i, bytes] of signatures.entries()) {
    const signature = decode((encoded) => G2.fromBytes(encoded), 96, bytes)
    if (signature === undefined) return false
    const weight = randomWeight()
    key = key.add((publicKeys[i] as Point1).multiplyUnsafe(weight))
    sum = sum.add(signature.multiplyUnsafe(weight))
  }
  return samePairing(key, message, G1.BASE, sum)
}

/**
 * BLS12-381 in plain JavaScript: for browsers and for machines without a native library. Tests
 * compare the native library with it. It is not constant-time.
 */
export const nobleBls: PairingGroup<bigint, Point1, Point2> = {
  field: blsField,
  pointLength: 48,
  signatureLength: 96,
  commit: (scalar) => (scalar === 0n ? G1.ZERO : G1.BASE.multiply(scalar)),
  addPoints: (points) => points.reduce((sum, point) => sum.add(point), G1.ZERO),
  multiply: (point, scalar) => (scalar === 0n || point.is0() ? G1.ZERO : point.multiply(scalar)),
  evaluate: (points, x) => points.reduceRight((sum, point) => sum.multiplyUnsafe(BigInt(x)).add(point), G1.ZERO),
  equal: (a, b) => a.equals(b),
  encodePoint: (point) => encode(point, 48),
  decodePoint: (bytes) => decode((encoded) => G1.fromBytes(encoded), 48, bytes),
  sign: (scalar, message) => (scalar === 0n ? G2.ZERO : hashToGroup(message).multiply(scalar)),
  verify: (publicKey, message, signature) => samePairing(publicKey, message, G1.BASE, signature),
  verifyAll,
  samePairing,
  weightedSum: (signatures, weights) =>
    signatures.reduce((sum, signature, i) => sum.add(signature.multiplyUnsafe(weights[i] as bigint)), G2.ZERO),
  encodeSignature: (signature) => encode(signature, 96),
  decodeSignature: (bytes) => decode((encoded) => G2.fromBytes(encoded), 96, bytes),
}
