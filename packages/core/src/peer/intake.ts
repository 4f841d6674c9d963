// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'
import type { Event } from '../wire/event.ts'
import { none } from '../graph/graph.ts'
import type { Outcome } from '../consensus/consensus.ts'
import type { PeerContext } from './context.ts'
import { isSpontaneous } from './window.ts'

/** An event that may be inserted, with the numbers of its creator and parents. */
export interface Judged<P> {
  readonly event: Event<P>
  readonly creator: number
  readonly selfParent: number
  readonly otherParent: number
  /** The election that must have begun for the event to be understood: one with such voters or coins. */
  readonly election: number
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
  /**
   * The third and further branches that no event of another peer records: by lane, the member whose
   * message brought it. All strangers together count as one.
   */
  readonly #unrecorded = new Map<number, number>()

  constructor(context: PeerContext<P>) {
    this.#context = context
  }

  /**
   * Checks whether an event that is not in the graph yet may be inserted. The cheap checks come
   * first.
   *
   * Throws `UnknownCreator`, `UnknownOwnEvent`, `SignatureFailure`, `PrematureCoinShares`,
   * `MaliciousEvent`, `TooFarAhead` or `LimitExceeded`.
   *
   * @param sender - whose message brings it; undefined if it comes with evidence
   * @returns undefined if a parent is unknown
   */
  judge(event: Event<P>, sender?: PublicId): Judged<P> | undefined {
    const { ourIndex } = this.#context
    const creator = creatorOf(this.#context, event)
    // Anybody can forge an event of ours, but only with our key is the signature valid.
    if (creator === ourIndex) {
      event.verify()
      throw new ParsecError({ code: 'UnknownOwnEvent', event: event.id })
    }
    const parents = event.parents.map((parent) => this.#context.events.indexOfId(parent))
    const [selfParent = none, otherParent = none] = parents
    if (parents.includes(undefined)) return undefined
    event.verify()
    const election = this.#electionOf(event, creator, selfParent, otherParent)
    const judged = this.#withoutMalice({ event, creator, selfParent, otherParent, election })
    this.#countBranch(judged, sender)
    return judged
  }

  /** Checks an event of ours that was just made. */
  judgeOurs(event: Event<P>): Judged<P> {
    const [selfParent = none, otherParent = none] = event.parents.map((parent) =>
      this.#context.events.indexOfId(parent),
    )
    const creator = creatorOf(this.#context, event)
    return this.#withoutMalice({ event, creator, selfParent, otherParent, election: 0 })
  }

  #electionOf(event: Event<P>, creator: number, selfParent: number, otherParent: number): number {
    const { consensus, window } = this.#context
    const { cause, bytes } = event
    if (cause.kind === 'CoinShares') {
      const { election } = cause.coins
      // A correct peer has recorded what decided the previous election, and would have sent that first.
      if (consensus.isToCome(election))
        throw new ParsecError({ code: 'PrematureCoinShares', event: event.id, election })
      return election
    }
    if (!isSpontaneous(cause.kind)) return 0
    const election = window.admits(creator, selfParent, otherParent, bytes.length)
    if (election === undefined) throw new ParsecError({ code: 'TooFarAhead', creator: event.creator })
    return election
  }

  #withoutMalice(judged: Judged<P>): Judged<P> {
    const { event, creator, selfParent, otherParent } = judged
    const { detection } = this.#context
    const malice = detection.refusals.of(event, creator, selfParent, otherParent)
    if (malice !== undefined) {
      detection.refused(event, creator, malice)
      throw maliciousEvent(event, malice)
    }
    return judged
  }

  /**
   * Each branch makes every later event more expensive, so their number is limited. What is more, a
   * correct peer sends a third branch of a forker only with an event by somebody else that records
   * it. In a slice that event may still be to come; so each sender has a small credit of branches
   * that nobody has recorded.
   */
  #countBranch({ creator, selfParent }: Judged<P>, sender: PublicId | undefined): void {
    const { graph } = this.#context.consensus
    const branches = graph.lanesOf[creator]?.length ?? 0
    if (branches === 0 || !graph.beginsBranch(creator, selfParent)) return
    checkLimit('branches', limits.branches, this.#furtherBranches + 1)
    if (branches > 1 && sender !== undefined) {
      const { peers } = this.#context.consensus
      const peer = peers.indexOf(sender)
      const bringer = peer !== undefined && peers.at(peer).member ? peer : none
      const charged = [...this.#unrecorded.values()].filter((other) => other === bringer).length
      checkLimit('unrecorded branches', limits.unrecordedBranches, charged + 1)
      this.#unrecorded.set(graph.laneCount, bringer)
    }
    this.#furtherBranches++
  }

  /** Is the event on a branch, not one of the first two, that nobody has recorded? */
  isUnrecorded(x: number): boolean {
    return this.#unrecorded.has(this.#context.consensus.graph.lane[x] as number)
  }

  /** Inserts an event that was judged, makes the decisions that it allows, and looks for its faults. */
  insert({ event, creator, selfParent, otherParent }: Judged<P>): Inserted {
    const { consensus, events, detection, window, report } = this.#context
    const { peers, graph } = consensus
    const { cause } = event
    const { removed, state } = peers.at(creator)
    if (!removed) peers.setState(creator, state.with('RECV'))
    events.add(event)
    window.added(selfParent, cause.kind, event.bytes.length)
    if (otherParent !== none) this.#unrecorded.delete(graph.lane[otherParent] as number)
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
