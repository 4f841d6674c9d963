// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { leastSupermajority, leastThird } from '../base/quorum.ts'

/** What is counted: how many voters hold true, false, or anything in estimates, aux or confirmations. */
export const held = { estTrue: 0, estFalse: 1, auxTrue: 2, auxFalse: 3, anyAux: 4, anyConf: 5 } as const
const counterCount = 6

/** One of {@link held}. */
type Held = (typeof held)[keyof typeof held]

/**
 * Counts voters for 32 subjects at once. Subjects are bits of a word, here as everywhere in
 * meta-votes; a counter is a column of such words: the first one has the lowest binary digit of all
 * 32 counts, the next one their second digit, and so on. For example, when subjects 0 and 2 have
 * been counted once, and subject 2 once more, the words are 0b001 and 0b100.
 *
 * So adding one voter costs a few operations for all subjects together, not one for each.
 */
export class Tally {
  readonly #digits: number
  readonly #counters: Int32Array
  readonly #third: number
  readonly #supermajority: number

  constructor(voters: number) {
    this.#digits = 32 - Math.clz32(voters)
    this.#counters = new Int32Array(counterCount * this.#digits)
    this.#third = leastThird(voters)
    this.#supermajority = leastSupermajority(voters)
  }

  clear(): void {
    this.#counters.fill(0)
  }

  /** Counts one more voter, who holds it for these subjects. Nobody is counted twice. */
  add(what: Held, subjects: number): void {
    const counters = this.#counters
    let at = what * this.#digits
    // Binary addition of one: a digit that was set already carries over to the next one.
    for (let carry = subjects; carry !== 0; at++) {
      const digit = counters[at] as number
      counters[at] = digit ^ carry
      carry &= digit
    }
  }

  /** The subjects for which at least one third of the voters hold it. */
  thirdHold(what: Held): number {
    return this.#atLeast(what, this.#third)
  }

  /** The subjects for which a supermajority of the voters hold it. */
  supermajorityHold(what: Held): number {
    return this.#atLeast(what, this.#supermajority)
  }

  /** The subjects for which anybody holds it. */
  anyHold(what: Held): number {
    return this.#atLeast(what, 1)
  }

  /** The subjects whose counts are at least a threshold: compared digit by digit, the highest one last. */
  #atLeast(what: Held, threshold: number): number {
    const counters = this.#counters
    const at = what * this.#digits
    let less = 0
    for (let digit = 0; digit < this.#digits; digit++) {
      const counted = counters[at + digit] as number
      less = (threshold >> digit) & 1 ? ~counted | less : ~counted & less
    }
    return ~less
  }
}
