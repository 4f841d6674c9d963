// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { AdversarialDelay } from './options.ts'
import type { Random } from './random.ts'

/** What the scheduler sees of a message. */
export interface Passage {
  readonly from: string
  readonly to: string
  readonly round: number
  readonly timeMs: number
}

/** Rounds for which the network stays parted in the same way. */
const partitionRounds = 8

/** A network that wants no progress: it sees everything, and delays messages as it likes up to a bound; it loses none. */
export class Scheduler {
  readonly #delay: AdversarialDelay
  readonly #random: Random
  /** Names of those who are ahead. */
  readonly #leaders: () => readonly string[]
  readonly #sides = new Map<string, boolean>()

  constructor(delay: AdversarialDelay, random: Random, leaders: () => readonly string[]) {
    this.#delay = delay
    this.#random = random
    this.#leaders = leaders
  }

  /** How long it takes, in virtual milliseconds. */
  delayMs({ from, to, round }: Passage): number {
    const { maxMs, tactic } = this.#delay
    const quick = this.#random.integer(0, Math.min(20, maxMs))
    const isHeld =
      tactic === 'halves'
        ? this.#side(from, 0) !== this.#side(to, 0)
        : tactic === 'partitions'
          ? this.#side(from, Math.floor(round / partitionRounds)) !==
            this.#side(to, Math.floor(round / partitionRounds))
          : this.#leaders().includes(from)
    return isHeld ? this.#random.integer(Math.floor(maxMs / 2), maxMs) : quick
  }

  #side(peer: string, epoch: number): boolean {
    const key = `${String(epoch)} ${peer}`
    let side = this.#sides.get(key)
    if (side === undefined) this.#sides.set(key, (side = this.#random.fork(key).chance(0.5)))
    return side
  }
}
