// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isSupermajority } from '../base/quorum.ts'
import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'

/**
 * Whose latest events can make one event strongly see another (section 4): a supermajority, in
 * number, of the voters. The first implementation counted other peers too, who are under no bound
 * of a third: with removed or not yet added peers that collude with a forker, two branches of a
 * fork can then both be strongly seen. `peers` is here to replay its recorded graphs.
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

  /** Did a supermajority of them create ancestors of x? */
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
