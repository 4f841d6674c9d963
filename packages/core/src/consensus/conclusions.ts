// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'

/**
 * The decisions of ours that no event of ours bears out yet: we found an election decided, and no
 * event of ours descends from what decides it.
 *
 * Whoever gets an event of ours gets its ancestors, and with them, if all is borne out, has decided
 * what we had decided when we made it. Else it may lack what decides: an event of a forker's
 * branch, say, that nobody has recorded. Then it would refuse what can only be understood after
 * that decision, and with it all that we made later. So we record what decides before we take in,
 * or make, anything of that kind. Of the decisions up to our admission we record the last one only:
 * whoever takes in our first event has decided them.
 */
export class Conclusions {
  readonly #graph: GossipGraph
  readonly #ourIndex: number
  /** Events that bear them out, in the order of their elections, none among the ancestors of a later one. */
  #unrecorded: number[] = []
  /** Election of the first decision that is not borne out. */
  #from = 0
  /** Who became a member by these decisions. */
  readonly #admitted = new Set<number>()
  /**
   * Who was removed by one of them is owed no more than what decides it, so that is recorded at
   * once: see `Farewells`.
   */
  #isUrgent = false

  constructor(graph: GossipGraph, ourIndex: number) {
    this.#graph = graph
    this.#ourIndex = ourIndex
  }

  /** Events to be recorded, in this order. */
  get unrecorded(): readonly number[] {
    return this.#unrecorded
  }

  /** An election was decided; by whatever descends from the event. */
  decided(election: number, event: number): void {
    const ours = this.#graph.latestOf(this.#ourIndex)
    if (ours !== none && this.#graph.descends(ours, event)) return
    if (this.#unrecorded.length === 0) this.#from = election
    this.#unrecorded = this.#unrecorded.filter((earlier) => !this.#graph.descends(event, earlier))
    this.#unrecorded.push(event)
  }

  /** The newest event of the graph is one of ours. */
  made(x: number): void {
    if (this.#unrecorded.length === 0) return
    this.#unrecorded = this.#unrecorded.filter((event) => !this.#graph.descends(x, event))
    if (this.#unrecorded.length > 0) return
    this.#admitted.clear()
    this.#isUrgent = false
  }

  admitted(peer: number): void {
    if (peer === this.#ourIndex) this.#unrecorded = this.#unrecorded.slice(-1)
    if (this.#unrecorded.length > 0) this.#admitted.add(peer)
  }

  removed(): void {
    if (this.#unrecorded.length > 0) this.#isUrgent = true
  }

  get isUrgent(): boolean {
    return this.#isUrgent
  }

  /**
   * Can an event by this creator, with shares for an election or without, only be understood after
   * a decision that is not borne out?
   */
  mustPrecede(creator: number, election: number | undefined): boolean {
    if (this.#unrecorded.length === 0) return false
    return this.#isUrgent || this.#admitted.has(creator) || (election !== undefined && election > this.#from)
  }
}
