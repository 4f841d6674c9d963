// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { none } from './graph.ts'
import type { GossipGraph } from './graph.ts'

/** The ancestors of an event, itself included; or those that an event which is still to be made will have. */
export class Ancestry {
  readonly #graph: GossipGraph
  readonly #tips: readonly number[]

  /** @param tips - the event itself, or the parents of the one to be made. An empty list: no ancestors. */
  constructor(graph: GossipGraph, tips: readonly number[]) {
    this.#graph = graph
    this.#tips = tips
  }

  /** The latest event in it on a lane, or none. */
  latestOn(lane: number): number {
    let latest: number = none
    for (const tip of this.#tips) latest = Math.max(latest, this.#graph.latestOn(tip, lane))
    return latest
  }

  includes(y: number): boolean {
    return this.#tips.some((tip) => this.#graph.descends(tip, y))
  }

  /** Where the peer forked, as far as the ancestry shows: its events that have two self-children there. */
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
 * Remembers under each key the first event of its line: an event is left out if a self-ancestor is
 * there under the same key. So a key has at most one event per branch of its creator.
 */
export class FirstOnLine<K> {
  readonly #graph: GossipGraph
  readonly #events = new Map<K, number[]>()

  constructor(graph: GossipGraph) {
    this.#graph = graph
  }

  /** Returns false, and does nothing, if a self-ancestor is there under the key. */
  add(key: K, x: number): boolean {
    if (this.precedes(key, x)) return false
    const events = this.#events.get(key)
    if (events === undefined) this.#events.set(key, [x])
    else events.push(x)
    return true
  }

  /** Is x, or a self-ancestor of it, there under the key? */
  precedes(key: K, x: number): boolean {
    return x !== none && this.#events.get(key)?.some((y) => this.#graph.isSelfAncestor(x, y)) === true
  }
}
