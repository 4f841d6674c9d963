// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { CoinShares, EventView } from '@parsec-bft/core'
import type { EventLabel, PayloadLabel } from './labels.ts'
import { cells, clip, printable } from './svg-text.ts'

/**
 * What stands in the box of an event, line by line: short enough to be read. The full texts are in
 * the tooltip.
 */

export interface BoxLine {
  readonly text: string
  /** `strong`: bold. `minor`: small and grey, for what matters less. */
  readonly role: 'plain' | 'strong' | 'minor'
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
export const maxSubjectCells = 8
/** Room at the left of a box's name for the star of a first interesting event. */
const starCells = 2
const maxContentLines = 8
const maxInternalLines = 3

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
    // Decided long ago, or the library's own business: one line is enough.
    if (label.payload?.internal === true) return [this.#line(`${name} ${label.payload.text}`, 'minor')]
    if (old && label.payload !== undefined) return [this.#line(`${name} ${label.payload.text}`)]
    const lines: BoxLine[] = [{ text: name, role: starred || decides || label.kind !== 'plain' ? 'strong' : 'plain' }]
    if (decides) lines.push(this.#line('decides the election', 'strong'))
    if (event.coins !== undefined) lines.push(this.#line(`shares: ${sharesText(event.coins)}`))
    if (label.payload !== undefined) lines.push(this.#line(label.payload.text))
    lines.push(...this.#content(label.interesting))
    if (label.endsAttempt) lines.push(this.#line('ends the first attempt', 'strong'))
    if (label.metaVotes.length === 0) return lines
    if (label.attempt === 2) lines.push(this.#line('second attempt'))
    if (repeated !== undefined && !decides) return [...lines, this.#line(`meta-votes as ${repeated}`)]
    return [...lines, ...tableLines(label, this.#confirms)]
  }

  /** The application's payloads first, then internal messages, of which equal ones are counted. */
  #content(interesting: readonly PayloadLabel[]): BoxLine[] {
    const texts = interesting.flatMap(({ text, internal }) => (internal ? [] : [text]))
    const lines = shortened(texts, maxContentLines).map((text) => this.#line(text))
    const internal = shortened(countedTexts(interesting), maxInternalLines)
    return [...lines, ...internal.map((text) => this.#line(text, 'minor'))]
  }

  #line(text: string, role: BoxLine['role'] = 'plain'): BoxLine {
    return { text: clip(printable(text), this.#maxCells), role }
  }

  /** The name of the event below in the same column in whose box the very same table stands already. */
  #repeats(event: EventView, label: EventLabel): string | undefined {
    const before = event.selfParent === undefined ? undefined : this.#tables.get(event.selfParent)
    if (label.metaVotes.length === 0) {
      if (before !== undefined) this.#tables.set(event.index, before)
      return undefined
    }
    const table = JSON.stringify([label.attempt, label.metaVotes])
    const repeats = before?.table === table
    this.#tables.set(event.index, repeats ? before : { name: label.name, table })
    return repeats ? before.name : undefined
  }
}

function shortened(texts: readonly string[], most: number): string[] {
  if (texts.length <= most) return [...texts]
  return [...texts.slice(0, most - 1), `and ${String(texts.length - most + 1)} more`]
}

/** `6x DkgMessage(DkgAck(1))` */
function countedTexts(payloads: readonly PayloadLabel[]): string[] {
  const counts = new Map<string, number>()
  for (const { text, internal } of payloads) if (internal) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].map(([text, count]) => (count === 1 ? text : `${String(count)}x ${text}`))
}

/** The table of meta-votes; entries with a decision are bold. */
function tableLines(label: EventLabel, confirms: boolean): BoxLine[] {
  const names = label.metaVotes.map((row) => clip(printable(row.name), maxSubjectCells))
  const width = Math.max(...names.map(cells))
  const rows = label.metaVotes.map((row, i): BoxLine => {
    const name = names[i] ?? ''
    const padded = name + ' '.repeat(width - cells(name))
    const values = [row.estimates, row.binValues, row.aux].map((letter) => letter.padEnd(3)).join(' ')
    const last = confirms ? `${row.decision.padEnd(3)} ${row.confirmed}` : row.decision
    return {
      text: `${padded} ${row.stage.padEnd(5)} ${values} ${last}`,
      role: row.decision === '-' ? 'plain' : 'strong',
    }
  })
  const titles = `${' '.repeat(width)} stage est bin aux dec${confirms ? ' conf' : ''}`
  return [{ text: titles, role: 'plain' }, ...rows]
}

/** How many shares, of which rounds: short enough for a box. */
function sharesText({ election, attempt, shares }: CoinShares): string {
  const rounds = [...new Set(shares.map(({ round }) => String(round)))]
  return `election ${String(election)}, ${attempt === 2 ? 'attempt 2, ' : ''}round ${rounds.join(', ')}`
}
