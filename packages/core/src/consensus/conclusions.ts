// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'

/**
 * The decisions of ours that are *unrecorded*: we found an election decided, but no event of ours
 * descends from the event that decides it.
 *
 * Why this matters: whoever gets an event of ours gets all of its ancestors. If the deciding events
 * are among them, it has decided what we had decided when we made the event. Otherwise it may lack
 * a deciding event; for example, one on a forker's branch that nobody has recorded. Then it would
 * refuse events that can only be understood after that decision, and with them everything that we
 * made later.
 *
 * So we record the deciding events before we take in, or make, anything of that kind. A newcomer
 * records those of the time before its admission with its first events: others take in what it sends
 * in its own order, so they must decide where it did.
 */
export class Conclusions {
  readonly #graph: GossipGraph
  readonly #ourIndex: number
  /** The deciding events, in the order of their elections. None is an ancestor of a later one. */
  #unrecorded: number[] = []
  /** The election of the first unrecorded decision. */
  #from = 0
  /** The peers that became members by unrecorded decisions. */
  readonly #admitted = new Set<number>()
  /**
   * Did an unrecorded decision remove a peer? Then it is recorded at once. For that peer will be
   * sent what decides its removal, but nothing of what comes later (see `Farewells`).
   */
  #isUrgent = false

  constructor(graph: GossipGraph, ourIndex: number) {
    this.#graph = graph
    this.#ourIndex = ourIndex
  }

  /** The events to be recorded, in this order. */
  get unrecorded(): readonly number[] {
    return this.#unrecorded
  }

  /**
   * Takes note that an election was decided.
   *
   * @param event - whoever has this event among its ancestors has decided the election
   */
  decided(election: number, event: number): void {
    const ours = this.#graph.latestOf(this.#ourIndex)
    if (ours !== none && this.#graph.descends(ours, event)) return
    if (this.#unrecorded.length === 0) this.#from = election
    this.#unrecorded = this.#unrecorded.filter((earlier) => !this.#graph.descends(event, earlier))
    this.#unrecorded.push(event)
  }

  /** Takes note that x, the newest event of the graph, is one of ours. */
  made(x: number): void {
    if (this.#unrecorded.length === 0) return
    this.#unrecorded = this.#unrecorded.filter((event) => !this.#graph.descends(x, event))
    if (this.#unrecorded.length > 0) return
    this.#admitted.clear()
    this.#isUrgent = false
  }

  /** Takes note that the latest decision made a peer a member. */
  admitted(peer: number): void {
    if (this.#unrecorded.length > 0) this.#admitted.add(peer)
  }

  /** Takes note that the latest decision removed a peer. */
  removed(): void {
    if (this.#unrecorded.length > 0) this.#isUrgent = true
  }

  /** Must the deciding events be recorded at once? */
  get isUrgent(): boolean {
    return this.#isUrgent
  }

  /**
   * Must we record the deciding events before we insert an event, because others understand that
   * event only after an unrecorded decision?
   *
   * @param creator - the creator of the event
   * @param election - the election that must have begun for the event to be understood
   */
  mustPrecede(creator: number, election: number): boolean {
    if (this.#unrecorded.length === 0) return false
    return this.#isUrgent || this.#admitted.has(creator) || election > this.#from
  }
}
