// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { ParsecError } from './errors.ts'
import { scalarBytes } from './key-group.ts'
import type { KeyGroup } from './key-group.ts'
import { keySchemeOf } from './key-scheme.ts'
import type { KeyScheme } from './keys.ts'

const { G1, G2, fields } = bls12_381
type G1Point = typeof G1.Point.BASE
type G2Point = typeof G2.Point.BASE

const order = fields.Fr.ORDER

function malformed(expected: string): ParsecError {
  return new ParsecError({ code: 'MalformedEncoding', expected, offset: 0 })
}

function readPoint<P extends { assertValidity(): void; is0(): boolean }>(read: () => P, expected: string): P {
  let point: P
  try {
    point = read()
    point.assertValidity()
  } catch {
    throw malformed(expected)
  }
  if (point.is0()) throw malformed(expected)
  return point
}

const group: KeyGroup<G1Point, G2Point> = {
  name: 'bls12-381',
  order,
  scalarLength: 32,
  keyLength: 48,
  key: (secret) => (secret === 0n ? G1.Point.ZERO : G1.Point.BASE.multiply(secret)),
  readKey: (bytes) => readPoint(() => G1.Point.fromBytes(bytes), 'a point of G1, compressed'),
  readSignature: (bytes) => readPoint(() => G2.Point.fromBytes(bytes), 'a point of G2, compressed'),
  multiplyKey: (key, scalar) => key.multiplyUnsafe(scalar),
  multiplySignature: (signature, scalar) => signature.multiplyUnsafe(scalar),
  sign: (secret, message) => platform.blsSign(scalarBytes(secret, 32), message),
  verify: (key, message, signature) => platform.blsVerify(key.toBytes(), message, signature),
}

/**
 * BLS signatures over BLS12-381 (draft-irtf-cfrg-bls-signature, ciphersuite `BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_`): keys of 48 bytes in G1, signatures of 96 in G2, so that a signature
 * by a shared key can be checked with any common library. Points are compressed, of the right subgroup, and not zero; scalars are reduced.
 */
export const blsKeys: KeyScheme = keySchemeOf(group)
