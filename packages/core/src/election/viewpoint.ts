// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'
import type { InterestingContent } from './interesting-content.ts'
import type { SeenThrough, Voters } from './voters.ts'

/**
 * The graph as one event sees it, the event at hand: what it strongly sees (protocol.md section 4)
 * and whether it is an observer (section 5.2).
 */
export class Viewpoint {
  readonly #graph: GossipGraph
  readonly #content: InterestingContent
  readonly #voters: Voters
  readonly #seenThrough: SeenThrough
  /**
   * The voters' latest events in the ancestry of the event at hand, by slot, none where it is aware
   * of a fork; then, where they count too, the other peers'.
   */
  readonly #latest = new IntList()
  /** Those of the event at hand, once they were found: a bit set of slots. */
  readonly observees: Int32Array

  constructor(graph: GossipGraph, content: InterestingContent, voters: Voters, seenThrough: SeenThrough) {
    this.#graph = graph
    this.#content = content
    this.#voters = voters
    this.#seenThrough = seenThrough
    this.observees = new Int32Array(Math.max(1, Math.ceil(voters.count / 32)))
  }

  /** Makes x the event at hand. */
  moveTo(x: number): void {
    const latest = this.#latest
    latest.length = 0
    for (const peer of this.#voters.peers) latest.push(this.#graph.latestBy(x, peer))
    if (this.#seenThrough === 'voters') return
    for (let peer = 0; peer < this.#graph.lanesOf.length; peer++) {
      if (this.#voters.slotOf(peer) === none) latest.push(this.#graph.latestBy(x, peer))
    }
  }

  /** The voter's latest event in the ancestry; none also where the voter is known to have forked. */
  latestBy(slot: number): number {
    return this.#latest.at(slot)
  }

  /** Does the event at hand strongly see y (section 4)? */
  stronglySees(y: number): boolean {
    const graph = this.#graph
    const { clock, row } = graph
    const lane = graph.lane[y] as number
    const creator = graph.creator[y] as number
    const creatorForked = (graph.lanesOf[creator] as number[]).length > 1
    const latest = this.#latest
    let count = 0
    for (let i = 0; i < latest.length; i++) {
      const z = latest.at(i)
      // Does z descend from y? Inlined: this is the innermost loop of all.
      if (z < y || (clock[(row[z] as number) + lane] as number) <= y) continue
      if (creatorForked && graph.isAwareOfFork(z, creator)) continue
      count++
    }
    return this.#voters.isSupermajority(count)
  }

  /** The first interesting event on the voter's branch in the ancestry, or none. */
  firstInterestingOf(slot: number): number {
    const graph = this.#graph
    let found: number = none
    // From the lane of the latest event back to the first one: what is found later is earlier.
    for (let at = this.#latest.at(slot); at !== none;) {
      const lane = graph.lane[at] as number
      const first = this.#content.firstOnLane[lane] as number
      if (first !== none && first <= at) found = first
      at = graph.laneBranch.at(lane)
    }
    return found
  }

  /** Finds the observees; true if they are a supermajority, so that the event at hand is an observer. */
  findObservees(): boolean {
    const observees = this.observees
    observees.fill(0)
    let count = 0
    for (let slot = 0; slot < this.#voters.count; slot++) {
      const first = this.firstInterestingOf(slot)
      if (first === none || !this.stronglySees(first)) continue
      observees[slot >> 5] = (observees[slot >> 5] as number) | (1 << (slot & 31))
      count++
    }
    return this.#voters.isSupermajority(count)
  }

  /**
   * A quick answer, without moving to x: false where x is certainly no observer, as too few voters
   * have an interesting event in its ancestry.
   */
  mayBeObserver(x: number): boolean {
    const { clock, row, lanesOf } = this.#graph
    const { events, firstOnLane } = this.#content
    if (events.length === 0) return false
    const start = row[x] as number
    let count = 0
    for (const peer of this.#voters.peers) {
      for (const lane of lanesOf[peer] ?? []) {
        const first = firstOnLane[lane] as number
        if (first !== none && first <= x && (clock[start + lane] as number) > first) {
          count++
          break
        }
      }
    }
    return this.#voters.isSupermajority(count)
  }
}
