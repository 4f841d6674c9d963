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
 * We, if we were removed, may be the only one who knows: the others may need what we have to decide
 * it. So we go on gossiping until at least a third of the voters who stay have shown that they
 * know. One of these is correct; it has all that we had, and tells the others.
 *
 * Another peer that was removed and asks us is not heard, but told what it needs to decide its
 * removal, and nothing of what came later.
 */
export class Farewells<P> {
  readonly #context: PeerContext<P>
  readonly #reception: Reception<P>
  /** Those who stay and have shown that they know of our removal. */
  readonly #informed = new Set<number>()

  constructor(context: PeerContext<P>, reception: Reception<P>) {
    this.#context = context
    this.#reception = reception
  }

  get areWeRemoved(): boolean {
    return this.#us.removed
  }

  /** Might the peer, if it is a voter, need our gossip? If we were removed, only until enough know. */
  mayNeedUs(peer: number): boolean {
    if (!this.areWeRemoved) return true
    const { voters } = this.#context.consensus.election
    return !isOneThird(this.#informed.size, voters.length) && !this.#informed.has(peer)
  }

  /** The peer has sent us a farewell. */
  knows(peer: number): void {
    if (this.#context.consensus.election.voters.includes(peer)) this.#informed.add(peer)
  }

  /** The peer has answered this Requesting event of ours: so it has what we had when we made it. */
  answered(peer: number, requesting: number): void {
    const { removedAt } = this.#us
    if (removedAt !== none && requesting >= removedAt) this.knows(peer)
  }

  /**
   * For a peer that was removed: what it lacks of all that we had when we decided that, and of what
   * we recorded right then. Undefined for others, and for those that nobody talks to.
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
    // It may lack nothing, as far as we know; but no message is empty.
    if (owed.length === 0) owed.push(end - 1)
    return messageOf('farewell', owed, this.#context)
  }

  get #us() {
    return this.#context.consensus.peers.at(this.#context.ourIndex)
  }
}
