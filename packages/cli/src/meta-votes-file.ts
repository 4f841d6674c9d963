// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { metaVoteSteps } from '@parsec-bft/graph'
import type { DecisionView, Inspection } from '@parsec-bft/core'
import { appendFileSync, writeFileSync } from 'node:fs'
import { notWritable } from './dump-graphs.ts'

/** What `--meta-votes` writes: a line of JSON for each step of the meta-votes, each election once. */
export class MetaVotesFile {
  readonly #path: string
  readonly #written = new Set<string>()

  /** Makes the file, or empties it. Throws an error for users if that cannot be done. */
  constructor(path: string) {
    this.#path = path
    this.#write(() => {
      writeFileSync(path, '')
    })
  }

  /** @param run - which run the election is of, where one file is for several */
  atDecision(decision: DecisionView, inspection: Inspection, run = ''): void {
    const key = `${run}/${String(decision.election)}`
    if (this.#written.has(key)) return
    this.#written.add(key)
    const prefix = run === '' ? {} : { run }
    const lines = Array.from(
      metaVoteSteps(decision, inspection),
      (step) => `${JSON.stringify({ ...prefix, ...step })}\n`,
    )
    this.#write(() => {
      appendFileSync(this.#path, lines.join(''))
    })
  }

  #write(write: () => void): void {
    try {
      write()
    } catch (error) {
      throw notWritable(this.#path, error)
    }
  }
}
