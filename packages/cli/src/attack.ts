// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { OptionsError, runStall, simulationLimits } from '@parsec-bft/sim'
import type { SimulationFailure, StallPlan } from '@parsec-bft/sim'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import type { CoinKind } from '@parsec-bft/core'
import { coinOption } from './simulation-flags.ts'
import { addHelp } from './help.ts'
import { ProgressLine, UsageError, exitCodes, painter } from './io.ts'
import type { Io } from './io.ts'
import { counted } from './narration.ts'
import { wholeNumber } from './numbers.ts'

interface StallFlags {
  readonly peers: number
  readonly rounds: number
  readonly runs: number
  readonly seedFrom: number
  readonly coin: CoinKind
  readonly blind?: true
  readonly json?: true
}

interface StallRun {
  readonly seed: string
  /** Of the binary agreement, per election: the last is the one attacked. */
  readonly electionRounds: readonly number[]
  readonly failure: SimulationFailure | undefined
}

/** Beyond this a run would not end in reasonable time. */
const mostRounds = 300_000

const description = `
All peers are correct, and no message is lost. The scheduler reads every message. It chooses who gossips
to whom, and when each message arrives, so that the estimates of the binary agreement stay split. It can
do so as long as it knows the coin of each round beforehand. After --rounds rounds it lets go, and the
network decides.

With --coin threshold it has to guess the coins: nobody knows them before all estimates are fixed. Each
guess is wrong with probability 1/2, and a wrong guess ends the attack. With --blind it guesses too,
although it could know the predictable coins.

Examples:
  parsec attack stall                      4 peers, 100 rounds
  parsec attack stall --peers 7
  parsec attack stall --coin threshold --runs 1000  how many rounds do elections take then?
  parsec attack stall --runs 10 --json

Exit codes: 0 every check held: agreement, liveness on a fair network …; 1 a check failed; 2 wrong usage;
4 the output could not be written.
`

/** Adds `parsec attack stall`: what a scheduler can do to a coin that is known beforehand. */
export function addAttack(program: Command, io: Io, done: (code: number) => void): void {
  const attack = program.command('attack').description('attacks that a network must survive')
  attack
    .command('stall')
    .description('a scheduler keeps an election undecided, by the order of messages alone')
    .addOption(new Option('--peers <count>', '4, 7, 10 … 100').argParser(peerCount).default(4))
    .addOption(
      new Option('--rounds <count>', 'of the binary agreement, three steps each')
        .argParser(wholeNumber(1, mostRounds))
        .default(100),
    )
    .addOption(new Option('--runs <count>', 'how many, each with its own seed').argParser(wholeNumber(1)).default(1))
    .addOption(new Option('--seed-from <seed>', 'the first seed').argParser(wholeNumber()).default(0))
    .addOption(coinOption().default('predictable'))
    .option('--blind', 'the scheduler does not know the coins')
    .option('--json', 'print {peers, rounds, coin, blind, runs: [{seed, electionRounds, failure}]}')
    .addHelpText('after', description)
    .action((flags: StallFlags) => {
      done(runAttack(flags, io))
    })
  addHelp(attack)
}

function peerCount(text: string): number {
  const peers = wholeNumber(4, simulationLimits.peers)(text)
  if (peers % 3 !== 1) throw new InvalidArgumentError('It is not 4, 7, 10 or another 3f + 1.')
  return peers
}

function runAttack({ peers, rounds, runs, seedFrom, coin, blind, json }: StallFlags, io: Io): number {
  const plan: StallPlan = { peers, rounds, coin, blind: blind === true }
  const progress = new ProgressLine(io.stderr)
  const results = Array.from({ length: runs }, (_, i): StallRun => {
    progress.show(`run ${String(i + 1)} of ${String(runs)}`)
    return stallRun(plan, String(seedFrom + i))
  })
  progress.clear()
  const failures = results.flatMap(({ failure }) => failure ?? [])
  if (json === true) io.stdout.write(`${JSON.stringify(resultJson(plan, results), null, 2)}\n`)
  else io.stdout.write(summary(plan, results))
  const paint = painter(io.stderr)
  for (const { report } of failures) io.stderr.write(`${paint('red', 'A check failed!')}\n${report}\n`)
  return failures.length === 0 ? exitCodes.ok : exitCodes.mismatch
}

function stallRun(plan: StallPlan, seed: string): StallRun {
  try {
    const { electionRounds, simulation } = runStall(plan, seed)
    return { seed, electionRounds, failure: simulation.failure }
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(error.message)
    throw error
  }
}

function resultJson(plan: StallPlan, runs: readonly StallRun[]): unknown {
  return {
    ...plan,
    runs: runs.map(({ seed, electionRounds, failure }) => ({ seed, electionRounds, failure: failure?.reason ?? null })),
  }
}

function summary({ peers, rounds, coin, blind }: StallPlan, runs: readonly StallRun[]): string {
  const knowledge = blind || coin === 'threshold' ? 'guesses the coins' : 'knows the coins'
  const lines = [
    `${counted(peers, 'peer')}, all correct; a scheduler that ${knowledge}, for ${counted(rounds, 'round')}`,
  ]
  const attacked = runs.map(({ electionRounds }) => electionRounds.at(-1) ?? 0)
  for (const [i, { seed, electionRounds }] of runs.slice(0, 10).entries()) {
    const fair = electionRounds.slice(0, -1).map(String).join(', ')
    lines.push(`seed ${seed}: the election took ${counted(attacked[i] ?? 0, 'round')}, those before it ${fair}`)
  }
  if (runs.length > 1) {
    lines.push(
      '',
      'Rounds of the attacked election; how many runs took so many; how many that or more, as bars on a',
      'logarithmic scale: a straight edge is a geometric tail',
      ...tail(attacked),
    )
  }
  return `${lines.join('\n')}\n`
}

/**
 * A bar for how many values are as large or larger, its length logarithmic: where these are halved
 * at each row, the bars are shorter by the same each time.
 */
function tail(values: readonly number[]): string[] {
  const charactersPerDoubling = 6
  return [...new Set(values)]
    .sort((a, b) => a - b)
    .map((value) => {
      const count = values.filter((other) => other === value).length
      const orMore = values.filter((other) => other >= value).length
      const bar = '#'.repeat(1 + Math.round(charactersPerDoubling * Math.log2(orMore)))
      return `${[value, count, orMore].map((number) => String(number).padStart(6)).join('  ')}  ${bar}`
    })
}
