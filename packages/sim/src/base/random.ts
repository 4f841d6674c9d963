// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

const uint32Range = 2 ** 32

/** FNV-1a over UTF-16 code units, as a 32-bit integer. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

/**
 * Makes every random choice in a run, from a seed: the same seed gives the same choices on every
 * machine. So it uses integers and basic arithmetic only, no `Math.exp` or `Math.log`, whose last
 * digit differs between machines.
 */
export class Random {
  readonly #seed: string
  readonly #generator: RandomGenerator

  /** @param seed - any text; an integer is the same seed as its decimal digits. */
  constructor(seed: string | number) {
    this.#seed = String(seed)
    this.#generator = xoroshiro128plus(hashText(this.#seed))
  }

  /** A generator for one purpose. What it gives does not depend on how many choices were made for others. */
  fork(concern: string): Random {
    return new Random(`${this.#seed}/${concern}`)
  }

  /** Uniform integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return uniformInt(this.#generator, min, max)
  }

  /** Uniform number in [0, 1), a multiple of 2^-32. */
  fraction(): number {
    return (this.#generator.next() >>> 0) / uint32Range
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability
  }

  /** One of the items; throws a RangeError when there is none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from')
    return items[this.integer(0, items.length - 1)] as T
  }

  /** The items in random order. */
  shuffle<T>(items: Iterable<T>): T[] {
    const rest = [...items]
    const shuffled: T[] = []
    while (rest.length > 0) shuffled.push(...rest.splice(this.integer(0, rest.length - 1), 1))
    return shuffled
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(0, 255))
  }

  /**
   * A Poisson-distributed integer, by inversion: one uniform number is walked down the probabilities.
   *
   * @param mean - any non-negative number; a large one is drawn as a sum of small ones, so that
   *   e^-mean does not vanish.
   */
  poisson(mean: number): number {
    const largestStep = 16
    let sum = 0
    for (let rest = mean; rest > 0; rest -= largestStep) sum += this.#smallPoisson(Math.min(rest, largestStep))
    return sum
  }

  #smallPoisson(mean: number): number {
    const uniform = this.fraction()
    let probability = expOfMinus(mean)
    let reached = probability
    let value = 0
    while (uniform >= reached && probability > 0) {
      value++
      probability *= mean / value
      reached += probability
    }
    return value
  }
}

/**
 * e^-x for 0 <= x <= 16 as 1 / (Taylor series of e^x): only additions, multiplications and
 * divisions, exact to the same bit everywhere.
 */
function expOfMinus(x: number): number {
  let term = 1
  let sum = 1
  for (let n = 1; n < 100; n++) {
    term *= x / n
    sum += term
  }
  return 1 / sum
}
