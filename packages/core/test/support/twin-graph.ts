// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CauseKind } from '../../src/wire/cause.ts'

/** What an event votes for, as far as the election looks at it. */
export interface TwinPayload {
  /** Hexadecimal observation hash. */
  readonly hash: string
  /** Whose vote it is, where each vote is an observation of its own (single mode). */
  readonly voter: string | undefined
  /** Is it a message of a key generation, to which non-voters may contribute? */
  readonly isInternal?: boolean | undefined
  /** What it does to the voters once decided. */
  readonly effect?: { readonly kind: 'Add' | 'Remove'; readonly peer: string } | undefined
}

/** An event of a plain graph. Parents are places in the list of events, and come earlier in it. */
export interface TwinEvent {
  readonly creator: string
  readonly cause: CauseKind
  readonly selfParent?: number | undefined
  readonly otherParent?: number | undefined
  readonly payload?: TwinPayload | undefined
}

/** The observation key of a payload: equal for equal ones. */
export function keyOf(payload: TwinPayload): string {
  return `${payload.hash}/${payload.voter ?? ''}`
}

/** By hash, then by voter (section 2). */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * The relations of section 4 over sets of ancestors.
 *
 * "Aware of a fork" is taken with *self*-ancestors: else a forker whose second branch records the
 * first through somebody else would pass for honest.
 */
export class TwinGraph {
  readonly events: TwinEvent[] = []
  readonly #ancestors: Set<number>[] = []
  readonly #selfAncestors: Set<number>[] = []
  /** Per event and creator: the creator's events in the ancestry. */
  readonly #by: ReadonlyMap<string, readonly number[]>[] = []
  /** Per event and creator: of those the latest, or undefined if they are no chain. Memoised. */
  readonly #latest: Map<string, number | undefined>[] = []

  insert(event: TwinEvent): number {
    const x = this.events.length
    this.events.push(event)
    const ancestors = new Set<number>([x])
    for (const parent of [event.selfParent, event.otherParent]) {
      if (parent !== undefined) for (const y of this.ancestorsOf(parent)) ancestors.add(y)
    }
    const { selfParent } = event
    this.#ancestors.push(ancestors)
    this.#selfAncestors.push(new Set([...(selfParent === undefined ? [] : this.selfAncestorsOf(selfParent)), x]))
    const by = new Map<string, number[]>()
    for (const y of ancestors) {
      const { creator } = this.at(y)
      const found = by.get(creator)
      if (found === undefined) by.set(creator, [y])
      else found.push(y)
    }
    this.#by.push(by)
    this.#latest.push(new Map())
    return x
  }

  at(x: number): TwinEvent {
    const event = this.events[x]
    if (event === undefined) throw new RangeError(`no event ${String(x)}`)
    return event
  }

  /** The event and all it descends from. */
  ancestorsOf(x: number): ReadonlySet<number> {
    return this.#ancestors[x] ?? new Set()
  }

  /** The event, its self-parent and so on. */
  selfAncestorsOf(x: number): ReadonlySet<number> {
    return this.#selfAncestors[x] ?? new Set()
  }

  indexByCreator(x: number): number {
    return this.selfAncestorsOf(x).size - 1
  }

  isSync(x: number): boolean {
    return ['Requesting', 'Request', 'Response'].includes(this.at(x).cause)
  }

  descends(x: number, y: number): boolean {
    return this.ancestorsOf(x).has(y)
  }

  /** The creator's events among x and its ancestors. */
  by(x: number, creator: string): readonly number[] {
    return this.#by[x]?.get(creator) ?? []
  }

  isAwareOfFork(x: number, creator: string): boolean {
    return this.by(x, creator).length > 0 && this.latestBy(x, creator) === undefined
  }

  /**
   * The one of the creator's events in the ancestry of which all the others are self-ancestors:
   * there is none under a fork.
   */
  latestBy(x: number, creator: string): number | undefined {
    const known = this.#latest[x]
    if (known?.has(creator) === true) return known.get(creator)
    const events = this.by(x, creator)
    const latest = events.find((y) => {
      const chain = this.selfAncestorsOf(y)
      return events.every((z) => chain.has(z))
    })
    known?.set(creator, latest)
    return latest
  }

  sees(x: number, y: number): boolean {
    return this.descends(x, y) && !this.isAwareOfFork(x, this.at(y).creator)
  }

  /** The creators of x and its ancestors. */
  creatorsBefore(x: number): ReadonlySet<string> {
    return new Set(this.#by[x]?.keys())
  }
}
