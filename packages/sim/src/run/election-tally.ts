// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { DecisionView, Inspection } from '@parsec-bft/core'
import { subjectRounds } from './election-rounds.ts'

/**
 * Counts the elections of a run, each as the first peer that decided it saw it: how many had a key for
 * their coin, how many needed a coin, how many both, and how many coins they needed.
 */
export class ElectionTally {
  readonly #seen = new Set<number>()
  #withKey = 0
  #tossed = 0
  #tossedWithKey = 0
  #coins = 0

  decided(decision: DecisionView, inspection: Inspection): void {
    if (this.#seen.has(decision.election)) return
    this.#seen.add(decision.election)
    const hasKey = inspection.coinThreshold !== undefined
    if (hasKey) this.#withKey++
    const coins = subjectRounds(decision, inspection).reduce((sum, rounds) => sum + rounds - 1, 0)
    if (coins > 0) this.#tossed++
    if (coins > 0 && hasKey) this.#tossedWithKey++
    this.#coins += coins
  }

  /** Counts of zero are left out. */
  get counts(): Record<string, number> {
    const counts = {
      decided: this.#seen.size,
      withKey: this.#withKey,
      tossed: this.#tossed,
      tossedWithKey: this.#tossedWithKey,
      coins: this.#coins,
    }
    return Object.fromEntries(
      Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [[`elections.${name}`, count]])),
    )
  }
}
