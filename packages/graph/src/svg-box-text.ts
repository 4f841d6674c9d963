// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { CoinShares, EventView } from '@parsec-bft/core'
import type { EventLabel } from './labels.ts'
import { cells, clip, printable } from './svg-text.ts'

/** What stands in the box of an event, line by line: short enough to be read, the full texts are in the tooltip. */

export interface BoxLine {
  readonly text: string
  readonly strong: boolean
}

/** What an event is to the decision that a picture explains. */
export interface BoxMarks {
  /** Before the election, or a vote for what was decided earlier. */
  readonly old: boolean
  /** A peer's first interesting event of the election. */
  readonly starred: boolean
  /** The event that finished the election. */
  readonly decides: boolean
}

export const maxNameCells = 24
/** Room at the left of a box's name for the star of a first interesting event. */
const starCells = 2
const maxSubjectCells = 8
const maxContentLines = 8

/** Makes the lines of one event after the other, in topological order. */
export class BoxTexts {
  readonly #maxCells: number
  /** Do meta-votes have confirmations? */
  readonly #confirms: boolean
  /** Per event: its table of meta-votes, and the event at or below it in its column in whose box that stands. */
  readonly #tables = new Map<number, { readonly name: string; readonly table: string }>()

  /** Columns of many peers are narrower; a table of meta-votes still fits. */
  constructor(peerCount: number, confirms: boolean) {
    this.#maxCells = peerCount <= 8 ? 30 : 22
    this.#confirms = confirms
  }

  lines(event: EventView, label: EventLabel, { old, starred, decides }: BoxMarks): BoxLine[] {
    const repeated = this.#repeats(event, label)
    const name = ' '.repeat(starred ? starCells : 0) + clip(printable(label.name), maxNameCells)
    // Decided long ago: one line is enough.
    if (old && label.payload !== undefined) return [this.#line(`${name} ${label.payload}`)]
    const lines: BoxLine[] = [{ text: name, strong: starred || decides || label.kind !== 'plain' }]
    if (decides) lines.push(this.#line('decides the election', true))
    if (event.coins !== undefined) lines.push(this.#line(`shares: ${sharesText(event.coins)}`))
    if (label.payload !== undefined) lines.push(this.#line(label.payload))
    const shown = label.interesting.length > maxContentLines ? maxContentLines - 1 : label.interesting.length
    for (const text of label.interesting.slice(0, shown)) lines.push(this.#line(text))
    if (shown < label.interesting.length) {
      lines.push(this.#line(`and ${String(label.interesting.length - shown)} more`))
    }
    if (label.metaVotes.length === 0) return lines
    if (repeated !== undefined && !decides) return [...lines, this.#line(`meta-votes as ${repeated}`)]
    return [...lines, ...tableLines(label, this.#confirms)]
  }

  #line(text: string, strong = false): BoxLine {
    return { text: clip(printable(text), this.#maxCells), strong }
  }

  /** The name of the event below in the same column in whose box the very same table stands already. */
  #repeats(event: EventView, label: EventLabel): string | undefined {
    const before = event.selfParent === undefined ? undefined : this.#tables.get(event.selfParent)
    if (label.metaVotes.length === 0) {
      if (before !== undefined) this.#tables.set(event.index, before)
      return undefined
    }
    const table = JSON.stringify(label.metaVotes)
    const repeats = before?.table === table
    this.#tables.set(event.index, repeats ? before : { name: label.name, table })
    return repeats ? before.name : undefined
  }
}

/** The table of meta-votes; entries with a decision are bold. */
function tableLines(label: EventLabel, confirms: boolean): BoxLine[] {
  const names = label.metaVotes.map((row) => clip(printable(row.name), maxSubjectCells))
  const width = Math.max(...names.map(cells))
  const rows = label.metaVotes.map((row, i) => {
    const name = names[i] ?? ''
    const padded = name + ' '.repeat(width - cells(name))
    const values = [row.estimates, row.binValues, row.aux].map((letter) => letter.padEnd(3))
    return {
      text: `${padded} ${row.stage.padEnd(5)} ${values.join(' ')} ${confirms ? `${row.decision.padEnd(3)} ${row.confirmed}` : row.decision}`,
      strong: row.decision !== '-',
    }
  })
  return [{ text: `${' '.repeat(width)} stage est bin aux dec${confirms ? ' conf' : ''}`, strong: false }, ...rows]
}

/** How many shares, of which rounds: short enough for a box. */
function sharesText({ election, shares }: CoinShares): string {
  const rounds = [...new Set(shares.map(({ round }) => String(round)))]
  return `election ${String(election)}, round ${rounds.join(', ')}`
}
