// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DecisionView, Inspection } from '@parsec-bft/core'
import { writeDot, writeSvg } from '@parsec-bft/graph'
import { UsageError } from './io.ts'
import { counted } from './narration.ts'

/** What we call our files: the peer, then the number of its decision or `end`. */
const graphFile = /^[A-Za-z0-9][\w-]*-(?:\d{3,}|end)\.(?:dot|svg)$/

/**
 * The folder for graphs, made if need be, and free of earlier ones; without a name, a fresh one for
 * temporary files.
 */
export function prepareFolder(name: string | undefined): string {
  if (name === undefined) return mkdtempSync(join(tmpdir(), 'parsec-'))
  try {
    mkdirSync(name, { recursive: true })
    const earlier = readdirSync(name).find((file) => graphFile.test(file))
    if (earlier === undefined) return name
    throw new UsageError(`${name} holds graphs of an earlier run (${earlier}): name another folder or delete them`)
  } catch (error) {
    throw notWritable(name, error)
  }
}

function notWritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  return new UsageError(`cannot write graphs to ${path}: ${error.message}`)
}

function picture(peer: string, inspection: Inspection, decision: DecisionView): string {
  const title = `Gossip graph of ${peer}: decision ${String(decision.election + 1)}`
  return writeSvg(inspection, { decision, title })
}

/** Writes the graphs of a run, and remembers which to look at first. */
export class GraphDump {
  readonly folder: string
  /** Names in the folder, in order of writing. */
  readonly files: string[] = []
  readonly #isWanted: (peer: string) => boolean
  readonly #withSvg: boolean
  #first: { readonly rank: string; readonly file: string } | undefined

  constructor(folder: string, withSvg: boolean, peers: readonly string[] | undefined) {
    this.folder = folder
    this.#withSvg = withSvg
    this.#isWanted = (peer) => peers?.includes(peer) ?? true
  }

  /**
   * The graph to look at first, as a path: the earliest decision about more than Genesis. Undefined
   * when no graph was written.
   */
  get first(): string | undefined {
    return this.#first === undefined ? undefined : join(this.folder, this.#first.file)
  }

  /** Just before the election's state is dropped. */
  atDecision(peer: string, decision: DecisionView, inspection: Inspection): void {
    if (!this.#isWanted(peer)) return
    const tellsMore = decision.payloads.some((index) => inspection.payload(index).observation.kind !== 'Genesis')
    const number = String(decision.election + 1).padStart(3, '0')
    this.#write(`${peer}-${number}`, tellsMore ? number : 'Genesis', writeDot(inspection), () =>
      picture(peer, inspection, decision),
    )
  }

  atEnd(peer: string, inspection: Inspection): void {
    if (this.#isWanted(peer)) this.#write(`${peer}-end`, 'end', writeDot(inspection), () => writeSvg(inspection))
  }

  #write(name: string, when: string, dot: string, svg: () => string): void {
    this.#save(`${name}.dot`, dot)
    if (this.#withSvg) this.#save(`${name}.svg`, svg())
    // Digits come before letters: numbered decisions first, then the founding alone, then what was
    // under way at the end.
    const rank = `${when} ${name}`
    if (this.#first !== undefined && this.#first.rank <= rank) return
    this.#first = { rank, file: `${name}.${this.#withSvg ? 'svg' : 'dot'}` }
  }

  #save(file: string, text: string): void {
    const path = join(this.folder, file)
    try {
      // Whatever appeared there meanwhile is not ours to overwrite.
      writeFileSync(path, text, { flag: 'wx' })
    } catch (error) {
      throw notWritable(path, error)
    }
    this.files.push(file)
  }
}
