// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { assert } from '../../base/errors.ts'
import type { RandomBytes } from '../../base/public-id.ts'
import type { Field } from './group.ts'

/** A secret scalar other than zero, whose multiples are no identities. */
export function randomScalar<S>(field: Field<S>, random: RandomBytes): S {
  for (;;) {
    const scalar = field.fromUniform(random(field.uniformLength))
    if (!field.isZero(scalar)) return scalar
  }
}

/** Value at x of the polynomial with these coefficients, the constant first. */
export function valueAt<S>(field: Field<S>, coefficients: readonly S[], x: number): S {
  const at = field.scalar(x)
  return coefficients.reduceRight(
    (sum, coefficient) => field.add(field.multiply(sum, at), coefficient),
    field.scalar(0),
  )
}

/**
 * What values at the points xs (distinct, positive) are multiplied with to add up to the value at
 * 0: Lagrange's coefficients.
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

/** Value at 0 of the polynomial of least degree through (x, value). */
export function interpolateAtZero<S>(field: Field<S>, points: readonly (readonly [x: number, value: S])[]): S {
  const weights = weightsAtZero(
    field,
    points.map(([x]) => x),
  )
  return points.reduce((sum, [, value], i) => field.add(sum, field.multiply(value, weights[i] as S)), field.scalar(0))
}

/** A (degree + 1) × (degree + 1) matrix that equals its transpose; one triangle is stored. */
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

/** Entries stored for a symmetric matrix. */
export function entriesOf(size: number): number {
  return (size * (size + 1)) / 2
}
