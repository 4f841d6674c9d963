// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isSyncCause } from '@parsec-bft/core/internals'
import type { Inspection, MetaVoteView } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import type { SimPeer } from '../peers/sim-peer.ts'
import type { HeldMessages } from './held-messages.ts'
import type { Letter, Post } from './post.ts'

/** What a network does for the scheduler that attacks it. */
export interface NetworkUnderAttack<A extends Letter> {
  peer(name: string): SimPeer
  /** Sends a request, which is held back. */
  gossip(from: SimPeer, to: SimPeer): void
  arrive(arrival: A): void
  vote(): void
}

/** The power of a scheduler over a simulated network. */
export class NetworkPost<A extends Letter> implements Post {
  readonly #network: NetworkUnderAttack<A>
  readonly #held: HeldMessages<A>

  constructor(network: NetworkUnderAttack<A>, held: HeldMessages<A>) {
    this.#network = network
    this.#held = held
  }

  send(from: string, to: string): Letter {
    const before = this.#held.count
    this.#network.gossip(this.#network.peer(from), this.#network.peer(to))
    const { count, newest } = this.#held
    if (count === before || newest === undefined) {
      throw new CheckFailure('interface', `${from} gossips, and sends nothing`, from)
    }
    return newest
  }

  deliver(letter: Letter): void {
    const arrival = this.#held.take(letter)
    if (arrival === undefined) return
    const before = this.#held.newest
    this.#network.arrive(arrival)
    const { newest } = this.#held
    // The slices of a message arrive together.
    const isPart = newest?.kind === 'receipt' || arrival.kind === 'receipt'
    if (newest !== undefined && newest !== before && isPart) this.deliver(newest)
  }

  held(): readonly Letter[] {
    return this.#held.all
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
    // Other events than sync events need not have meta-votes, so this looks at the peer's latest sync event.
    let index = inspection.eventCount - 1
    while (index > 0 && !isOwnSync(inspection, index)) index--
    return voter && inspection.metaEvent(index)?.metaVotes.get(voter.index)?.at(-1)
  }
}

function isOwnSync(inspection: Inspection, index: number): boolean {
  const { creator, cause } = inspection.event(index)
  return creator === inspection.ourIndex && isSyncCause(cause)
}
