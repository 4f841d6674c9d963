// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** A point of one of the groups of a pairing. Immutable. */
export interface Point<P> {
  add(other: P): P
  equals(other: P): boolean
  /** Canonical encoding. */
  toBytes(): Uint8Array
}

/**
 * A pairing-friendly group, as far as BLS signatures with shared keys need it: scalars are integers modulo a prime, keys points of one group, signatures points of the other one.
 *
 * Reading throws a ParsecError, `MalformedEncoding`, for what is no canonical encoding of a point of the group other than zero.
 */
export interface KeyGroup<K extends Point<K>, S extends Point<S>> {
  readonly name: string
  /** The order of both groups: a prime. */
  readonly order: bigint
  readonly scalarLength: number
  readonly keyLength: number
  /** The generator, so many times. @param secret - in constant time, as far as the language allows. */
  key(secret: bigint): K
  readKey(bytes: Uint8Array): K
  readSignature(bytes: Uint8Array): S
  /** A key, so many times; not in constant time: for public scalars only. */
  multiplyKey(key: K, scalar: bigint): K
  /** A signature, so many times; likewise. */
  multiplySignature(signature: S, scalar: bigint): S
  /** The message's signature by a secret key. */
  sign(secret: bigint, message: Uint8Array): Uint8Array
  /** Is it the message's signature by the key? False for what is no signature. */
  verify(key: K, message: Uint8Array, signature: Uint8Array): boolean
}

/** The value of a polynomial whose coefficients are scalars. */
export function evaluate(coefficients: readonly bigint[], x: bigint, order: bigint): bigint {
  return coefficients.reduceRight((value, coefficient) => (value * x + coefficient) % order, 0n)
}

/** The same where the coefficients are keys. Throws a RangeError where there are none. */
export function evaluateKeys<K extends Point<K>>(
  group: { multiplyKey(key: K, scalar: bigint): K },
  coefficients: readonly K[],
  x: bigint,
): K {
  return coefficients.reduceRight((value, coefficient) => group.multiplyKey(value, x).add(coefficient))
}

/** What the values of a polynomial at so many points are multiplied with so that their sum is its value at 0 (Lagrange). */
export function weightsAtZero(points: readonly bigint[], order: bigint): bigint[] {
  return points.map((point) => {
    let numerator = 1n
    let denominator = 1n
    for (const other of points) {
      if (other === point) continue
      numerator = (numerator * other) % order
      denominator = (denominator * (other - point + order)) % order
    }
    return (numerator * inverse(denominator, order)) % order
  })
}

/** By Euclid's algorithm. */
function inverse(value: bigint, order: bigint): bigint {
  let [a, b] = [order, value % order]
  let [x, y] = [0n, 1n]
  while (b !== 0n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  return ((x % order) + order) % order
}

/** Big-endian bytes of a scalar. */
export function scalarBytes(scalar: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let rest = scalar
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

export function scalarOf(bytes: Uint8Array): bigint {
  let scalar = 0n
  for (const byte of bytes) scalar = (scalar << 8n) | BigInt(byte)
  return scalar
}

/** A uniform scalar: 16 bytes more than it has make what is lost by the remainder negligible. */
export function randomScalar(
  { order, scalarLength }: { readonly order: bigint; readonly scalarLength: number },
  random: (length: number) => Uint8Array,
): bigint {
  return scalarOf(random(scalarLength + 16)) % order
}
