// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DecisionView, Inspection } from '@parsec-bft/core'
import { writeDot, writeSvg } from '@parsec-bft/graph'
import { UsageError } from './io.ts'

/** What we call our files: the peer, then the number of its decision or `end`. */
const graphFile = /^[A-Za-z0-9][\w-]*-(?:\d{3,}|end)\.(?:dot|svg)$/

/** The folder for graphs, made if need be, and free of earlier ones; without a name, a fresh one for temporary files. */
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

/** Writes the graphs of a run, and remembers which picture shows most. */
export class GraphDump {
  readonly folder: string
  /** Names in the folder, in order of writing. */
  readonly files: string[] = []
  readonly #isWanted: (peer: string) => boolean
  readonly #withSvg: boolean
  #first: string | undefined
  #isFirstTelling = false

  constructor(folder: string, withSvg: boolean, peers: readonly string[] | undefined) {
    this.folder = folder
    this.#withSvg = withSvg
    this.#isWanted = (peer) => peers?.includes(peer) ?? true
  }

  /** The picture to look at first, as a path: the first with a decision about more than Genesis; undefined when there is none. */
  get first(): string | undefined {
    return this.#first
  }

  /** Just before the election's state is dropped. */
  atDecision(peer: string, decision: DecisionView, inspection: Inspection): void {
    if (!this.#isWanted(peer)) return
    const isTelling = decision.payloads.some((index) => inspection.payload(index).observation.kind !== 'Genesis')
    this.#write(`${peer}-${String(decision.election + 1).padStart(3, '0')}`, isTelling, inspection, decision)
  }

  atEnd(peer: string, inspection: Inspection): void {
    if (this.#isWanted(peer)) this.#write(`${peer}-end`, true, inspection)
  }

  #write(name: string, isTelling: boolean, inspection: Inspection, decision?: DecisionView): void {
    this.#save(`${name}.dot`, writeDot(inspection))
    if (this.#withSvg) this.#save(`${name}.svg`, writeSvg(inspection, decision === undefined ? {} : { decision }))
    if (this.#first !== undefined && (this.#isFirstTelling || !isTelling)) return
    this.#first = join(this.folder, `${name}.${this.#withSvg ? 'svg' : 'dot'}`)
    this.#isFirstTelling = isTelling
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
