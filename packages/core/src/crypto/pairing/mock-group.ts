// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import type { Field, PairingGroup } from './group.ts'

/** A prime below 2^31, so that plain numbers are large enough. */
const prime = 2 ** 31 - 1
const generator = 7
const length = 4

/** Multiplies two factors below 2^31. Each product on the way is below 2^48, so it is exact. */
function multiply(a: number, b: number): number {
  const high = (a * (b >>> 16)) % prime
  return (high * 0x1_0000 + a * (b & 0xffff)) % prime
}

const add = (a: number, b: number): number => (a + b) % prime

/** Inverts by Fermat's little theorem. */
function invert(a: number): number {
  let result = 1
  let square = a
  for (let exponent = prime - 2; exponent > 0; exponent >>>= 1) {
    if ((exponent & 1) === 1) result = multiply(result, square)
    square = multiply(square, square)
  }
  return result
}

function encode(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
}

function decode(bytes: Uint8Array): number | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = bytes
  const value = (a | (b << 8) | (c << 16) | (d << 24)) >>> 0
  return bytes.length === length && value < prime ? value : undefined
}

function decodeNonzero(bytes: Uint8Array): number | undefined {
  const value = decode(bytes)
  return value === 0 ? undefined : value
}

/** Reads six bytes as a little-endian integer, and reduces it. */
function fromUniform(bytes: Uint8Array): number {
  let value = 0
  for (let i = 5; i >= 0; i--) value = value * 256 + (bytes[i] as number)
  return value % prime
}

function hashToGroup(message: Uint8Array): number {
  return fromUniform(platform.sha3(message)) || 1
}

function sumOf(terms: readonly number[]): number {
  return terms.reduce(add, 0)
}

function samePairing(a: number, message: Uint8Array, b: number, signature: number): boolean {
  return a !== 0 && b !== 0 && multiply(a, hashToGroup(message)) === multiply(b, signature)
}

const mockField: Field<number> = {
  scalarLength: length,
  uniformLength: 6,
  scalar: (value) => value,
  fromUniform,
  isZero: (a) => a === 0,
  add,
  subtract: (a, b) => (a - b + prime) % prime,
  multiply,
  invert,
  encodeScalar: encode,
  decodeScalar: decode,
}

/**
 * A stand-in for tests: both groups are the integers modulo a prime, under addition, and the pairing
 * is multiplication. All equations hold, and nothing is secret.
 */
export const mockGroup: PairingGroup<number, number, number> = {
  field: mockField,
  pointLength: length,
  signatureLength: length,
  commit: (scalar) => multiply(scalar, generator),
  addPoints: sumOf,
  multiply,
  evaluate: (points, x) => points.reduceRight((sum, point) => add(multiply(sum, x), point), 0),
  equal: (a, b) => a === b,
  encodePoint: encode,
  decodePoint: decodeNonzero,
  sign: (scalar, message) => multiply(scalar, hashToGroup(message)),
  verify: (publicKey, message, signature) => samePairing(publicKey, message, generator, signature),
  verifyAll: (publicKeys, message, signatures) =>
    signatures.every((bytes, i) => {
      const signature = decodeNonzero(bytes)
      return signature !== undefined && samePairing(publicKeys[i] as number, message, generator, signature)
    }),
  samePairing,
  weightedSum: (signatures, weights) =>
    sumOf(signatures.map((signature, i) => multiply(signature, weights[i] as number))),
  encodeSignature: encode,
  decodeSignature: decodeNonzero,
}
