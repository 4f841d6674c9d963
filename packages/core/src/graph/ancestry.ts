// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { none } from './graph.ts'
import type { GossipGraph } from './graph.ts'

/**
 * The ancestors of an event, including itself; or those that an event will have which is not made
 * yet.
 */
export class Ancestry {
  readonly #graph: GossipGraph
  readonly #tips: readonly number[]

  /**
   * @param tips - the event; or the parents of an event that is not made yet, without any if it has
   *   none
   */
  constructor(graph: GossipGraph, tips: readonly number[]) {
    this.#graph = graph
    this.#tips = tips
  }

  /** The latest of the ancestors on a lane, or none. */
  latestOn(lane: number): number {
    let latest: number = none
    for (const tip of this.#tips) latest = Math.max(latest, this.#graph.latestOn(tip, lane))
    return latest
  }

  includes(y: number): boolean {
    return this.#tips.some((tip) => this.#graph.descends(tip, y))
  }

  /**
   * Where the peer forked, as far as these ancestors show: the events that have two self-children
   * among them.
   */
  forkPoints(peer: number): Set<number> {
    const { lane: laneOf, laneBranch, lanesOf } = this.#graph
    const branched = new Set<number>()
    const forked = new Set<number>()
    for (const lane of lanesOf[peer] ?? []) {
      if (this.latestOn(lane) === none) continue
      const branch = laneBranch.at(lane)
      const goesOn = branch !== none && this.latestOn(laneOf[branch] as number) > branch
      if (goesOn || branched.has(branch)) forked.add(branch)
      branched.add(branch)
    }
    return forked
  }
}

/**
 * Remembers, under each key, only the first event on a line: an event is left out if one of its
 * self-ancestors is under the same key already. So a key has at most one event per branch of a peer.
 */
export class FirstOnLine<K> {
  readonly #graph: GossipGraph
  readonly #events = new Map<K, number[]>()

  constructor(graph: GossipGraph) {
    this.#graph = graph
  }

  /** Adds an event. If a self-ancestor is under the key already, does nothing and returns false. */
  add(key: K, x: number): boolean {
    if (this.precedes(key, x)) return false
    const events = this.#events.get(key)
    if (events === undefined) this.#events.set(key, [x])
    else events.push(x)
    return true
  }

  /** Is x, or one of its self-ancestors, under the key? */
  precedes(key: K, x: number): boolean {
    return x !== none && this.#events.get(key)?.some((y) => this.#graph.isSelfAncestor(x, y)) === true
  }
}
