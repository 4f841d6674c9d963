// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CoinKind } from '@parsec-bft/core'
import { findScenario, scenarios } from '@parsec-bft/sim'
import type { Shard, SoakPlan, SoakReport } from '@parsec-bft/sim'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { availableParallelism } from 'node:os'
import { exitCodes, painter } from '../io.ts'
import type { Io } from '../io.ts'
import { wholeNumber } from '../numbers.ts'
import { coinOption } from '../simulation-flags.ts'
import { unknownScenario } from '../suggest.ts'
import { mergeFiles, prepareSaving, saveFailure } from './files.ts'
import { mostShrunk, soak } from './soak.ts'
import { summary } from './summary.ts'

interface SoakFlags {
  readonly runs?: number
  /** Milliseconds. */
  readonly for?: number
  readonly seedFrom: number
  readonly coin?: CoinKind
  readonly shard: Shard
  readonly workers: number
  readonly scenario?: readonly string[]
  readonly json?: true
  readonly save?: string
}

const defaultRuns = 1000
const mostWorkers = 1024

const examples = `
Examples:
  parsec soak                                 ${String(defaultRuns)} runs, all scenarios in turn
  parsec soak --for 10m --seed-from 5000      as many as ten minutes allow, with other seeds
  parsec soak --scenario malice --runs 50 --save regressions
  parsec soak --runs 100 --shard 2/4 --json   one of four machines: CI matrix, job array, indexed job
  parsec soak merge shard-*.json              the reports of all shards as one

Of k scenarios, run r is of number r mod k, with the seed --seed-from + floor(r / k); it belongs to shard
i/n when r mod n = i - 1. A failing run does not end the others. Each is told with the command that
replays it, the first ${String(mostShrunk)} also with a smaller run that fails likewise.

Ctrl-C (SIGINT) or SIGTERM stops it after the runs under way: it prints and saves what it has. A second
signal stops it at once.

Exit codes: 0 no check failed; 1 a check failed; 2 wrong usage; 4 the output could not be written;
130 stopped by Ctrl-C, 143 by SIGTERM, whatever the checks said so far.
`

const mergeExamples = `
Examples:
  parsec soak merge shard-1.json shard-2.json shard-3.json shard-4.json
  parsec soak merge --json shard-*.json

Exit codes: 0 no check failed; 1 a check failed; 2 wrong usage, or reports that do not belong together;
4 the output could not be written.
`

/** Adds `parsec soak`: scenarios over many seeds, and `parsec soak merge`: the reports of its shards as one. */
export function addSoak(program: Command, io: Io, done: (code: number) => void): void {
  const command = program
    .command('soak')
    .description('run scenarios over many seeds, on all cores, and report what fails')
    .addOption(new Option('--runs <count>', `how many (default ${String(defaultRuns)})`).argParser(wholeNumber(1)))
    .addOption(new Option('--for <time>', 'as many as fit: 30s, 10m, 2h').argParser(durationMs).conflicts('runs'))
    .addOption(new Option('--seed-from <seed>', 'the first seed').argParser(wholeNumber(0)).default(0))
    .addOption(
      new Option('--shard <i/n>', 'only part i of n of the runs')
        .argParser(shard)
        .default({ index: 1, count: 1 }, '1/1'),
    )
    .addOption(
      new Option('--workers <count>', 'threads')
        .argParser(wholeNumber(1, mostWorkers))
        .default(availableParallelism(), 'one per core'),
    )
    .addOption(
      new Option('--scenario <name>', 'not all, see parsec scenarios; can be repeated').argParser(scenarioNames),
    )
    .addOption(coinOption(' (default: what each scenario says)'))
    .option('--save <dir>', 'write the options of each failing run to a file, for tests to run from then on')
    .option('--json', 'print the report as JSON, and nothing else, on standard output')
    .addHelpText('after', examples)
    .action(async (flags: SoakFlags) => {
      done(await runSoak(flags, io))
    })
  command
    .command('merge <file...>')
    .description('make one report of the JSON reports of all shards')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', mergeExamples)
    .action((files: string[], { json }: { json?: true }) => {
      done(tell(mergeFiles(files), json === true, io))
    })
}

async function runSoak(flags: SoakFlags, io: Io): Promise<number> {
  const plan: SoakPlan = {
    scenarios: flags.scenario ?? scenarios.map(({ name }) => name),
    seedFrom: flags.seedFrom,
    coin: flags.coin ?? null,
    runs: flags.for === undefined ? (flags.runs ?? defaultRuns) : null,
    forMs: flags.for ?? null,
    shard: flags.shard,
  }
  if (flags.save !== undefined) prepareSaving(flags.save)
  const { report, signal } = await soak(plan, flags.workers, io)
  if (flags.save !== undefined) for (const failure of report.failures) saveFailure(flags.save, failure, report.version)
  const code = tell(report, flags.json === true, io)
  return signal === undefined ? code : exitCodes[signal]
}

function tell(report: SoakReport, isJson: boolean, io: Io): number {
  io.stdout.write(isJson ? `${JSON.stringify(report, null, 2)}\n` : summary(report, painter(io.stdout)))
  return report.failures.length > 0 ? exitCodes.mismatch : exitCodes.ok
}

function durationMs(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? []
  const value = Number(count) * (unit === 'h' ? 3_600_000 : unit === 'm' ? 60_000 : 1000)
  if (value > 0) return value
  throw new InvalidArgumentError('It is not a time like 30s, 10m or 2h.')
}

function shard(text: string): Shard {
  const [, index, count] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number)
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) return { index, count }
  throw new InvalidArgumentError('It is not i/n with i from 1 to n.')
}

function scenarioNames(name: string, before: readonly string[] = []): readonly string[] {
  if (findScenario(name) !== undefined) return [...new Set([...before, name])]
  throw new InvalidArgumentError(unknownScenario(name))
}
