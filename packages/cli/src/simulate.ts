// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { commandFor, peerNames, simulate } from '@parsec-bft/sim'
import type { SimulationFailure, SimulationOptions, SimulationResult } from '@parsec-bft/sim'
import { Option } from 'commander'
import type { Command } from 'commander'
import { GraphDump, prepareFolder } from './dump-graphs.ts'
import { UsageError, exitCodes, painter } from './io.ts'
import type { Io, Paint } from './io.ts'
import { MetaVotesFile } from './meta-votes-file.ts'
import { Narrator, counted, outcome } from './narration.ts'
import { addNetworkFlags, simulationOptions } from './simulation-flags.ts'
import type { NetworkFlags } from './simulation-flags.ts'

interface SimulateFlags extends NetworkFlags {
  /** True: a fresh folder. */
  readonly dumpGraphs?: string | true
  readonly dumpOn: 'consensus' | 'end'
  readonly svg: boolean
  readonly peers?: readonly string[]
  readonly metaVotes?: string
  readonly json?: true
}

const examples = `
Examples:
  parsec simulate
  parsec simulate --initial-peers 5 --opaque 10 --dump-graphs
  parsec simulate -i 7 -a 3 -r 3 -o 50 --seed 42 --mode single
  parsec simulate --seed 42 --dump-graphs graphs --peers Alice,Bob
  parsec simulate --scenario churn --seed 7 --json
  parsec simulate --scenario malice --seed 7

Each peer gossips once per round with a random other; messages take a random time. All choices come
from the seed. The peers are called Alice, Bob, Carol, Dave, Eric, Fred, … in the order in which they come.

Alice-002.svg is Alice's gossip graph at her second decision: a column per peer, time upwards, and
above it why the decision fell. Alice-002.dot is the same for Graphviz and parsec replay. Graphs that
an earlier run wrote to the folder are replaced; nothing else in it is touched.

--meta-votes writes a line of JSON for each event, subject and stage of each election, as the first peer
that decided it computed them; a file of that name is replaced.

Exit codes: 0 consensus, and all checks passed; 1 peers disagree or another check failed; 2 wrong usage;
3 no consensus within --max-rounds; 4 the output could not be written.
`

/** Adds `parsec simulate`: a network of peers in this process that agrees on an order of payloads and members. */
export function addSimulate(program: Command, io: Io, done: (code: number) => void): void {
  const command = program
    .command('simulate')
    .description('watch a network of peers agree on the order of random payloads')
  addNetworkFlags(command)
  command
    .option('--dump-graphs [dir]', 'write gossip graphs, DOT and SVG (default folder: a fresh one, printed)')
    .addOption(
      new Option('--dump-on <when>', 'which graphs: at each decision, or one per peer at the end')
        .choices(['consensus', 'end'])
        .default('consensus'),
    )
    .option('--no-svg', 'write no SVG, only DOT')
    .option('--peers <names>', 'whose graphs, as Alice,Bob (default: all)', (text: string) => text.split(','))
    .option('--meta-votes <file>', 'write how the meta-votes of each election came about, for npm run model -- --check')
    .option('--json', 'print the result as JSON, and nothing else, on standard output')
    .addHelpText('after', examples)
    .action((flags: SimulateFlags) => {
      refuseDumpFlagsWithoutDump(command, flags)
      done(runSimulate(flags, io))
    })
}

function refuseDumpFlagsWithoutDump(command: Command, { dumpGraphs }: SimulateFlags): void {
  if (dumpGraphs !== undefined) return
  const flags = { dumpOn: '--dump-on', svg: '--no-svg', peers: '--peers' }
  for (const [name, flag] of Object.entries(flags)) {
    if (command.getOptionValueSource(name) !== 'cli') continue
    throw new UsageError(`${flag} says which graphs to write: use it with --dump-graphs`)
  }
}

