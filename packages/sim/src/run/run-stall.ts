// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stalled } from '../scenarios/stall-plan.ts'
import type { StallPlan } from '../scenarios/stall-plan.ts'
import { electionRounds } from './election-rounds.ts'
import { simulate } from './simulate.ts'
import type { SimulationResult } from './simulate.ts'

export interface StallResult {
  /**
   * Per election, in order, how many rounds of the binary agreement it took at the peer where it took
   * most. The last election is the one attacked, the first is that of the genesis.
   */
  readonly electionRounds: readonly number[]
  readonly simulation: SimulationResult
}

/**
 * Attacks the second election of a network; after the attack the network is fair. Checks the run as
 * {@link simulate} does.
 *
 * @throws {@link OptionsError} for a plan that describes no run.
 */
export function runStall(plan: StallPlan, seed: string | number): StallResult {
  const rounds: number[] = []
  const simulation = simulate(
    { ...stalled(plan), seed: String(seed) },
    {
      onDecision: (_, decision, inspection) => {
        const { election } = decision
        rounds[election] = Math.max(rounds[election] ?? 0, electionRounds(decision, inspection))
      },
    },
  )
  return { electionRounds: rounds, simulation }
}
