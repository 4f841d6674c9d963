// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { Event } from '../wire/event.ts'
import { none } from '../graph/graph.ts'
import type { Outcome } from '../consensus/consensus.ts'
import type { PeerContext } from './context.ts'

/** An event that may be inserted, with the numbers of its creator and parents. */
export interface Judged<P> {
  readonly event: Event<P>
  readonly creator: number
  readonly selfParent: number
  readonly otherParent: number
}

/** The result of inserting an event. */
export interface Inserted {
  readonly index: number
  /** Does it have faults of its own (protocol.md section 8)? */
  readonly isFaulty: boolean
  /** What the decisions put out that became possible with this event. */
  readonly outcomes: readonly Outcome[]
}

/**
 * Brings events into the graph, one at a time. {@link Intake.judge} verifies an event, finds its
 * parents, and tells whether it may be inserted (protocol.md sections 3 and 8);
 * {@link Intake.insert} inserts it.
 */
export class Intake<P> {
  readonly #context: PeerContext<P>
  /** How many branches there are, not counting the first one of each creator. */
  #furtherBranches = 0

  constructor(context: PeerContext<P>) {
    this.#context = context
  }

  /**
   * Checks whether an event that is not in the graph yet may be inserted.
   *
   * Throws `SignatureFailure`, `UnknownCreator`, `UnknownParent`, `MaliciousEvent`,
   * `PrematureCoinShares` or `LimitExceeded`.
   */
  judge(event: Event<P>): Judged<P> {
    event.verify()
    const { consensus, detection } = this.#context
    // A correct peer has recorded what decided the previous election, and would have sent that first.
    if (event.cause.kind === 'CoinShares' && consensus.isToCome(event.cause.coins.election)) {
      throw new ParsecError({ code: 'PrematureCoinShares', event: event.id, election: event.cause.coins.election })
    }
    const creator = creatorOf(this.#context, event)
    const selfParent = this.#parent(event, 0)
    const otherParent = this.#parent(event, 1)
    const malice = detection.refusals.of(event, creator, selfParent, otherParent)
    if (malice !== undefined) {
      detection.refused(event, creator, malice)
      throw maliciousEvent(event, malice)
    }
    const { graph } = consensus
    if ((graph.lanesOf[creator]?.length ?? 0) > 0 && graph.beginsBranch(creator, selfParent)) {
      checkLimit('branches', limits.branches, ++this.#furtherBranches)
    }
    return { event, creator, selfParent, otherParent }
  }

  /** Inserts an event that was judged, makes the decisions that it allows, and looks for its faults. */
  insert({ event, creator, selfParent, otherParent }: Judged<P>): Inserted {
    const { consensus, events, detection, report } = this.#context
    const { peers, graph } = consensus
    const { cause } = event
    const { removed, state } = peers.at(creator)
    if (!removed) peers.setState(creator, state.with('RECV'))
    events.add(event)
    const index = consensus.insert({
      creator,
      cause: cause.kind,
      selfParent,
      otherParent,
      recipient: cause.kind === 'Requesting' ? peers.indexOf(cause.recipient) : undefined,
      payload: this.#payloadOf(event, creator),
      coins: cause.kind === 'CoinShares' ? cause.coins : undefined,
      grounds: cause.kind === 'Observation' ? cause.vote.grounds : undefined,
    })
    const outcomes = consensus.decide()
    const isFaulty = detection.added(index)
    const isStale = otherParent !== none && graph.hasLaterThan(selfParent, otherParent)
    if (isStale) report({ kind: 'StaleOtherParent', peer: event.creator, event: event.id })
    return { index, isFaulty, outcomes }
  }

  /**
   * The number of a parent; none if the event has no such parent. Throws `UnknownParent`.
   *
   * @param place - 0 for the self-parent, 1 for the other-parent
   */
  #parent(event: Event<P>, place: 0 | 1): number {
    const parent = event.parents[place]
    if (parent === undefined) return none
    const index = this.#context.events.indexOfId(parent)
    if (index === undefined) throw new ParsecError({ code: 'UnknownParent', event: event.id, parent })
    return index
  }

  #payloadOf(event: Event<P>, creator: number): number | undefined {
    const hash = event.observationHash
    if (hash === undefined || event.cause.kind !== 'Observation') return undefined
    return this.#context.consensus.addPayload(event.cause.vote.observation, creator, hash)
  }
}

/** The index of the event's creator. Throws `UnknownCreator` if it was never a member. */
export function creatorOf<P>({ consensus }: PeerContext<P>, event: Event<P>): number {
  const { peers } = consensus
  const creator = peers.indexOf(event.creator)
  if (creator !== undefined && peers.at(creator).member) return creator
  throw new ParsecError({ code: 'UnknownCreator', event: event.id, creator: event.creator })
}

export function maliciousEvent({ id, creator }: Event<unknown>, malice: RefusedEventKind): ParsecError {
  return new ParsecError({ code: 'MaliciousEvent', event: id, creator, malice })
}
