// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../base/public-id.ts'
import { isOneThird } from '../base/quorum.ts'
import { causes } from '../wire/cause.ts'
import { none } from '../graph/graph.ts'
import type { PeerContext } from './context.ts'
import type { Reception } from './reception.ts'

/**
 * What is left to do after a removal (protocol.md section 7).
 *
 * **If we were removed**, we may be the only one who knows: the others may still need our events to
 * decide it. So we go on gossiping until at least a third of the remaining voters have shown that
 * they know. At least one of these is correct; it has everything that we had, and tells the others.
 *
 * **If another peer was removed** and sends us a request, we do not take it in. We answer with what
 * that peer needs to decide its removal, and with nothing that came later.
 */
export class Farewells<P> {
  readonly #context: PeerContext<P>
  readonly #reception: Reception<P>
  /** The remaining voters that have shown that they know of our removal. */
  readonly #informed = new Set<number>()

  constructor(context: PeerContext<P>, reception: Reception<P>) {
    this.#context = context
    this.#reception = reception
  }

  /** Have we decided that we are removed? */
  get areWeRemoved(): boolean {
    return this.#us.removed
  }

  /**
   * May the peer need our gossip? If we were removed: only as long as too few voters know, and it
   * may be one that does not.
   */
  mayNeedUs(peer: number): boolean {
    if (!this.areWeRemoved) return true
    const { voters } = this.#context.consensus.election
    return !isOneThird(this.#informed.size, voters.length) && !this.#informed.has(peer)
  }

  /** Takes note that the peer knows of our removal; for example, because it has sent us a farewell. */
  knows(peer: number): void {
    if (this.#context.consensus.election.voters.includes(peer)) this.#informed.add(peer)
  }

  /**
   * Takes note that the peer has answered this Requesting event of ours. So it has everything that
   * we had when we made it.
   */
  answered(peer: number, requesting: number): void {
    const { removedAt } = this.#us
    if (removedAt !== none && requesting >= removedAt) this.knows(peer)
  }

  /**
   * If the peer was removed: the event of ours that its farewell ends with. It descends from what
   * decided the removal, and from nothing that came later. Undefined for peers that were not
   * removed, for peers that we distrust, and while we have no event.
   */
  endFor(id: PublicId): number | undefined {
    const { consensus, ourIndex } = this.#context
    const { graph, peers } = consensus
    const peer = peers.indexOf(id)
    if (peer === undefined || this.#reception.distrust(peer) !== undefined) return undefined
    const { removedAt } = peers.at(peer)
    const ours = graph.lanesOf[ourIndex]?.[0]
    if (removedAt === none || ours === undefined) return undefined
    // Conclusions that follow at once record the decision.
    let after = removedAt
    while (after < graph.size && graph.creator[after] === ourIndex && graph.cause[after] === causes.Conclusion) after++
    const end = graph.latestInLaneBefore(ours, after)
    return end === none ? undefined : end
  }

  get #us() {
    return this.#context.consensus.peers.at(this.#context.ourIndex)
  }
}
