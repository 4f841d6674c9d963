// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '../base/errors.ts'
import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'
import type { Event } from '../wire/event.ts'
import type { OpenMessage } from '../wire/message.ts'
import type { BlockQueue } from './block-queue.ts'
import type { PeerContext } from './context.ts'
import type { Intake, Judged } from './intake.ts'
import type { OwnEvents } from './own-events.ts'

/** What was found in a message. */
export interface Received {
  /** The id of its last event; undefined if it had none. */
  readonly last: string | undefined
  /** Did reading end at an event with an unknown parent? */
  readonly hasGap: boolean
  /** The numbers of its events that we had before. */
  readonly known: readonly number[]
}

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
  #unknownOwnEvent: string | undefined

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

  /** An event with our signature that we have met and did not make. */
  get unknownOwnEvent(): string | undefined {
    return this.#unknownOwnEvent
  }

  /**
   * Takes in the events of a message, one after the other, and skips those that we have. It ends at
   * the first one with an unknown parent; also at one that can only be judged after a decision, if
   * the message follows others, in which that decision may be.
   *
   * It throws `MalformedEncoding`, `LimitExceeded`, `MalformedPayload`, `InvalidPublicId`,
   * `UnknownOwnEvent`, `UnknownCreator`, `SignatureFailure`, `MaliciousEvent`, `TooFarAhead` or
   * `PrematureCoinShares` at the first event that no correct peer would send here. What was inserted
   * by then is kept.
   */
  receive({ events, follows }: Pick<OpenMessage<P>, 'events' | 'follows'>, sender: PublicId): Received {
    const known: number[] = []
    let last: string | undefined
    for (const unread of events) {
      last = unread.id
      const index = this.#context.events.indexOfId(last)
      if (index !== undefined) known.push(index)
      else if (!this.#takeIn(unread.decode(), sender, follows)) return { last, hasGap: true, known }
    }
    return { last, hasGap: false, known }
  }

  /** Returns false if something is missing that comes before it. */
  #takeIn(event: Event<P>, sender: PublicId, follows: boolean): boolean {
    let judged: Judged<P> | undefined
    try {
      judged = this.#intake.judge(event, sender)
    } catch (error) {
      if (follows && ParsecError.is(error, 'UnknownCreator', 'PrematureCoinShares', 'TooFarAhead')) return false
      if (ParsecError.is(error, 'UnknownOwnEvent')) {
        this.#unknownOwnEvent = error.detail.event
        this.#own.isSilent = true
      }
      if (ParsecError.is(error, 'MaliciousEvent')) this.#distrust(sender, error.detail.creator, error.detail.malice)
      throw error
    }
    if (judged === undefined) return false
    this.#insert(judged)
    return true
  }

  #distrust(sender: PublicId, creator: PublicId, malice: RefusedEventKind): void {
    const { consensus, report } = this.#context
    const peer = consensus.peers.indexOf(sender)
    if (peer !== undefined) this.#distrusted.set(peer, malice)
    report({ kind: 'RefusedEvent', peer: sender, creator, malice })
  }

  /**
   * Inserts an event. Before and after it, we record the events that decided elections, if others
   * need to know them.
   */
  #insert(judged: Judged<P>): void {
    const { conclusions } = this.#context.consensus
    if (conclusions?.mustPrecede(judged.creator, judged.election) === true) this.#own.conclude()
    this.#blocks.take(this.#intake.insert(judged).outcomes)
    if (conclusions?.isUrgent === true) this.#own.conclude()
  }
}
