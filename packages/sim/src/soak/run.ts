// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { OptionsError } from '../options/options-error.ts'
import type { SimulationOptions } from '../options/options.ts'
import { commandFor } from '../run/command.ts'
import { optionsOf } from './plan.ts'
import type { SoakRun } from './plan.ts'
import { shrink } from './shrink.ts'
import type { Simulate } from './shrink.ts'

/** A run to be made. Plain data, like its outcome: both travel between threads. */
export interface SoakJob extends SoakRun {
  /** If the run fails, look for smaller options with which the same checker fails. */
  readonly shrinks: boolean
}

/** What a report needs to know of a run. */
export interface SoakOutcome extends SoakRun {
  readonly rounds: number
  readonly blocks: number
  readonly messages: number
  /** See `SimulationResult.counts`. */
  readonly counts: Readonly<Record<string, number>>
  readonly failure: SoakFailure | null
}

/** A run that failed. */
export interface SoakFailure extends SoakRun {
  /** See `SimulationFailure.checker`; `options` where the scenario describes no run. */
  readonly checker: string
  /** Its first line. */
  readonly reason: string
  /** Replays the run. */
  readonly command: string
  /** A smaller run in which the same checker fails; null if nobody looked for one. */
  readonly shrunk: { readonly command: string; readonly options: SimulationOptions } | null
}

/**
 * Makes a run.
 *
 * @throws {@link OptionsError} when there is no such scenario.
 */
export function performRun({ shrinks, ...run }: SoakJob, simulate: Simulate): SoakOutcome {
  const { scenario } = run
  const options = optionsOf(run)
  if (options === undefined) throw new OptionsError('scenario', `there is no ${scenario}`)
  const failed = (checker: string, reason: string): SoakFailure => {
    const smaller = shrinks && checker !== 'options' ? shrink(options, checker, simulate) : undefined
    const shrunk = smaller === undefined ? null : { command: commandFor(smaller), options: smaller }
    return { ...run, checker, reason: reason.split('\n', 1)[0] ?? '', command: commandFor(options), shrunk }
  }
  try {
    const { rounds, agreed, traffic, counts = {}, failure } = simulate(options)
    return {
      ...run,
      rounds,
      blocks: agreed.length,
      messages: traffic.messages,
      counts,
      failure: failure === undefined ? null : failed(failure.checker, failure.reason),
    }
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error
    return { ...run, rounds: 0, blocks: 0, messages: 0, counts: {}, failure: failed('options', error.message) }
  }
}
