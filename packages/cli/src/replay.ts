// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isInternal } from '@parsec-bft/core/internals'
import type { ConsensusMode } from '@parsec-bft/core'
import { DotError, firstDifference, isOurSvg, readRecordedGraph, replay, writeSvg } from '@parsec-bft/graph'
import type { Replay } from '@parsec-bft/graph'
import type { Command } from 'commander'
import { notWritable } from './dump-graphs.ts'
import { makeFolder } from './folders.ts'
import { UsageError, exitCodes, painter, tellError } from './io.ts'
import type { Io, Paint } from './io.ts'
import { MetaVotesFile } from './meta-votes-file.ts'
import { counted } from './narration.ts'

interface ReplayFlags {
  readonly anyGenesis?: boolean
  readonly draw?: true
  readonly to?: string
  readonly metaVotes?: string
  readonly json?: true
}

/** A file to replay. */
interface GraphFile {
  readonly path: string
  /** The path below the folder that was named, or the file's name. */
  readonly name: string
}

/** One file decided again. */
interface Replayed {
  readonly file: string
  /** Where the picture is, if there is one. */
  readonly picture: string | undefined
  readonly mode: ConsensusMode
  /** How many. */
  readonly peers: number
  readonly events: number
  /** Observation hashes, hexadecimal, in decided order; internal messages, which no block holds, are among them. */
  readonly recorded: readonly string[]
  readonly decided: readonly string[]
  readonly internal: ReadonlySet<string>
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
  parsec replay --draw Alice-002.dot         draws it: Alice-002.svg beside it
  parsec replay --draw --to pictures graphs  draws all, in the folder pictures
  parsec replay --any-genesis old.dot        for files whose identities were encoded in another way
  parsec replay --json graphs > replayed.json

A gossip graph file holds one peer's events and the blocks that it had decided by then. The events are
processed again, from the first; the recorded blocks must be the start of what is decided, hash by hash.
A file that was written just before a decision holds the events of that decision, too: so a few blocks
more may be decided than are recorded. Meta-events of the election under way in the file are compared as
well; differences there are told, but do not count for the exit code.

A picture shows the decision before which the file was written, or the whole graph if there is none. It
replaces a picture that parsec drew, and no other file.

Exit codes: 0 every recorded history is the start of what was decided; 1 one is not; 2 wrong usage, or a
file cannot be read or drawn (the others are replayed all the same); 4 the output could not be written.
`

/** Adds `parsec replay`: decides recorded gossip graphs again, and compares with what was decided then. */
export function addReplay(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('replay')
    .description('decide recorded gossip graphs again and compare')
    .argument('<file...>', 'gossip graphs in DOT format; a folder stands for the .dot files below it')
    .option('--any-genesis', 'leave the first block, Genesis, out of the comparison')
    .option('--draw', 'draw each graph as an SVG file beside it, with the same name')
    .option('--to <dir>', 'with --draw: a folder for the pictures')
    .option('--meta-votes <file>', 'write how the meta-votes of each election came about, for npm run model -- --check')
    .option('--json', 'print an array of {file, picture, mode, peers, events, recorded, decided, matches}')
    .addHelpText('after', examples)
    .action((paths: string[], flags: ReplayFlags) => {
      done(runReplay(paths, flags, io))
    })
}

function runReplay(paths: readonly string[], flags: ReplayFlags, io: Io): number {
  if (flags.to !== undefined && flags.draw !== true) {
    throw new UsageError('--to says where the pictures go: use it with --draw')
  }
  const files = paths.flatMap(graphFiles)
  const metaVotes = flags.metaVotes === undefined ? undefined : new MetaVotesFile(flags.metaVotes)
  const paint = painter(io.stdout)
  const all: Replayed[] = []
  for (const file of files) {
    const replayed = replayFile(file, flags, metaVotes, io)
    if (replayed === undefined) continue
    all.push(replayed)
    if (flags.json !== true) io.stdout.write(describe(replayed, paint))
  }
  const matching = all.filter(({ differsAt }) => differsAt === undefined).length
  if (flags.json === true) io.stdout.write(`${JSON.stringify(all.map(replayedJson), null, 2)}\n`)
  else if (files.length > 1) io.stdout.write(`${String(matching)} of ${String(files.length)} files match\n`)
  if (all.length < files.length) return exitCodes.usage
  return matching === all.length ? exitCodes.ok : exitCodes.mismatch
}

/** The file, or the .dot files in and below the folder, in the order of their names. */
function graphFiles(path: string): GraphFile[] {
  try {
    if (!statSync(path).isDirectory()) return [{ path, name: basename(path) }]
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dot'))
    if (names.length === 0) throw new UsageError(`there is no .dot file in or below ${path}`)
    return names.sort().map((name) => ({ path: join(path, name), name }))
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

/** Undefined, after an error on stderr, when the file cannot be read or drawn or is no gossip graph. */
function replayFile(
  { path, name }: GraphFile,
  flags: ReplayFlags,
  metaVotes: MetaVotesFile | undefined,
  io: Io,
): Replayed | undefined {
  const { anyGenesis = false, draw, to } = flags
  try {
    const graph = readRecordedGraph(path)
    const startMs = io.clockMs()
    let svg: string | undefined
    const replayed = replay(graph, {
      onDecision: (decision, inspection) => {
        metaVotes?.atDecision(decision, inspection, name)
        const isRecorded = inspection.history().length === graph.history.length
        if (draw === true && isRecorded) svg = writeSvg(inspection, { decision })
      },
    })
    const tookMs = io.clockMs() - startMs
    let picture: string | undefined
    if (draw === true) {
      picture = pictureOf(to === undefined ? path : join(to, name))
      savePicture(picture, svg ?? writeSvg(replayed.inspection))
    }
    return {
      file: path,
      picture,
      mode: graph.mode,
      peers: graph.peers.length,
      events: graph.events.length,
      recorded: graph.history,
      decided: replayed.decided,
      internal: internalHashes(replayed),
      differsAt: firstDifference(graph.history, replayed.decided, anyGenesis),
      metaEvents: replayed.metaEventsCompared,
      metaEventDifferences: replayed.metaEventDifferences,
      tookMs,
    }
  } catch (error) {
    const problem = readingProblem(path, error)
    if (problem === undefined) throw error
    tellError(io, problem.message)
    return undefined
  }
}

function pictureOf(file: string): string {
  return `${file.endsWith('.dot') ? file.slice(0, -'.dot'.length) : file}.svg`
}

function savePicture(path: string, svg: string): void {
  try {
    makeFolder(dirname(path))
    if (existsSync(path) && !isOurSvg(readFileSync(path, 'utf8'))) {
      throw new UsageError(`${path} is no picture that parsec drew: name another folder, with --to`)
    }
    writeFileSync(path, svg)
  } catch (error) {
    throw notWritable(path, error)
  }
}

function internalHashes({ inspection }: Replay): ReadonlySet<string> {
  const payloads = inspection.history().map((payload) => inspection.payload(payload))
  return new Set(payloads.filter(({ observation }) => isInternal(observation.kind)).map(({ hash }) => hash))
}

function replayedJson({ file, picture, mode, peers, events, recorded, decided, differsAt }: Replayed): unknown {
  return {
    file,
    picture: picture ?? null,
    mode,
    peers,
    events,
    recorded,
    decided,
    matches: differsAt === undefined,
  }
}

function describe(replayed: Replayed, paint: Paint): string {
  const { file, picture, mode, peers, events, differsAt, metaEvents, metaEventDifferences, tookMs } = replayed
  const size = `${mode}, ${counted(peers, 'peer')}, ${counted(events, 'event')}`
  const verdict =
    differsAt === undefined
      ? matched(replayed, paint)
      : difference(replayed.recorded, replayed.decided, differsAt, paint)
  const lines = [`${file}: ${size}, ${blocksText(replayed)}, ${tookMs.toFixed(1)} ms: ${verdict}`]
  if (metaEventDifferences.length > 0) {
    const differ = metaEventDifferences.length === 1 ? 'differs' : 'differ, the first'
    lines.push(`  ${String(metaEventDifferences.length)} of ${counted(metaEvents, 'meta-event')} ${differ}:`)
    lines.push(`  ${metaEventDifferences[0] ?? ''}`)
  }
  if (picture !== undefined) lines.push(`  drawn: ${picture}`)
  return `${lines.join('\n')}\n`
}

/** Blocks only, on both sides; what came after the recorded ones is told apart. */
function blocksText({ recorded, decided, internal }: Replayed): string {
  const blocks = (hashes: readonly string[]): number => hashes.filter((hash) => !internal.has(hash)).length
  const again = blocks(decided.slice(0, recorded.length))
  const after = blocks(decided.slice(recorded.length))
  if (recorded.length === 0) return `no block recorded, ${String(after)} decided`
  const more = after === 0 ? '' : ` and ${String(after)} after ${recorded.length === 1 ? 'it' : 'them'}`
  return `${counted(blocks(recorded), 'block')} recorded, ${String(again)} decided again${more}`
}

function matched({ metaEvents, metaEventDifferences }: Replayed, paint: Paint): string {
  const word = paint('green', 'matches')
  if (metaEvents === 0 || metaEventDifferences.length > 0) return word
  return `${word}, its ${counted(metaEvents, 'meta-event')} too`
}

function difference(recorded: readonly string[], decided: readonly string[], at: number, paint: Paint): string {
  const [then, now] = [recorded[at] ?? '', decided[at]]
  const isOnly = firstDifference(recorded, decided, true) === undefined
  const hint = isOnly ? ' (the only difference; --any-genesis allows it)' : ''
  const found = now === undefined ? 'none decided' : `decided ${now}`
  return `${paint('red', 'differs')} at block ${String(at + 1)}: recorded ${then}, ${found}${hint}`
}
