// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CauseKind } from '../../src/wire/cause.ts'
import { pick } from './network.ts'
import type { Choose } from './network.ts'

/** An event of a graph without signatures. */
export interface PlainEvent {
  readonly creator: number
  readonly cause: CauseKind
  readonly selfParent: number | undefined
  readonly otherParent: number | undefined
}

/**
 * A random graph of any shape: those who may fork sometimes start anew or build on an old event of
 * theirs; every other event records another peer's event, mostly a recent one.
 *
 * @param isForker - which peers fork.
 */
export function forkedGraph(
  choose: Choose,
  peers: number,
  isForker: (peer: number) => boolean,
  size: number,
): PlainEvent[] {
  const events: PlainEvent[] = []
  const by = Array.from({ length: peers }, (): number[] => [])
  for (let x = 0; x < size; x++) {
    const creator = choose(peers)
    const own = by[creator] ?? []
    const forks = isForker(creator) && choose(5) === 0
    const others = events.flatMap((event, i) => (event.creator === creator ? [] : [i]))
    if (own.length === 0 || (forks && choose(8) === 0)) {
      events.push({ creator, cause: 'Initial', selfParent: undefined, otherParent: undefined })
    } else {
      const selfParent = forks ? pick(own, choose) : own[own.length - 1]
      const recent = choose(4) === 0 ? others : others.slice(-2 * peers)
      const otherParent = recent.length === 0 || choose(4) === 0 ? undefined : pick(recent, choose)
      events.push({ creator, cause: otherParent === undefined ? 'Requesting' : 'Request', selfParent, otherParent })
    }
    own.push(x)
  }
  return events
}

/**
 * The relations of section 4 over sets of ancestors. Two events of one peer are on different
 * branches when neither is a *self*-ancestor of the other: a forker that has its second branch
 * record the first through somebody else would otherwise pass for honest, and both branches could
 * be strongly seen.
 */
export class NaiveRelations {
  readonly #events: readonly PlainEvent[]
  readonly #ancestors: readonly ReadonlySet<number>[]

  constructor(events: readonly PlainEvent[]) {
    this.#events = events
    const ancestors: Set<number>[] = []
    for (const [x, { selfParent, otherParent }] of events.entries()) {
      const all = new Set([x])
      for (const parent of [selfParent, otherParent]) {
        if (parent !== undefined) for (const ancestor of ancestors[parent] ?? []) all.add(ancestor)
      }
      ancestors.push(all)
    }
    this.#ancestors = ancestors
  }

  descends(x: number, y: number): boolean {
    return this.#ancestors[x]?.has(y) === true
  }

  isSelfAncestor(x: number, y: number): boolean {
    for (let at: number | undefined = x; at !== undefined; at = this.#events[at]?.selfParent) if (at === y) return true
    return false
  }

  by(x: number, peer: number): number[] {
    return [...(this.#ancestors[x] ?? [])].filter((event) => this.#events[event]?.creator === peer)
  }

  areBranches(y: number, z: number): boolean {
    return !this.isSelfAncestor(y, z) && !this.isSelfAncestor(z, y)
  }

  isAwareOfFork(x: number, peer: number): boolean {
    const events = this.by(x, peer)
    return events.some((y) => events.some((z) => this.areBranches(y, z)))
  }

  sees(x: number, y: number): boolean {
    return this.descends(x, y) && !this.isAwareOfFork(x, this.#events[y]?.creator ?? -1)
  }

  /** The one of which all the peer's events in the ancestry are self-ancestors; -1 if there is none, or a fork. */
  latestBy(x: number, peer: number): number {
    const events = this.by(x, peer)
    return this.isAwareOfFork(x, peer) ? -1 : (events.find((y) => events.every((z) => this.isSelfAncestor(y, z))) ?? -1)
  }

  stronglySees(x: number, y: number, through: readonly number[], voters: number): boolean {
    const count = through.filter((peer) => {
      const z = this.latestBy(x, peer)
      return z !== -1 && this.sees(x, z) && this.sees(z, y)
    }).length
    return 3 * count > 2 * voters
  }
}
