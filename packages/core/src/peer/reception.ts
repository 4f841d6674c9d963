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

/**
 * Takes in the events of a message (protocol.md section 3), and knows which peers we do not hear
 * any more.
 */
export class Reception<P> {
  readonly #context: PeerContext<P>
  readonly #intake: Intake<P>
  readonly #own: OwnEvents<P>
  readonly #blocks: BlockQueue<P>
  /** The peers that sent us an event that no correct peer sends, with what was wrong with it. */
  readonly #distrusted = new Map<number, RefusedEventKind>()
  #isOurKeyUsedElsewhere = false

  constructor(context: PeerContext<P>, intake: Intake<P>, own: OwnEvents<P>, blocks: BlockQueue<P>) {
    this.#context = context
    this.#intake = intake
    this.#own = own
    this.#blocks = blocks
  }

  /**
   * Tells why we exchange no messages with a peer: it forked, or it sent us an event that every
   * correct peer refuses. Undefined if there is no such reason.
   */
  distrust(peer: number): 'Fork' | RefusedEventKind | undefined {
    const branches = this.#context.consensus.graph.lanesOf[peer]?.length ?? 0
    return branches > 1 ? 'Fork' : this.#distrusted.get(peer)
  }

  /** Have we met an event with our signature that we did not make? */
  get isOurKeyUsedElsewhere(): boolean {
    return this.#isOurKeyUsedElsewhere
  }

  /**
   * Takes in the events of a message, and skips those that we have.
   *
   * Throws `UnknownOwnEvent`, `SignatureFailure` or `UnknownParent` before anything is inserted. It
   * throws `UnknownCreator`, `MaliciousEvent`, `PrematureCoinShares` or `LimitExceeded` later; what
   * was inserted by then is kept.
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

  /**
   * Inserts an event. Before and after it, we record the events that decided elections, if others
   * need to know them.
   */
  #insert(event: Event<P>): void {
    const { conclusions } = this.#context.consensus
    const judged = this.#intake.judge(event)
    const election = event.cause.kind === 'CoinShares' ? event.cause.coins.election : undefined
    if (conclusions?.mustPrecede(judged.creator, election) === true) this.#own.conclude()
    this.#blocks.take(this.#intake.insert(judged).outcomes)
    if (conclusions?.isUrgent === true) this.#own.conclude()
  }

  /** Checks signatures and parents. Returns the events that we do not have. */
  #check(events: readonly Event<P>[]): Event<P>[] {
    const { consensus, events: known, ourIndex } = this.#context
    const unknown = new Map<string, Event<P>>()
    for (const event of events) {
      if (known.has(event.id)) continue
      // Before we look at the creator: anybody can forge an event of ours, but only with our key is
      // the signature valid.
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
