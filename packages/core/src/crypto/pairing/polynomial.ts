// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { assert } from '../../base/errors.ts'
import type { RandomBytes } from '../../base/public-id.ts'
import type { Field } from './group.ts'

/** Draws a secret scalar. It is not zero, because a commitment to zero would be the identity. */
export function randomScalar<S>(field: Field<S>, random: RandomBytes): S {
  for (;;) {
    const scalar = field.fromUniform(random(field.uniformLength))
    if (!field.isZero(scalar)) return scalar
  }
}

/** The value at x of the polynomial with these coefficients; the constant is the first. */
export function valueAt<S>(field: Field<S>, coefficients: readonly S[], x: number): S {
  const at = field.scalar(x)
  return coefficients.reduceRight(
    (sum, coefficient) => field.add(field.multiply(sum, at), coefficient),
    field.scalar(0),
  )
}

/**
 * Lagrange's coefficients. Multiply the values of a polynomial at the points `xs` by them, and add
 * up: this gives its value at 0. The points must be distinct and positive.
 */
export function weightsAtZero<S>(field: Field<S>, xs: readonly number[]): S[] {
  const scalars = xs.map((x) => field.scalar(x))
  return scalars.map((x, i) => {
    let numerator = field.scalar(1)
    let denominator = numerator
    for (const [j, other] of scalars.entries()) {
      if (j === i) continue
      numerator = field.multiply(numerator, other)
      denominator = field.multiply(denominator, field.subtract(other, x))
    }
    return field.multiply(numerator, field.invert(denominator))
  })
}

/** The value at 0 of the polynomial of least degree that has these values at these points. */
export function interpolateAtZero<S>(field: Field<S>, points: readonly (readonly [x: number, value: S])[]): S {
  const weights = weightsAtZero(
    field,
    points.map(([x]) => x),
  )
  return points.reduce((sum, [, value], i) => field.add(sum, field.multiply(value, weights[i] as S)), field.scalar(0))
}

/** A square matrix that equals its transpose. Only one triangle of it is stored. */
export class SymmetricMatrix<T> {
  readonly entries: readonly T[]
  readonly size: number

  /** @param entries - the lower triangle by rows: (0,0), (1,0), (1,1), (2,0), … */
  constructor(size: number, entries: readonly T[]) {
    assert(entries.length === entriesOf(size), 'one triangle of a symmetric matrix')
    this.size = size
    this.entries = entries
  }

  row(i: number): T[] {
    return Array.from({ length: this.size }, (_, j) => {
      const [low, high] = i < j ? [i, j] : [j, i]
      return this.entries[(high * (high + 1)) / 2 + low] as T
    })
  }
}

/** How many entries are stored for a symmetric matrix of this size. */
export function entriesOf(size: number): number {
  return (size * (size + 1)) / 2
}
