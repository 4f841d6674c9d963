// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { toHex } from '@parsec-bft/core/internals'
import type { Event } from '@parsec-bft/core'

/** A growing set of events with all their ancestors. */
export class Ancestors {
  readonly #store: EventStore
  #marks = new Uint8Array(256)

  constructor(store: EventStore) {
    this.#store = store
  }

  has(index: number): boolean {
    return this.#marks[index] === 1
  }

  /** Takes in an event and what it descends from. */
  include(index: number): void {
    const waiting = [index]
    for (let x = waiting.pop(); x !== undefined; x = waiting.pop()) {
      if (this.has(x)) continue
      this.#mark(x)
      waiting.push(...this.#store.parentsOf(x))
    }
  }

  #mark(index: number): void {
    if (index >= this.#marks.length) {
      const wider = new Uint8Array(2 * (index + 1))
      wider.set(this.#marks)
      this.#marks = wider
    }
    this.#marks[index] = 1
  }
}

/**
 * Events that somebody has seen, numbered so that parents come first, and which peers are known to
 * know them. It applies none of the protocol's rules.
 */
export class EventStore {
  readonly events: Event<string>[] = []
  readonly #indexOf = new Map<string, number>()
  readonly #parents: (readonly number[])[] = []
  /** Per creator, its events and all their ancestors. */
  readonly #knownBy = new Map<string, Ancestors>()

  /** Returns false, and does nothing, if the event is there or one of its parents is not. */
  add(event: Event<string>): boolean {
    if (this.#indexOf.has(event.id)) return false
    const parents = event.parents.map((id) => this.indexOf(id))
    if (!parents.every((parent) => parent !== undefined)) return false
    const index = this.events.push(event) - 1
    this.#indexOf.set(event.id, index)
    this.#parents.push(parents)
    this.knownBy(event.creator.name).include(index)
    return true
  }

  has(id: string): boolean {
    return this.#indexOf.has(id)
  }

  indexOf(id: string): number | undefined {
    return this.#indexOf.get(id)
  }

  get(hash: Uint8Array): Event<string> | undefined {
    const index = this.indexOf(toHex(hash))
    return index === undefined ? undefined : this.events[index]
  }

  /** The self-parent first; both may be the same. */
  parentsOf(index: number): readonly number[] {
    return this.#parents[index] ?? []
  }

  selfParent(event: Event<string>): Event<string> | undefined {
    return 'selfParent' in event.cause ? this.get(event.cause.selfParent) : undefined
  }

  /** What a peer is known to know: its own events and all their ancestors. */
  knownBy(peer: string): Ancestors {
    let known = this.#knownBy.get(peer)
    if (known === undefined) this.#knownBy.set(peer, (known = new Ancestors(this)))
    return known
  }

  /** Does the peer have the event among the ancestors of its own? */
  isKnownBy(peer: string, id: string): boolean {
    const index = this.indexOf(id)
    return index !== undefined && this.knownBy(peer).has(index)
  }
}
