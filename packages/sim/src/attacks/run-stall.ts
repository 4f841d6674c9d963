// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { defaultOptions } from '../options.ts'
import type { SimulationOptions } from '../options.ts'
import { simulate } from '../simulate.ts'
import type { SimulationResult } from '../simulate.ts'
import { electionRounds } from './election-rounds.ts'

/** What the scheduler is to do. */
export interface StallPlan {
  /** Four, seven, ten …: 3f + 1. */
  readonly peers: number
  /** It lets go after so many rounds of the binary agreement. */
  readonly rounds: number
  /** It guesses the coins, see {@link StallOptions}. */
  readonly blind: boolean
}

export interface StallResult {
  /**
   * Per election, in order, how many rounds of the binary agreement it took: of the peers' counts the largest. The last election is the one attacked, the first is that of
   * the genesis.
   */
  readonly electionRounds: readonly number[]
  readonly simulation: SimulationResult
}

/** By then a fair network of any size that is simulated has decided its genesis. */
const fromRound = 40
/** Of the simulation, after the attack: many times what a fair network needs. */
const fairRounds = 200

/** What an attacked network has that others have not. */
export function stalled({ peers, rounds, blind }: StallPlan): Omit<SimulationOptions, 'seed'> {
  return {
    ...defaultOptions,
    initialPeers: peers,
    maxRounds: fromRound + 3 * rounds + fairRounds,
    topics: [{ kind: 'payload', text: 'contested', round: fromRound, spreadRounds: 0, by: 'all' }],
    stall: { fromRound, rounds, blind },
  }
}

/**
 * Attacks the second election of a network, and lets the network be fair afterwards. The checks are those of {@link simulate}.
 *
 * Throws {@link OptionsError} for a plan that describes no run.
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
