// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { isInternal } from '@parsec-bft/core/internals'
import type { EventView, Inspection, MetaVoteView } from '@parsec-bft/core'

/**
 * What a picture says about each event. DOT and SVG share this module, so that both give an event
 * the same name, colour and annotations. Texts are raw: each format escapes them in its own way.
 */

/** Fill colours of the recorded graphs. */
export const eventColours = { plain: 'white', vote: 'cyan', interesting: 'crimson', observer: 'orange' } as const

/** A vote is always shown as a vote, and an observer as an observer, even if it has interesting content as well. */
export type EventKind = keyof typeof eventColours

/** What a meta-vote holds: `t`, `f`, `b` (both) or `-` (none), as in DOT files. */
export interface MetaVoteLetters {
  readonly estimates: string
  readonly binValues: string
  readonly aux: string
  readonly decision: string
  /** What it confirms: at step 2, where the coin needs that. */
  readonly confirmed: string
}

/** One line of the table of meta-votes: an entry of one subject's list. */
export interface MetaVoteRow extends MetaVoteLetters {
  /** Peer index of the subject. */
  readonly subject: number
  /** Short name of the subject, in the first row of its list only; empty in the others. */
  readonly name: string
  /** `round/step`. */
  readonly stage: string
}

export interface PayloadLabel {
  readonly text: string
  /** A message of a key generation: the library votes for it, and no block ever holds it. */
  readonly internal: boolean
}

export interface EventLabel {
  /** `A_3`, or `C_2,1` where the creator forked. */
  readonly name: string
  readonly kind: EventKind
  /** The payload that it votes for. */
  readonly payload: PayloadLabel | undefined
  /** Its interesting content, in order. */
  readonly interesting: readonly PayloadLabel[]
  readonly hasMetaEvent: boolean
  readonly metaVotes: readonly MetaVoteRow[]
  /** Which attempt of the election these are of. */
  readonly attempt: 1 | 2
  /** Does it end the first attempt? */
  readonly endsAttempt: boolean
}

/**
 * The shortest prefix of each name that tells it from all others: Alice, Anna and Bob become Al, An
 * and B. A name with which another one begins is kept whole.
 */
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

/** Names and annotations of the events of one graph. Make a new one when the graph has grown. */
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
      payload: event.payload === undefined ? undefined : this.#payload(event.payload),
      interesting: content.map((payload) => this.#payload(payload)),
      hasMetaEvent: meta !== undefined,
      metaVotes: meta === undefined ? [] : this.#rows(meta.metaVotes),
      attempt: meta?.attempt ?? 1,
      endsAttempt: (meta?.ending.size ?? 0) > 0,
    }
  }

  #payload(payload: number): PayloadLabel {
    const { kind } = this.#inspection.payload(payload).observation
    return { text: this.#payloadText(payload), internal: isInternal(kind) }
  }

  #rows(metaVotes: ReadonlyMap<number, readonly MetaVoteView[]>): MetaVoteRow[] {
    const rows: MetaVoteRow[] = []
    for (const [subject, entries] of metaVotes) {
      entries.forEach((entry, i) => {
        rows.push({
          subject,
          name: i === 0 ? (this.peerPrefixes[subject] ?? '') : '',
          stage: `${String(entry.round)}/${String(entry.step)}`,
          ...lettersOf(entry),
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
/** What a meta-vote holds, in the letters of DOT files. */
export function lettersOf({ estimates, binValues, aux, decision, confirmed }: MetaVoteView): MetaVoteLetters {
  return {
    estimates: setLetter(estimates),
    binValues: setLetter(binValues),
    aux: valueLetter(aux),
    decision: valueLetter(decision),
    confirmed: setLetter(confirmed),
  }
}

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

/** Compares UTF-16 units: the result is the same on every machine, and names with a common prefix become neighbours. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
