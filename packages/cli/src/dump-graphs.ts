// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isInternal } from '@parsec-bft/core/internals'
import type { DecisionView, Inspection } from '@parsec-bft/core'
import { firstDrawnEvent, isOurDot, isOurSvg, writeDot, writeSvg } from '@parsec-bft/graph'
import { makeFolder } from './folders.ts'
import { UsageError } from './io.ts'

/** What we call our files: the peer, then the number of its decision or `end`. */
const graphFile = /^[A-Za-z0-9][\w-]*-(?:\d{3,}|end)\.(?:dot|svg)$/

/** A folder for graphs. */
export interface GraphFolder {
  readonly path: string
  /** How many files of an earlier run were removed. */
  readonly replaced: number
}

/**
 * Makes the folder for graphs if need be, and removes the graphs that an earlier run wrote there,
 * nothing else. Without a path it is a fresh folder for temporary files.
 *
 * Throws UsageError, and removes nothing, if a file that is not ours has a name that we might use.
 */
export function prepareFolder(path: string | undefined): GraphFolder {
  if (path === undefined) return { path: mkdtempSync(join(tmpdir(), 'parsec-')), replaced: 0 }
  try {
    makeFolder(path)
    const earlier = readdirSync(path).filter((file) => graphFile.test(file))
    const foreign = earlier.find((file) => !isOurs(join(path, file)))
    if (foreign !== undefined) {
      throw new UsageError(`${join(path, foreign)} is no graph that parsec wrote: move it, or name another folder`)
    }
    for (const file of earlier) rmSync(join(path, file))
    return { path, replaced: earlier.length }
  } catch (error) {
    throw notWritable(path, error)
  }
}

/** Did a run write this file? */
function isOurs(path: string): boolean {
  if (!lstatSync(path).isFile()) return false
  const text = readFileSync(path, 'utf8')
  return path.endsWith('.dot') ? isOurDot(text) : isOurSvg(text)
}

/** The same error in the user's words, if it is one of the file system. */
export function notWritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  return new UsageError(`cannot write graphs to ${path}: ${error.message}`)
}

/**
 * How telling the picture of a decision is: the smallest number first. Best is one that orders the
 * application's payloads and nothing else; a key generation explains little.
 */
const tellingness = {
  payloads: 0,
  payloadsAmongOthers: 1,
  members: 2,
  founders: 3,
  internal: 4,
  noDecision: 5,
} as const

function tellingnessOf(inspection: Inspection, { payloads }: DecisionView): number {
  const kinds = payloads.map((payload) => inspection.payload(payload).observation.kind)
  if (kinds.every((kind) => kind === 'OpaquePayload')) return tellingness.payloads
  if (kinds.includes('OpaquePayload')) return tellingness.payloadsAmongOthers
  if (kinds.every(isInternal)) return tellingness.internal
  return kinds.includes('Genesis') ? tellingness.founders : tellingness.members
}

/** Writes the graphs of a run, and remembers which to look at first. */
export class GraphDump {
  readonly folder: GraphFolder
  /** Names in the folder, in order of writing. */
  readonly files: string[] = []
  readonly #isWanted: (peer: string) => boolean
  readonly #withSvg: boolean
  #first: { readonly rank: readonly number[]; readonly file: string } | undefined

  constructor(folder: GraphFolder, withSvg: boolean, peers: readonly string[] | undefined) {
    this.folder = folder
    this.#withSvg = withSvg
    this.#isWanted = (peer) => peers?.includes(peer) ?? true
  }

  /**
   * The graph to look at first, as a path; undefined when none was written. It is the most telling
   * one, of these the one that draws the fewest events, of these the first one written.
   */
  get first(): string | undefined {
    return this.#first === undefined ? undefined : join(this.folder.path, this.#first.file)
  }

  /** To be called just before the election's state is dropped. */
  atDecision(peer: string, decision: DecisionView, inspection: Inspection): void {
    if (!this.#isWanted(peer)) return
    const drawn = inspection.eventCount - firstDrawnEvent(inspection, decision)
    const name = `${peer}-${String(decision.election + 1).padStart(3, '0')}`
    const title = `Gossip graph of ${peer}: decision ${String(decision.election + 1)}`
    this.#write(name, [tellingnessOf(inspection, decision), drawn], writeDot(inspection), () =>
      writeSvg(inspection, { decision, title }),
    )
  }

  atEnd(peer: string, inspection: Inspection): void {
    if (!this.#isWanted(peer)) return
    const rank = [tellingness.noDecision, inspection.eventCount]
    this.#write(`${peer}-end`, rank, writeDot(inspection), () => writeSvg(inspection))
  }

  #write(name: string, rank: readonly number[], dot: string, svg: () => string): void {
    this.#save(`${name}.dot`, dot)
    if (this.#withSvg) this.#save(`${name}.svg`, svg())
    if (this.#first !== undefined && compareRanks(this.#first.rank, rank) <= 0) return
    this.#first = { rank, file: `${name}.${this.#withSvg ? 'svg' : 'dot'}` }
  }

  #save(file: string, text: string): void {
    const path = join(this.folder.path, file)
    try {
      // Whatever appeared there meanwhile is not ours to overwrite.
      writeFileSync(path, text, { flag: 'wx' })
    } catch (error) {
      throw notWritable(path, error)
    }
    this.files.push(file)
  }
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((number, i) => number !== b[i])
  return place < 0 ? 0 : (a[place] ?? 0) - (b[place] ?? 0)
}
