// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { Event } from '../wire/event.ts'
import { none } from '../graph/graph.ts'
import type { Outcome } from '../consensus/consensus.ts'
import type { PeerContext } from './context.ts'

/** An event that may be inserted, with its parents resolved. */
export interface Judged<P> {
  readonly event: Event<P>
  readonly creator: number
  readonly selfParent: number
  readonly otherParent: number
}

/** What came of inserting an event. */
export interface Inserted {
  readonly index: number
  /** Does it have faults of its own (protocol.md section 8)? */
  readonly isFaulty: boolean
  /** What it decided. */
  readonly outcomes: readonly Outcome[]
}

/**
 * The door of the graph for one event at a time: it is verified, its parents are resolved, it is
 * judged (protocol.md sections 3 and 8), and then inserted.
 */
export class Intake<P> {
  readonly #context: PeerContext<P>
  /** Branches beyond the first one of each creator. */
  #furtherBranches = 0

  constructor(context: PeerContext<P>) {
    this.#context = context
  }

  /**
   * May an event that is not known be inserted?
   *
   * Throws `SignatureFailure`, `UnknownCreator`, `UnknownParent`, `MaliciousEvent`,
   * `PrematureCoinShares` or `LimitExceeded`.
   */
  judge(event: Event<P>): Judged<P> {
    event.verify()
    const { consensus, detection } = this.#context
    // A correct peer has recorded what decides the election before, and sends that too.
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

  /** Inserts an event that was judged, decides what it decides, and looks for its faults. */
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
    })
    const outcomes = consensus.decide()
    const isFaulty = detection.added(index)
    const isStale = otherParent !== none && graph.hasLaterThan(selfParent, otherParent)
    if (isStale) report({ kind: 'StaleOtherParent', peer: event.creator, event: event.id })
    return { index, isFaulty, outcomes }
  }

  /** Number of the self-parent (place 0) or the other-parent (1), or none if it has none; throws `UnknownParent`. */
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

/** The creator's index; throws `UnknownCreator`. */
export function creatorOf<P>({ consensus }: PeerContext<P>, event: Event<P>): number {
  const { peers } = consensus
  const creator = peers.indexOf(event.creator)
  if (creator !== undefined && peers.at(creator).member) return creator
  throw new ParsecError({ code: 'UnknownCreator', event: event.id, creator: event.creator })
}

export function maliciousEvent({ id, creator }: Event<unknown>, malice: RefusedEventKind): ParsecError {
  return new ParsecError({ code: 'MaliciousEvent', event: id, creator, malice })
}
