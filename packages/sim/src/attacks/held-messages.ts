// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Letter } from './post.ts'

/** Messages that a scheduler holds back: while it does, nothing arrives unless it says so. */
export class HeldMessages<A extends Letter> {
  isHolding = false
  readonly #held = new Map<Letter, A>()
  #newest: A | undefined

  get all(): readonly A[] {
    return [...this.#held.values()]
  }

  get count(): number {
    return this.#held.size
  }

  /** The last one that was held back. */
  get newest(): A | undefined {
    return this.#newest
  }

  hold(arrival: A): void {
    this.#held.set(arrival, arrival)
    this.#newest = arrival
  }

  /** Lets one message go; undefined if it is not held. */
  take(letter: Letter): A | undefined {
    const arrival = this.#held.get(letter)
    this.#held.delete(letter)
    return arrival
  }

  /** Lets all messages go, and holds no more. */
  release(): readonly A[] {
    const { all } = this
    this.#held.clear()
    this.isHolding = false
    return all
  }
}
