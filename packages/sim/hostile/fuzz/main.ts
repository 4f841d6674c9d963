// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { parseArgs } from 'node:util'
import { FuzzFailure, FuzzedNetwork } from './fuzzed-network.ts'
import { Tally, grouped } from './tally.ts'

const help = `Usage: npm run fuzz -- [options]

Sends mutated messages to correct peers of small networks, and checks that nothing but typed errors comes
of it: that the peers agree, go on deciding, and never accuse each other. Insiders, fewer than a third
of the voters, sign again what was changed, so that most messages pass the checks of signatures.

Options:
  --messages <n>   how many; default 100000
  --seed <n>       decides everything; default 1
  --shard <i/n>    only part i of n of the networks, and as large a part of the messages; default 1/1
  --network <k>    only network k of the seed: what a failed run prints
  --help           print this

Exit codes: 0 no promise was broken; 1 one was, or fewer than one message in ten passed decoding and
signatures; 2 wrong usage.
`

/** The least share of messages that must pass decoding and signatures. */
const leastDepth = 0.1
/** From one line about the progress to the next, in milliseconds. */
const progressMs = 5_000

interface Flags {
  readonly messages: number
  readonly seed: number
  readonly shard: { readonly index: number; readonly count: number }
  readonly network: number | undefined
}

class UsageError extends Error {}

function wholeNumber(text: string, least: number, option: string): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN
  if (!(value >= least)) throw new UsageError(`${option} takes a whole number from ${String(least)} on`)
  return value
}

function readFlags(args: string[]): Flags | 'help' {
  const values = parse(args)
  if (values.help === true) return 'help'
  const [index = '', count = ''] = (values.shard ?? '1/1').split('/')
  const shard = { index: wholeNumber(index, 1, '--shard'), count: wholeNumber(count, 1, '--shard') }
  if (shard.index > shard.count) throw new UsageError('--shard takes i/n with i at most n')
  return {
    messages: wholeNumber(values.messages ?? '100000', 1, '--messages'),
    seed: wholeNumber(values.seed ?? '1', 0, '--seed'),
    shard,
    network: values.network === undefined ? undefined : wholeNumber(values.network, 0, '--network'),
  }
}

function parse(args: string[]) {
  const string = { type: 'string' } as const
  const options = { messages: string, seed: string, shard: string, network: string, help: { type: 'boolean' } } as const
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Throws FuzzFailure. */
function runNetwork(seed: number, network: number, tally: Tally, most: number): void {
  try {
    new FuzzedNetwork(`${String(seed)}/${String(network)}`).run(tally, most)
  } catch (error) {
    process.stderr.write(`\nreplay: npm run fuzz -- --seed ${String(seed)} --network ${String(network)}\n`)
    throw error
  }
}

function runAll({ messages, seed, shard, network }: Flags, tally: Tally): void {
  if (network !== undefined) {
    runNetwork(seed, network, tally, Infinity)
    return
  }
  // Traces of typed errors are not looked at, and take time. Who replays one network gets them.
  Error.stackTraceLimit = 0
  const most = Math.ceil(messages / shard.count)
  const start = performance.now()
  let toldMs = start
  for (let i = shard.index - 1; tally.messages < most; i += shard.count) {
    runNetwork(seed, i, tally, most - tally.messages)
    const now = performance.now()
    if (now - toldMs < progressMs) continue
    toldMs = now
    const perSecond = Math.round((1000 * tally.messages) / (now - start))
    const depth = `${(100 * tally.depth).toFixed(1)} % deep`
    process.stderr.write(`${grouped(tally.messages)} of ${grouped(most)} messages, ${grouped(perSecond)}/s, ${depth}\n`)
  }
}

function main(args: string[]): number {
  const flags = readFlags(args)
  if (flags === 'help') {
    process.stdout.write(help)
    return 0
  }
  const tally = new Tally()
  try {
    runAll(flags, tally)
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error
    process.stderr.write(`A promise was broken: ${error.message}\n`)
    return 1
  }
  process.stdout.write(`${tally.report()}\n`)
  if (tally.depth >= leastDepth || flags.network !== undefined) return 0
  process.stderr.write('Fewer than one message in ten passed decoding and signatures.\n')
  return 1
}

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}; --help shows the options\n`)
  process.exitCode = 2
}
