// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CoinKind } from '@parsec-bft/core'
import type { SimulationOptions } from '../options/options.ts'
import { findScenario } from '../scenarios/scenarios.ts'

/**
 * Many runs, described completely but for how long they take: what number a run has says what it
 * is, and who does it.
 */
export interface SoakPlan {
  /** Names of scenarios, which take turns. */
  readonly scenarios: readonly string[]
  readonly seedFrom: number
  /** Whatever the scenarios say; null: as they say. */
  readonly coin: CoinKind | null
  /** Of all shards together; null: as many as fit into `forMs`. */
  readonly runs: number | null
  /** Time for each shard; null: as long as the runs take. */
  readonly forMs: number | null
  readonly shard: Shard
}

/** One of `count` parts of the work, from 1: run r belongs to the shard with r mod count = index - 1. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** One run of a scenario. */
export interface SoakRun {
  readonly scenario: string
  readonly seed: number
  readonly coin: CoinKind | null
}

/** How many runs the shard has: infinitely many where only time ends them. */
export function runsInShard({ runs, shard }: SoakPlan): number {
  return runs === null ? Infinity : Math.max(0, Math.ceil((runs - shard.index + 1) / shard.count))
}

/** The shard's run at a place from 0. */
export function runAt({ scenarios, seedFrom, shard, coin }: SoakPlan, place: number): SoakRun {
  const number = shard.index - 1 + place * shard.count
  const scenario = scenarios[number % scenarios.length]
  if (scenario === undefined) throw new RangeError('a plan without scenarios has no runs')
  return { scenario, seed: seedFrom + Math.floor(number / scenarios.length), coin }
}

/** The options of a run; undefined if there is no such scenario. */
export function optionsOf({ scenario, seed, coin }: SoakRun): SimulationOptions | undefined {
  const options = findScenario(scenario)?.options(seed)
  return options && coin !== null ? { ...options, coin } : options
}