function runSimulate(flags: SimulateFlags, io: Io): number {
  const options = simulationOptions(flags, () => io.freshSeed())
  const dump = makeDump(flags, options)
  const metaVotes = flags.metaVotes === undefined ? undefined : new MetaVotesFile(flags.metaVotes)
  const narrator = flags.json === true ? undefined : new Narrator(io)
  narrator?.start(options)
  const startMs = io.clockMs()
  const result = simulate(options, {
    onBlock: (peer, key) => narrator?.onBlock(peer, key),
    onRound: (report) => narrator?.onRound(report),
    onDecision: (peer, decision, inspection) => {
      metaVotes?.atDecision(decision, inspection)
      if (flags.dumpOn !== 'end') dump?.atDecision(peer, decision, inspection)
    },
  })
  narrator?.end()
  // After a failure, where everyone stands is what one wants to see.
  if (dump !== undefined && (flags.dumpOn === 'end' || result.failure !== undefined)) {
    for (const { name, inspection } of result.peers) if (inspection.eventCount > 0) dump.atEnd(name, inspection)
  }
  if (flags.json === true) io.stdout.write(`${JSON.stringify(resultJson(result, dump), null, 2)}\n`)
  else tell(result, dump, io, io.clockMs() - startMs)
  if (result.failure !== undefined) io.stderr.write(`${failureText(result.failure, painter(io.stderr))}\n`)
  return exitCode(result.failure)
}

function makeDump({ dumpGraphs, svg, peers }: SimulateFlags, options: SimulationOptions): GraphDump | undefined {
  if (dumpGraphs === undefined) return undefined
  const known = peerNames(options.initialPeers)
  for (const topic of options.topics) if (topic.kind === 'add') known.push(topic.peer)
  const stranger = peers?.find((name) => !known.includes(name))
  if (stranger !== undefined) {
    throw new UsageError(`--peers: there is no peer "${stranger}" in this run; there are ${known.join(',')}`)
  }
  return new GraphDump(prepareFolder(dumpGraphs === true ? undefined : dumpGraphs), svg, peers)
}

function exitCode(failure: SimulationFailure | undefined): number {
  if (failure === undefined) return exitCodes.ok
  return failure.checker === 'max-rounds' ? exitCodes.noConsensus : exitCodes.mismatch
}

function failureText({ checker, reason, report }: SimulationFailure, paint: Paint): string {
  // Too few rounds are not a bug: nobody needs all options of the run to look for one.
  if (checker === 'max-rounds') return `${paint('yellow', 'No consensus:')} ${reason}`
  return `${paint('red', 'A check failed!')}\n${report}`
}

function tell(result: SimulationResult, dump: GraphDump | undefined, io: Io, tookMs: number): void {
  const paint = painter(io.stdout)
  io.stdout.write(outcome(result, paint))
  io.stdout.write(`The same run again: ${commandFor(result.options)}\n`)
  if (dump !== undefined) io.stdout.write(whereGraphsAre(dump, paint))
  // Only for people at a terminal: the rest is the same on every machine.
  if (io.stderr.isTTY === true) io.stderr.write(`(took ${(tookMs / 1000).toFixed(1)} s)\n`)
}

function whereGraphsAre({ folder, files, first }: GraphDump, paint: Paint): string {
  const { path, replaced } = folder
  if (first === undefined) return `No graphs were written to ${path}: there was no decision.\n`
  const how = first.endsWith('.svg') ? 'open it in a browser' : 'parsec replay --draw draws it'
  const instead = replaced === 0 ? '' : `, instead of ${String(replaced)} that an earlier run wrote`
  const where = `${counted(files.length, 'graph file')} in ${path}${instead}`
  return `${where}\nLook first at ${paint('bold', first)} (${how}).\n`
}

/** What `--json` prints. Only the name of a fresh folder in it depends on the machine. */
function resultJson(result: SimulationResult, dump: GraphDump | undefined): unknown {
  const { options, rounds, timeMs, peers, agreed, traffic, counts, digest, failure } = result
  return {
    seed: options.seed,
    mode: options.mode,
    rounds,
    virtualTimeMs: timeMs,
    peers: peers.map(({ name, status, votes, blocks }) => ({ name, status, votes, blocks })),
    agreed,
    agreement: failure?.checker !== 'agreement',
    failure:
      failure === undefined
        ? null
        : { checker: failure.checker, reason: failure.reason, peer: failure.peer ?? null, round: failure.round },
    traffic,
    counts: counts ?? {},
    digest,
    replay: commandFor(options),
    graphs: dump === undefined ? null : { folder: dump.folder.path, files: dump.files, first: dump.first ?? null },
    options,
  }
}
