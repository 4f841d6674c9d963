// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { EventView, Inspection, MetaVoteView } from '@parsec-bft/core'

/**
 * What a picture says about each event. DOT and SVG share this module, so that both name, colour and annotate an event
 * alike. Texts are raw: each format escapes them in its own way.
 */

/** Fill colours of the recorded graphs. */
export const eventColours = { plain: 'white', vote: 'cyan', interesting: 'crimson', observer: 'orange' } as const

/** An observer stays one when it has interesting content too. */
export type EventKind = keyof typeof eventColours

/** One line of the table of meta-votes: an entry of one subject's list. */
export interface MetaVoteRow {
  /** Peer index of the subject. */
  readonly subject: number
  /** Short name of the subject, in the first row of its list only; empty in the others. */
  readonly name: string
  /** `round/step`. */
  readonly stage: string
  /** `t`, `f`, `b` (both) or `-` (none). */
  readonly estimates: string
  readonly binValues: string
  readonly aux: string
  readonly decision: string
  /** What it confirms: at step 2, where the coin needs that. */
  readonly confirmed: string
}

export interface EventLabel {
  /** `A_3`, or `C_2,1` where the creator forked. */
  readonly name: string
  readonly kind: EventKind
  /** The payload that it votes for. */
  readonly payload: string | undefined
  /** Texts of its interesting content, in order. */
  readonly interesting: readonly string[]
  readonly hasMetaEvent: boolean
  readonly metaVotes: readonly MetaVoteRow[]
}

/** The shortest prefix of each name that no other name has; a name that starts another one is kept whole. */
export function shortestPrefixes(names: readonly string[]): string[] {
  const letters = names.map((name) => Array.from(name))
  const order = names.map((_, i) => i).sort((a, b) => compareTexts(names[a] ?? '', names[b] ?? ''))
  const lengths = new Array<number>(names.length).fill(1)
  for (let k = 1; k < order.length; k++) {
    const [a, b] = [order[k - 1] ?? 0, order[k] ?? 0]
    const needed = commonPrefix(letters[a] ?? [], letters[b] ?? []) + 1
    lengths[a] = Math.max(lengths[a] ?? 1, needed)
    lengths[b] = Math.max(lengths[b] ?? 1, needed)
  }
  return letters.map((all, i) => all.slice(0, lengths[i]).join(''))
}

/** Names and annotations of the events of one graph. Ask for it again when the graph has grown. */
export class EventLabels {
  readonly #inspection: Inspection
  /** Per peer index, the prefix that stands for the peer in event names. */
  readonly peerPrefixes: readonly string[]

  readonly #payloadText: (payload: number) => string

  /**
   * @param names - per peer index; default the peers' own.
   * @param payloadText - of a payload index; default its printable form.
   */
  constructor(
    inspection: Inspection,
    names: readonly string[] = inspection.peers().map((peer) => peer.name),
    payloadText: (payload: number) => string = (payload) => inspection.payload(payload).text,
  ) {
    this.#inspection = inspection
    this.peerPrefixes = shortestPrefixes(names)
    this.#payloadText = payloadText
  }

  /** Short name of an event. */
  name(index: number): string {
    return this.nameOf(this.#inspection.event(index))
  }

  nameOf(event: EventView): string {
    const branch = event.forked ? `,${String(event.branch)}` : ''
    return `${this.peerPrefixes[event.creator] ?? ''}_${String(event.indexByCreator)}${branch}`
  }

  /** Everything that a picture says about an event. */
  label(index: number): EventLabel {
    const event = this.#inspection.event(index)
    const meta = this.#inspection.metaEvent(index)
    const content = meta?.interestingContent ?? []
    return {
      name: this.nameOf(event),
      kind: kindOf(event, content.length > 0, (meta?.observees.size ?? 0) > 0),
      payload: event.payload === undefined ? undefined : this.#payloadText(event.payload),
      interesting: content.map((payload) => this.#payloadText(payload)),
      hasMetaEvent: meta !== undefined,
      metaVotes: meta === undefined ? [] : this.#rows(meta.metaVotes),
    }
  }

  #rows(metaVotes: ReadonlyMap<number, readonly MetaVoteView[]>): MetaVoteRow[] {
    const rows: MetaVoteRow[] = []
    for (const [subject, entries] of metaVotes) {
      entries.forEach((entry, i) => {
        rows.push({
          subject,
          name: i === 0 ? (this.peerPrefixes[subject] ?? '') : '',
          stage: `${String(entry.round)}/${String(entry.step)}`,
          estimates: setLetter(entry.estimates),
          binValues: setLetter(entry.binValues),
          aux: valueLetter(entry.aux),
          decision: valueLetter(entry.decision),
          confirmed: setLetter(entry.confirmed),
        })
      })
    }
    return rows
  }
}

function kindOf(event: EventView, interesting: boolean, observer: boolean): EventKind {
  if (event.payload !== undefined) return 'vote'
  if (observer) return 'observer'
  return interesting ? 'interesting' : 'plain'
}

/** `t`, `f`, `b` for both, `-` for none. */
export function setLetter(values: ReadonlySet<boolean>): string {
  if (values.size === 2) return 'b'
  return values.has(true) ? 't' : values.has(false) ? 'f' : '-'
}

/** `t`, `f`, `-` for none. */
export function valueLetter(value: boolean | undefined): string {
  return value === undefined ? '-' : value ? 't' : 'f'
}

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

/** By UTF-16 units: the same on every machine, and names with a common prefix become neighbours. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
