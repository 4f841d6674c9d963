// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type * as Blst from '@chainsafe/blst'
import type { PublicKey, Signature } from '@chainsafe/blst'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { compareBytes } from '../../base/encoding.ts'
import { blsField } from './bls-field.ts'
import { nobleBls } from './bls-noble.ts'
import type { PairingGroup } from './group.ts'

const G1 = bls12_381.G1.Point
const pointLength = 48
const signatureLength = 96
const uncompressed = 0x80

/**
 * The identity in Zcash's encoding: the bits for `compressed` and `at infinity` are set, all others
 * are zero.
 */
function identityBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  bytes[0] = 0xc0
  return bytes
}

/** Is it a compressed point of the right length? blst itself would also read uncompressed points. */
function isCompressed(bytes: Uint8Array, length: number): boolean {
  return bytes.length === length && ((bytes[0] as number) & uncompressed) !== 0
}

function undefinedIfThrown<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * BLS12-381 by the native library blst, which adds points but does not multiply them. So multiples
 * are made of doublings and additions. Noble is used where the scalar may be secret, and for
 * pairings that do not verify a signature. blst hashes with the tag `blsCiphersuite`.
 */
export function nativeBls(blst: typeof Blst): PairingGroup<bigint, PublicKey, Signature> {
  const identity = blst.PublicKey.fromBytes(identityBytes(pointLength), false)
  const signatureIdentity = blst.Signature.fromBytes(identityBytes(signatureLength), false, false)
  const sum = (points: PublicKey[]): PublicKey => blst.aggregatePublicKeys(points, false)

  /** Computes factor · point + added: doubles and adds, from the highest bit of the factor on. */
  const multiplyAdd = (point: PublicKey, factor: number, added: PublicKey): PublicKey => {
    if (factor === 1) return sum([point, added])
    let result = point
    for (let bit = 30 - Math.clz32(factor); bit >= 0; bit--) {
      const terms = [result, result]
      if ((factor & (1 << bit)) !== 0) terms.push(point)
      if (bit === 0) terms.push(added)
      result = sum(terms)
    }
    return result
  }

  const sumSignatures = (signatures: Signature[]): Signature => blst.aggregateSignatures(signatures, false)

  /** The signature times 0 to 15: one entry for each hexadecimal digit that a weight can have. */
  const multiplesOf = (signature: Signature): Signature[] => {
    const multiples = [signatureIdentity]
    for (let i = 1; i < 16; i++) multiples.push(sumSignatures([multiples[i - 1] ?? signatureIdentity, signature]))
    return multiples
  }

  return {
    field: blsField,
    pointLength,
    signatureLength,
    commit: (scalar) =>
      scalar === 0n ? identity : blst.SecretKey.fromBytes(blsField.encodeScalar(scalar)).toPublicKey(),
    addPoints: (points) => sum([identity, ...points]),
    multiply(point, scalar) {
      const product = nobleBls.multiply(nobleBls.decodePoint(point.toBytes()) ?? G1.ZERO, scalar)
      return blst.PublicKey.fromBytes(nobleBls.encodePoint(product), false)
    },
    evaluate: (points, x) =>
      points.reduceRight((result, point) => (result === identity ? point : multiplyAdd(result, x, point)), identity),
    equal: (a, b) => compareBytes(a.toBytes(), b.toBytes()) === 0,
    encodePoint: (point) => point.toBytes(),
    decodePoint: (bytes) =>
      isCompressed(bytes, pointLength) ? undefinedIfThrown(() => blst.PublicKey.fromBytes(bytes, true)) : undefined,
    sign: (scalar, message) =>
      scalar === 0n ? signatureIdentity : blst.SecretKey.fromBytes(blsField.encodeScalar(scalar)).sign(message),
    verify: (publicKey, message, signature) => blst.verify(message, publicKey, signature, false, false),
    verifyAll(publicKeys, message, signatures) {
      if (!signatures.every((bytes) => isCompressed(bytes, signatureLength))) return false
      const sets = publicKeys.map((pk, i) => ({ pk, sig: signatures[i] as Uint8Array }))
      const sums = undefinedIfThrown(() => blst.aggregateWithRandomness(sets))
      return sums !== undefined && blst.verify(message, sums.pk, sums.sig, false, false)
    },
    samePairing(a, message, b, signature) {
      const [first, second] = [a, b].map((point) => nobleBls.decodePoint(point.toBytes()))
      const third = nobleBls.decodeSignature(signature.toBytes())
      if (first === undefined || second === undefined || third === undefined) return false
      return nobleBls.samePairing(first, message, second, third)
    },
    weightedSum(signatures, weights) {
      const tables = signatures.map(multiplesOf)
      const digits = weights.map((weight) => weight.toString(16).padStart(2 * blsField.scalarLength, '0'))
      let result = signatureIdentity
      for (let place = 0; place < 2 * blsField.scalarLength; place++) {
        for (let doubling = 0; doubling < 4; doubling++) result = sumSignatures([result, result])
        const terms = digits.map((hex, i) => tables[i]?.[parseInt(hex[place] ?? '0', 16)] ?? signatureIdentity)
        result = sumSignatures([result, ...terms])
      }
      return result
    },
    encodeSignature: (signature) => signature.toBytes(),
    decodeSignature: (bytes) =>
      isCompressed(bytes, signatureLength)
        ? undefinedIfThrown(() => blst.Signature.fromBytes(bytes, true, true))
        : undefined,
  }
}
