// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isSupermajority } from './block.ts'
import { none } from './graph.ts'
import type { GossipGraph } from './graph.ts'

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
