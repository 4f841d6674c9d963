// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '../base/errors.ts'
import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'
import type { Event } from '../wire/event.ts'
import type { BlockQueue } from './block-queue.ts'
import type { PeerContext } from './context.ts'
import type { Intake } from './intake.ts'
import { MessageOrder } from './message-order.ts'
import type { OwnEvents } from './own-events.ts'

/** Where the events of a message come in (protocol.md section 3), and whom we do not hear any more. */
export class Reception<P> {
  readonly #context: PeerContext<P>
  readonly #intake: Intake<P>
  readonly #own: OwnEvents<P>
  readonly #blocks: BlockQueue<P>
  /** Peers that have sent what no correct peer sends. */
  readonly #distrusted = new Map<number, RefusedEventKind>()
  #isOurKeyUsedElsewhere = false

  constructor(context: PeerContext<P>, intake: Intake<P>, own: OwnEvents<P>, blocks: BlockQueue<P>) {
    this.#context = context
    this.#intake = intake
    this.#own = own
    this.#blocks = blocks
  }

  /**
   * Why we take no messages from a peer and send it none, or undefined: it forked, or it sent us an
   * event that no correct peer inserts.
   */
  distrust(peer: number): 'Fork' | RefusedEventKind | undefined {
    const branches = this.#context.consensus.graph.lanesOf[peer]?.length ?? 0
    return branches > 1 ? 'Fork' : this.#distrusted.get(peer)
  }

  /** Have we met an event that bears our signature and that we have not made? */
  get isOurKeyUsedElsewhere(): boolean {
    return this.#isOurKeyUsedElsewhere
  }

  /**
   * Takes in the events of a message, parents before children; skips what is known.
   *
   * Throws `UnknownOwnEvent`, `SignatureFailure` or `UnknownParent` before anything is inserted,
   * `UnknownCreator`, `MaliciousEvent`, `PrematureCoinShares` or `LimitExceeded` later.
   */
  receive(events: readonly Event<P>[], sender: PublicId): void {
    const unknown = this.#check(events)
    try {
      for (const event of new MessageOrder(this.#context, unknown).ready()) this.#insert(event)
    } catch (error) {
      if (ParsecError.is(error, 'MaliciousEvent')) {
        const { creator, malice } = error.detail
        const peer = this.#context.consensus.peers.indexOf(sender)
        if (peer !== undefined) this.#distrusted.set(peer, malice)
        this.#context.report({ kind: 'RefusedEvent', peer: sender, creator, malice })
      }
      throw error
    }
  }

  /** Inserts an event; before and after it, we record what has decided where others must know of it. */
  #insert(event: Event<P>): void {
    const { conclusions } = this.#context.consensus
    const judged = this.#intake.judge(event)
    const election = event.cause.kind === 'CoinShares' ? event.cause.coins.election : undefined
    if (conclusions?.mustPrecede(judged.creator, election) === true) this.#own.conclude()
    this.#blocks.take(this.#intake.insert(judged).outcomes)
    if (conclusions?.isUrgent === true) this.#own.conclude()
  }

  /** What is not known of the events, all signatures and parents checked. */
  #check(events: readonly Event<P>[]): Event<P>[] {
    const { consensus, events: known, ourIndex } = this.#context
    const unknown = new Map<string, Event<P>>()
    for (const event of events) {
      if (known.has(event.id)) continue
      // First, as anybody can spoil an event of ours; only who has our key can make another one.
      event.verify()
      if (consensus.peers.indexOf(event.creator) === ourIndex) {
        this.#isOurKeyUsedElsewhere = true
        throw new ParsecError({ code: 'UnknownOwnEvent', event: event.id })
      }
      for (const parent of event.parents) {
        if (!known.has(parent) && !unknown.has(parent)) {
          throw new ParsecError({ code: 'UnknownParent', event: event.id, parent })
        }
      }
      unknown.set(event.id, event)
    }
    return [...unknown.values()]
  }
}
