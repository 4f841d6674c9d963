// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isSyncCause } from '@parsec-bft/core/internals'
import type { Inspection, MetaVoteView } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import type { SimPeer } from '../peers/sim-peer.ts'
import type { Letter, Post } from './post.ts'

/** What a network does for who has it in its grip. */
export interface Gripped<A extends Letter> {
  peer(name: string): SimPeer
  /** Sends a request, which {@link Grip.hold} gets. */
  gossip(from: SimPeer, to: SimPeer): void
  arrive(arrival: A): void
  vote(): void
}

/** A scheduler's grip on a network: while it is closed, messages arrive when the scheduler says. */
export class Grip<A extends Letter> implements Post {
  isClosed = false
  readonly #network: Gripped<A>
  readonly #held = new Map<Letter, A>()
  #newest: A | undefined

  constructor(network: Gripped<A>) {
    this.#network = network
  }

  hold(arrival: A): void {
    this.#held.set(arrival, arrival)
    this.#newest = arrival
  }

  /** Opens the grip; returns what has not arrived. */
  release(): readonly A[] {
    const held = [...this.#held.values()]
    this.#held.clear()
    this.isClosed = false
    return held
  }

  send(from: string, to: string): Letter {
    this.#newest = undefined
    this.#network.gossip(this.#network.peer(from), this.#network.peer(to))
    // It is assigned while the peer gossips.
    const sent = this.#newest as A | undefined
    if (sent === undefined) throw new CheckFailure('interface', `${from} gossips, and sends nothing`, from)
    return sent
  }

  deliver(letter: Letter): void {
    const arrival = this.#held.get(letter)
    this.#held.delete(letter)
    if (arrival !== undefined) this.#network.arrive(arrival)
  }

  held(): readonly Letter[] {
    return [...this.#held.keys()]
  }

  vote(): void {
    this.#network.vote()
  }

  isIdle(peer: string): boolean {
    return !this.#network.peer(peer).parsec.hasUnpolledObservations()
  }

  lastMetaVote(peer: string, subject: string): MetaVoteView | undefined {
    const inspection = this.#network.peer(peer).parsec.inspect()
    const voter = inspection.peers().find(({ name }) => name === subject)
    // Not all events of a peer have meta-votes, but it never does anything without one that has.
    let index = inspection.eventCount - 1
    while (index > 0 && !isOwnSync(inspection, index)) index--
    return voter && inspection.metaEvent(index)?.metaVotes.get(voter.index)?.at(-1)
  }
}

function isOwnSync(inspection: Inspection, index: number): boolean {
  const { creator, cause } = inspection.event(index)
  return creator === inspection.ourIndex && isSyncCause(cause)
}
