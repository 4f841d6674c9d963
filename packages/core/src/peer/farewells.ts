// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../base/public-id.ts'
import { isOneThird } from '../base/quorum.ts'
import { causes } from '../wire/cause.ts'
import type { Message } from '../wire/message.ts'
import { none } from '../graph/graph.ts'
import type { PeerContext } from './context.ts'
import { lackedBy, messageOf } from './lacking.ts'
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
   * Makes the farewell for a peer that was removed: what it lacks of the events that we had when we
   * decided its removal, and of those by which we recorded the decision. Undefined for peers that
   * were not removed, and for peers that we distrust.
   */
  messageTo(id: PublicId): Message<P> | undefined {
    const { consensus, ourIndex } = this.#context
    const { graph, peers } = consensus
    const peer = peers.indexOf(id)
    if (peer === undefined || this.#reception.distrust(peer) !== undefined) return undefined
    const { removedAt } = peers.at(peer)
    if (removedAt === none) return undefined
    let end = removedAt
    while (end < graph.size && graph.creator[end] === ourIndex && graph.cause[end] === causes.Conclusion) end++
    const owed = lackedBy(peer, this.#context).filter((index) => index < end)
    // As far as we know it may lack nothing; but a message must not be empty.
    if (owed.length === 0) owed.push(end - 1)
    return messageOf('farewell', owed, this.#context)
  }

  get #us() {
    return this.#context.consensus.peers.at(this.#context.ourIndex)
  }
}
