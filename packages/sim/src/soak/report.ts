// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { runsInShard } from './plan.ts'
import type { Shard, SoakPlan, SoakRun } from './plan.ts'
import type { SoakFailure, SoakOutcome } from './run.ts'

/**
 * The results of many runs. All but `elapsed` is the same on every machine and with any number of
 * workers, unless a time limit or a user ended the runs.
 */
export interface SoakReport {
  readonly version: string
  readonly options: SoakPlan
  /** The user ended the runs before the plan did. */
  readonly interrupted: boolean
  /** How many, per scenario. */
  readonly runs: Readonly<Record<string, number>>
  readonly rounds: number
  readonly blocks: number
  readonly messages: number
  /** Sums of `SimulationResult.counts`, by name. */
  readonly counts: Readonly<Record<string, number>>
  /** By seed, then in order of the scenarios. */
  readonly failures: readonly SoakFailure[]
  readonly elapsed: Elapsed
}

/** What the runs cost on this machine. For merged shards: the longest time, and all workers. */
export interface Elapsed {
  readonly ms: number
  readonly workers: number
}

/** The reports cannot be merged. */
export class MergeError extends Error {
  override readonly name = 'MergeError'
}

/** Sums outcomes, in whatever order they come. */
export class SoakTally {
  readonly #plan: SoakPlan
  readonly #runs = new Map<string, number>()
  readonly #counts = new Map<string, number>()
  readonly #failures = new Map<string, SoakFailure>()
  #rounds = 0
  #blocks = 0
  #messages = 0

  constructor(plan: SoakPlan) {
    this.#plan = plan
    for (const scenario of plan.scenarios) this.#runs.set(scenario, 0)
  }

  get failures(): readonly SoakFailure[] {
    return inOrder([...this.#failures.values()], this.#plan)
  }

  add({ scenario, rounds, blocks, messages, counts, failure }: SoakOutcome): void {
    this.addSums({ runs: { [scenario]: 1 }, rounds, blocks, messages, counts })
    if (failure !== null) this.addFailure(failure)
  }

  addSums({
    runs,
    rounds,
    blocks,
    messages,
    counts,
  }: Pick<SoakReport, 'runs' | 'rounds' | 'blocks' | 'messages' | 'counts'>): void {
    addEach(this.#runs, runs)
    addEach(this.#counts, counts)
    this.#rounds += rounds
    this.#blocks += blocks
    this.#messages += messages
  }

  /** Replaces an earlier failure of the same run. */
  addFailure(failure: SoakFailure): void {
    this.#failures.set(`${failure.scenario} ${String(failure.seed)}`, failure)
  }

  report({ version, interrupted, elapsed }: Pick<SoakReport, 'version' | 'interrupted' | 'elapsed'>): SoakReport {
    return {
      version,
      options: this.#plan,
      interrupted,
      runs: Object.fromEntries(this.#runs),
      rounds: this.#rounds,
      blocks: this.#blocks,
      messages: this.#messages,
      counts: Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))),
      failures: this.failures,
      elapsed,
    }
  }
}

/** How many runs were made. */
export function runsDone({ runs }: Pick<SoakReport, 'runs'>): number {
  return Object.values(runs).reduce((sum, count) => sum + count, 0)
}

/**
 * Merges the reports of all shards, in any order, into one of the whole.
 *
 * @throws {@link MergeError} when they are of different versions or plans, when shards are missing
 * or come twice, or are not complete.
 */
export function mergeReports(reports: readonly SoakReport[]): SoakReport {
  const [first] = reports
  if (first === undefined) throw new MergeError('there is nothing to merge')
  for (const report of reports) {
    if (differences(first, report).length === 0) continue
    throw new MergeError(
      `the reports are not of the same work: they differ in ${differences(first, report).join(', ')}`,
    )
  }
  checkShards(reports)
  const { version } = first
  const tally = new SoakTally({ ...first.options, shard: { index: 1, count: 1 } })
  for (const report of reports) {
    tally.addSums(report)
    for (const failure of report.failures) tally.addFailure(failure)
  }
  const ms = Math.max(...reports.map(({ elapsed }) => elapsed.ms))
  const workers = reports.reduce((sum, { elapsed }) => sum + elapsed.workers, 0)
  return tally.report({ version, interrupted: false, elapsed: { ms, workers } })
}

function differences(one: SoakReport, other: SoakReport): string[] {
  const facts = ({ version, options: { scenarios, seedFrom, runs, forMs, shard } }: SoakReport): [string, unknown][] =>
    Object.entries({ version, scenarios, seedFrom, runs, forMs, 'the number of shards': shard.count })
  const others = facts(other)
  return facts(one)
    .filter(([, value], i) => JSON.stringify(value) !== JSON.stringify(others[i]?.[1]))
    .map(([name]) => name)
}

function checkShards(reports: readonly SoakReport[]): void {
  const seen = new Set<number>()
  for (const { options, interrupted, runs } of reports) {
    const { shard } = options
    if (seen.has(shard.index)) throw new MergeError(`shard ${nameOf(shard)} comes twice`)
    seen.add(shard.index)
    const isShort = options.runs !== null && runsDone({ runs }) !== runsInShard(options)
    if (interrupted || isShort) throw new MergeError(`shard ${nameOf(shard)} was interrupted: run it again`)
  }
  const count = reports[0]?.options.shard.count ?? 0
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !seen.has(index))
  if (missing.length > 0) {
    throw new MergeError(`missing: ${missing.map((index) => `shard ${nameOf({ index, count })}`).join(', ')}`)
  }
}

function nameOf({ index, count }: Shard): string {
  return `${String(index)}/${String(count)}`
}

function addEach(sums: Map<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) sums.set(name, (sums.get(name) ?? 0) + count)
}

function inOrder<T extends SoakRun>(runs: readonly T[], { scenarios }: SoakPlan): T[] {
  const turn = ({ scenario }: SoakRun): number => scenarios.indexOf(scenario)
  return runs.toSorted((a, b) => a.seed - b.seed || turn(a) - turn(b))
}
