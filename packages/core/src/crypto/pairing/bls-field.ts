// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { bls12_381 } from '@noble/curves/bls12-381.js'
import { toHex } from '../../base/encoding.ts'
import type { Field } from './group.ts'

const { Fr } = bls12_381.fields
const order = Fr.ORDER
const scalarLength = 32

/** Reads a big-endian integer. */
function integerOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt('0x' + toHex(bytes))
}

/**
 * The scalars of BLS12-381: integers modulo the order of its groups. They are encoded as secret keys
 * are: 32 bytes, big-endian.
 */
export const blsField: Field<bigint> = {
  scalarLength,
  /** ceil((255 + 128) / 8), RFC 9380 section 5.1. */
  uniformLength: 48,
  scalar: (value) => BigInt(value),
  fromUniform: (bytes) => integerOf(bytes) % order,
  isZero: (a) => a === 0n,
  add: (a, b) => Fr.add(a, b),
  subtract: (a, b) => Fr.sub(a, b),
  multiply: (a, b) => (a * b) % order,
  invert: (a) => Fr.inv(a),
  encodeScalar: (a) => Fr.toBytes(a),
  decodeScalar(bytes) {
    if (bytes.length !== scalarLength) return undefined
    const value = integerOf(bytes)
    return value < order ? value : undefined
  },
}
