// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ConsensusMode } from '@parsec-bft/core'
import { DotError, firstDifference, readRecordedGraph, replay } from '@parsec-bft/graph'
import type { Command } from 'commander'
import { UsageError, exitCodes } from './io.ts'
import type { Io } from './io.ts'

interface ReplayFlags {
  readonly anyGenesis?: boolean
  readonly json?: true
}

/** One file decided again. */
interface Replayed {
  readonly file: string
  readonly mode: ConsensusMode
  /** How many. */
  readonly peers: number
  readonly events: number
  /** Observation hashes, hexadecimal, in decided order. */
  readonly recorded: readonly string[]
  readonly decided: readonly string[]
  /** Place of the first recorded hash that was not decided there, or undefined. */
  readonly differsAt: number | undefined
  /** Meta-events of the election under way when the file was written, and in what they differ. */
  readonly metaEvents: number
  readonly metaEventDifferences: readonly string[]
  readonly tookMs: number
}

const examples = `
Examples:
  parsec replay graphs/Alice-002.dot         a graph that parsec simulate --dump-graphs graphs has written
  parsec replay graphs                       all .dot files in and below graphs
  parsec replay --any-genesis old.dot        for files whose identities were encoded in another way
  parsec replay --json graphs > replayed.json

A gossip graph file holds one peer's events and the blocks that it had decided by then. The events are
processed again, from the first; the recorded blocks must be the start of what is decided, hash by hash.
Meta-events of the election under way in the file are compared too; differences there are told, but do
not count for the exit code.

Exit codes: 0 every recorded history is the start of what was decided; 1 one is not; 2 wrong usage, or a
file cannot be read (the others are replayed all the same).
`

/** Adds `parsec replay`: recorded gossip graphs are decided again and compared with what was decided then. */
export function addReplay(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('replay')
    .description('decide recorded gossip graphs again and compare')
    .argument('<file...>', 'gossip graphs in DOT format; a folder stands for the .dot files below it')
    .option('--any-genesis', 'leave the first block, Genesis, out of the comparison')
    .option('--json', 'print an array of {file, mode, peers, events, recorded, decided, matches}')
    .addHelpText('after', examples)
    .action((paths: string[], flags: ReplayFlags) => {
      done(runReplay(paths, flags, io))
    })
}

function runReplay(paths: readonly string[], { anyGenesis = false, json }: ReplayFlags, io: Io): number {
  const files = paths.flatMap(graphFiles)
  const all: Replayed[] = []
  for (const file of files) {
    const replayed = replayFile(file, anyGenesis, io)
    if (replayed === undefined) continue
    all.push(replayed)
    if (json !== true) io.stdout.write(describe(replayed))
  }
  const matching = all.filter(({ differsAt }) => differsAt === undefined).length
  if (json === true) io.stdout.write(`${JSON.stringify(all.map(replayedJson), null, 2)}\n`)
  else if (files.length > 1) io.stdout.write(`${String(matching)} of ${String(files.length)} files match\n`)
  if (all.length < files.length) return exitCodes.usage
  return matching === all.length ? exitCodes.ok : exitCodes.mismatch
}

/** The file, or the .dot files in and below the folder, in the order of their names. */
function graphFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dot'))
    if (names.length === 0) throw new UsageError(`there is no .dot file in or below ${path}`)
    return names.sort().map((name) => join(path, name))
  } catch (error) {
    throw readingProblem(path, error) ?? error
  }
}

/** What the user can put right when a file cannot be read, else undefined. */
function readingProblem(path: string, error: unknown): UsageError | undefined {
  if (error instanceof UsageError) return error
  if (error instanceof DotError || error instanceof RangeError) return new UsageError(error.message)
  if (error instanceof Error && 'code' in error) return new UsageError(`cannot read ${path}: ${error.message}`)
  return undefined
}

/** Undefined, and a word on stderr, when the file cannot be read or is no gossip graph. */
function replayFile(file: string, anyGenesis: boolean, io: Io): Replayed | undefined {
  try {
    const graph = readRecordedGraph(file)
    const startMs = io.clockMs()
    const { decided, metaEventDifferences, metaEventsCompared } = replay(graph)
    return {
      file,
      mode: graph.mode,
      peers: graph.peers.length,
      events: graph.events.length,
      recorded: graph.history,
      decided,
      differsAt: firstDifference(graph.history, decided, anyGenesis),
      metaEvents: metaEventsCompared,
      metaEventDifferences,
      tookMs: io.clockMs() - startMs,
    }
  } catch (error) {
    const problem = readingProblem(file, error)
    if (problem === undefined) throw error
    io.stderr.write(`error: ${problem.message}\n`)
    return undefined
  }
}

function replayedJson({ file, mode, peers, events, recorded, decided, differsAt }: Replayed): unknown {
  return { file, mode, peers, events, recorded, decided, matches: differsAt === undefined }
}

function describe(replayed: Replayed): string {
  const { file, mode, peers, events, recorded, decided, differsAt, metaEvents, metaEventDifferences, tookMs } = replayed
  const size = `${mode}, ${String(peers)} peers, ${String(events)} events`
  const blocks = `${String(recorded.length)} blocks recorded, ${String(decided.length)} decided`
  const verdict = differsAt === undefined ? matched(replayed) : difference(recorded, decided, differsAt)
  const lines = [`${file}: ${size}, ${blocks}, ${tookMs.toFixed(1)} ms: ${verdict}`]
  if (metaEventDifferences.length > 0) {
    lines.push(`  ${String(metaEventDifferences.length)} of ${String(metaEvents)} meta-events differ, the first:`)
    lines.push(`  ${metaEventDifferences[0] ?? ''}`)
  }
  return `${lines.join('\n')}\n`
}

function matched({ metaEvents, metaEventDifferences }: Replayed): string {
  if (metaEvents === 0 || metaEventDifferences.length > 0) return 'matches'
  return `matches, its ${String(metaEvents)} meta-events too`
}

function difference(recorded: readonly string[], decided: readonly string[], at: number): string {
  const [then, now] = [recorded[at] ?? '', decided[at]]
  const hint =
    firstDifference(recorded, decided, true) === undefined ? ' (the only difference; --any-genesis allows it)' : ''
  return `differs at block ${String(at + 1)}: recorded ${then}, ${now === undefined ? 'none decided' : `decided ${now}`}${hint}`
}
