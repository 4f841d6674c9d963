// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isSupermajority } from '../base/quorum.ts'
import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'

/**
 * Whose latest events count when one event may strongly see another (protocol.md section 4). With
 * `voters` only those of voters do, as it should be.
 *
 * With `peers` the events of other peers count, too, as in the first implementation; it is here to
 * replay its recorded graphs. It is not safe: less than a third of the *voters* are faulty, but nothing
 * limits how many removed peers, or peers not added yet, help a forker. With their help two branches
 * of a fork can both be strongly seen.
 */
export type SeenThrough = 'voters' | 'peers'

/** The voters of one election, numbered as slots. */
export class Voters {
  /** Peer index per slot. */
  readonly peers: readonly number[]
  readonly #slotOf: Int32Array

  constructor(peers: readonly number[]) {
    this.peers = peers
    this.#slotOf = new Int32Array(Math.max(-1, ...peers) + 1).fill(none)
    for (const [slot, peer] of peers.entries()) this.#slotOf[peer] = slot
  }

  get count(): number {
    return this.peers.length
  }

  /** The peer's slot, or none if it is no voter. */
  slotOf(peer: number): number {
    return peer < this.#slotOf.length ? (this.#slotOf[peer] as number) : none
  }

  isSupermajority(count: number): boolean {
    return isSupermajority(count, this.peers.length)
  }

  /** Are there events by a supermajority of the voters among the ancestors of x? */
  aSupermajorityPrecedes(graph: GossipGraph, x: number): boolean {
    const { lanesOf } = graph
    let known = 0
    for (const peer of this.peers) {
      for (const lane of lanesOf[peer] ?? []) {
        if (graph.latestOn(x, lane) !== none) {
          known++
          break
        }
      }
    }
    return this.isSupermajority(known)
  }
}
