// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { coinKinds } from '@parsec-bft/core/internals'
import type { CoinKind } from '@parsec-bft/core'
import {
  OptionsError,
  checkOptions,
  defaultCounts,
  defaultOptions,
  findScenario,
  networkOf,
  simulationLimits,
} from '@parsec-bft/sim'
import type { NetworkCounts, SimulationOptions } from '@parsec-bft/sim'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { UsageError } from './io.ts'
import { wholeNumber } from './numbers.ts'
import { readSimulationOptions } from './options-json.ts'
import { unknownScenario } from './suggest.ts'

/** The flags of `parsec simulate` that describe the network; those that were not given are undefined. */
export type NetworkFlags = Partial<NetworkCounts> & {
  readonly coin?: CoinKind
  readonly seed?: string
  readonly scenario?: string
  /** JSON text of all options of a run. */
  readonly options?: string
}

const countFlags: Readonly<Record<Exclude<keyof NetworkCounts, 'mode'>, string>> = {
  initialPeers: '--initial-peers',
  addPeers: '--add-peers',
  removePeers: '--remove-peers',
  maxPeers: '--max-peers',
  opaque: '--opaque',
  maxRounds: '--max-rounds',
}
const countNames = [...Object.keys(countFlags), 'mode']

function someText(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty.')
  return text
}

/** Which coin. Each command says what its default is. */
export function coinOption(whichDefault = ''): Option {
  const description = `the common coin of elections: nobody can foresee the threshold one${whichDefault}`
  return new Option('--coin <coin>', description).choices(coinKinds)
}

/** Adds the options that describe the network. Defaults are in the help text only, so that we see what was given. */
export function addNetworkFlags(command: Command): void {
  const { peers, opaque, rounds } = simulationLimits
  const count = (flags: string, name: keyof typeof countFlags, limits: string, description: string): Option =>
    new Option(flags, `${description} (${limits}; default ${String(defaultCounts[name])})`).argParser(wholeNumber())
  const most = String(peers)
  const all = [
    count('-i, --initial-peers <count>', 'initialPeers', '3 to --max-peers', 'founding members'),
    count('-a, --add-peers <count>', 'addPeers', 'as --max-peers allows', 'peers added on the way'),
    count('-r, --remove-peers <count>', 'removePeers', 'at least 3 peers always stay', 'peers removed on the way'),
    count('-m, --max-peers <count>', 'maxPeers', `3 to ${most}`, 'never more peers than this at a time'),
    count('-o, --opaque <count>', 'opaque', `0 to ${String(opaque)}`, 'payloads of the application'),
    count('--max-rounds <count>', 'maxRounds', `1 to ${String(rounds)}`, 'give up after so many rounds of gossip'),
    new Option('--mode <mode>', `whose votes a payload needs (default ${defaultCounts.mode})`).choices([
      'supermajority',
      'single',
    ]),
  ]
  for (const option of all) command.addOption(option)
  command
    .addOption(coinOption(` (default ${defaultOptions.coin})`).conflicts('options'))
    .option('-s, --seed <seed>', 'any text; the same seed gives the same run (default: a new one, printed)', someText)
    .addOption(new Option('--scenario <name>', 'a named network: see parsec scenarios').conflicts(countNames))
    .addOption(
      new Option('--options <json>', 'a run described completely, as a failing run prints it').conflicts([
        ...countNames,
        'scenario',
        'seed',
      ]),
    )
}

/**
 * The run that the flags describe.
 *
 * Throws UsageError, with the largest value that works where there is one.
 */
export function simulationOptions(flags: NetworkFlags, freshSeed: () => string): SimulationOptions {
  try {
    const options = describedOptions(flags, freshSeed)
    checkOptions(options)
    return options
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(inFlags(error.message))
    throw error
  }
}

function describedOptions(flags: NetworkFlags, freshSeed: () => string): SimulationOptions {
  if (flags.options !== undefined) return readSimulationOptions(flags.options)
  const seed = flags.seed ?? freshSeed()
  const told = flags.coin === undefined ? {} : { coin: flags.coin }
  if (flags.scenario === undefined) return { ...networkOf(countsOf(flags), seed), ...told }
  const scenario = findScenario(flags.scenario)
  if (scenario === undefined) throw new UsageError(unknownScenario(flags.scenario))
  return { ...scenario.options(seed), ...told }
}

function countsOf(flags: NetworkFlags): NetworkCounts {
  const told = Object.fromEntries(Object.entries(flags).filter(([name]) => countNames.includes(name)))
  return { ...defaultCounts, ...told }
}

/** Names options as they were typed. */
function inFlags(message: string): string {
  let text = message
  for (const [name, flag] of Object.entries(countFlags)) text = text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), flag)
  return text
}
