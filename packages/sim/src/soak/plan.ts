// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CoinKind } from '@parsec-bft/core'
import type { SimulationOptions } from '../options/options.ts'
import { findScenario } from '../scenarios/scenarios.ts'

/**
 * Many runs. They are described completely, except for how long they take: the number of a run
 * decides its scenario, its seed and the shard that makes it.
 */
export interface SoakPlan {
  /** Names of scenarios; the runs go through them in turn. */
  readonly scenarios: readonly string[]
  readonly seedFrom: number
  /** The coin of all runs; null: each scenario chooses. */
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

/** A run of the shard, by its place in it; the first place is 0. */
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
