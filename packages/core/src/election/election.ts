// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { grown } from '../base/arrays.ts'
import { assert } from '../base/errors.ts'
import { isSync } from '../wire/cause.ts'
import type { Attempt } from '../wire/coin-shares.ts'
import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'
import { fates } from '../graph/payloads.ts'
import type { Payloads } from '../graph/payloads.ts'
import type { PeerList } from '../graph/peers.ts'
import type { Coin } from './coin.ts'
import { inDecidedOrder } from './decided-order.ts'
import { InterestingContent } from './interesting-content.ts'
import { MetaVoting } from './meta-votes.ts'
import type { MetaVoteSpan } from './meta-votes.ts'
import { Stretch } from './stretch.ts'
import { Viewpoint } from './viewpoint.ts'
import { Voters } from './voters.ts'
import type { SeenThrough } from './voters.ts'

/** What one election decided (protocol.md section 6). */
export interface Decision {
  /** Event at which the last subject was decided. */
  readonly event: number
  /** Itself, or the first one that descends from it and that peers may record. */
  readonly recorder: number
  /** Per voter, in their order: the first interesting event of a subject decided true, or none. */
  readonly firstInteresting: readonly number[]
  /** Payloads in decided order. */
  readonly payloads: readonly number[]
}

/**
 * The meta-election (sections 5 and 6). Each event of the graph is processed once, in insertion
 * order, and after a decision those of the next election again. It knows neither how events arrive
 * nor what is voted for.
 */
export class Election {
  readonly graph: GossipGraph
  readonly #payloads: Payloads
  readonly #seenThrough: SeenThrough
  readonly #coin: Coin
  readonly #mayRecord: (x: number) => boolean
  readonly content: InterestingContent
  /** Which part of the graph the election looks at. */
  readonly stretch = new Stretch()
  #voters = new Voters([])
  #voting: MetaVoting
  #viewpoint: Viewpoint
  /** Events that decide this election, while neither they nor any descendants may be recorded. */
  readonly #unrecorded: number[] = []
  /** The observers of the first attempt, in insertion order. */
  readonly #observers: number[] = []
  /** The events that end the first attempt (section 5.4), with the meta-votes by which they do. */
  readonly #endings = new Map<number, MetaVoteSpan>()

  /** Per event, where its meta-votes are in the pool. Of this election only if it has processed the event. */
  #votesStart = new Int32Array(64)
  #votesStages = new Int32Array(64)
  /** Per event, the attempt that they are of. */
  #attempt = new Int32Array(64)

  // Room for one event's computations.
  readonly #base: MetaVoteSpan = { start: none, stages: 0 }
  readonly #span: MetaVoteSpan = { start: none, stages: 0 }

  /**
   * @param mayRecord - may peers who know the graph record the event? The decision of an event counts
   *   only once the event, or one that descends from it, may be recorded: nothing else is certain to
   *   reach the others.
   */
  constructor(
    graph: GossipGraph,
    payloads: Payloads,
    peers: PeerList,
    seenThrough: SeenThrough,
    coin: Coin,
    mayRecord: (x: number) => boolean,
  ) {
    this.graph = graph
    this.#payloads = payloads
    this.#seenThrough = seenThrough
    this.#coin = coin
    this.#mayRecord = mayRecord
    this.content = new InterestingContent(graph, payloads, peers, this.#voters)
    this.#voting = new MetaVoting(0, coin)
    this.#viewpoint = new Viewpoint(graph, this.content, this.#voters, seenThrough)
  }

  /** Peer indices of the voters. */
  get voters(): readonly number[] {
    return this.#voters.peers
  }

  /** The first voters: before the first event. */
  setVoters(peers: readonly number[]): void {
    this.#setVoters(new Voters(peers))
    this.content.conclude(this.#voters)
  }

  /** Takes in the newest event of the graph, which {@link Election.next} then processes. */
  added(x: number): void {
    if (x >= this.#votesStart.length) {
      this.#votesStart = grown(this.#votesStart, x + 1)
      this.#votesStages = grown(this.#votesStages, x + 1)
      this.#attempt = grown(this.#attempt, x + 1)
    }
    this.content.added(x)
  }

  /** Processes events until one decides the election, and tells what; undefined when no event is left. */
  next(): Decision | undefined {
    while (this.stretch.end < this.graph.size) {
      const x = this.stretch.take()
      const decides = this.#process(x)
      if (!decides && this.#unrecorded.length === 0) continue
      const earlier = this.#unrecorded.find((y) => this.graph.descends(x, y))
      if (!decides && earlier === undefined) continue
      if (this.#mayRecord(x)) return this.#decision(earlier ?? x, x)
      if (earlier === undefined) this.#unrecorded.push(x)
    }
    return undefined
  }

  /**
   * Ends the election that was decided and begins the next one (section 6), with other voters where
   * membership changed.
   */
  conclude(decision: Decision, peers: readonly number[] | undefined): void {
    for (const payload of decision.payloads) this.#payloads.fate[payload] = fates.decided
    if (peers !== undefined) this.#setVoters(new Voters(peers))
    this.content.conclude(peers && this.#voters)
    this.stretch.restart(this.content.firstUnconsensused, peers === undefined)
    this.#unrecorded.length = 0
    this.#observers.length = 0
    this.#endings.clear()
    this.#voting.clear()
  }

  #setVoters(voters: Voters): void {
    this.#voters = voters
    this.#voting = new MetaVoting(voters.count, this.#coin)
    this.#viewpoint = new Viewpoint(this.graph, this.content, voters, this.#seenThrough)
  }

  /** Computes the meta-event of x, if it has one; true if it decides the election. */
  #process(x: number): boolean {
    const graph = this.graph
    this.#votesStart[x] = none
    const slot = this.#voters.slotOf(graph.creator[x] as number)
    if (slot === none || !isSync(graph.cause[x] as number)) return false
    this.content.compute(x)
    const before = graph.syncSelfAncestor[x] as number
    const goesOn = this.#findVotes(before, this.#base)
    if (this.#endings.size > 0 && this.#followsEnding(x)) {
      if (!goesOn || this.#attempt[before] === 1) this.#begin(x, 2, this.#observedBefore(x))
      return this.#vote(x, slot, 2)
    }
    if (goesOn) return this.#vote(x, slot, 1)
    if (!this.#viewpoint.mayBeObserver(x)) return false
    this.#viewpoint.moveTo(x)
    if (!this.#viewpoint.findObservees()) return false
    this.stretch.observed(x)
    this.#observers.push(x)
    this.#begin(x, 1, this.#viewpoint.observees)
    return this.#vote(x, slot, 1)
  }

  /**
   * Computes the meta-votes of x (section 5.3), starting from `#base`; true if they decide the election.
   * If they decide all subjects false, x ends the first attempt, and begins the second one at once.
   */
  #vote(x: number, slot: number, attempt: Attempt): boolean {
    this.#viewpoint.moveTo(x)
    this.#voting.begin(x, attempt)
    for (let other = 0; other < this.#voters.count; other++) {
      if (other === slot) continue
      // Not the voter's latest event: it has no meta-votes if it is a mere vote, and who shows others
      // the votes after a sync event could so hide what their author holds.
      const event = this.graph.latestSync(this.#viewpoint.latestBy(other))
      if (this.#findVotes(event, this.#span) && this.#attempt[event] === attempt) {
        this.#voting.addOther(this.#span.start, this.#span.stages)
      }
    }
    const allDecided = this.#voting.update(this.#base, this.#span)
    this.#votesStart[x] = this.#span.start
    this.#votesStages[x] = this.#span.stages
    this.#attempt[x] = attempt
    if (!allDecided) return false
    if (this.#voting.decidedTrue(this.#span).some((subjects) => subjects !== 0)) return true
    // docs/non-emptiness.md: a second attempt decides something.
    if (attempt === 2) return false
    this.#endings.set(x, { ...this.#span })
    this.#begin(x, 2, this.#observedBefore(x))
    return this.#vote(x, slot, 2)
  }

  /** Writes to `#base` the meta-votes with which x begins an attempt. */
  #begin(x: number, attempt: Attempt, observed: Int32Array): void {
    this.#voting.startFrom(this.initialEstimates(x, attempt, observed), this.#base)
  }

  /** Does x descend from an event that ends the first attempt? */
  #followsEnding(x: number): boolean {
    for (const ending of this.#endings.keys()) if (this.graph.descends(x, ending)) return true
    return false
  }

  /**
   * Whom a second observer estimates true: all that the observers among its ancestors observe, those of
   * the first attempt. A bit set of slots.
   */
  #observedBefore(x: number): Int32Array {
    const observed = new Int32Array(this.#voting.words)
    for (const observer of this.#observers) {
      if (!this.graph.descends(x, observer)) continue
      this.#viewpoint.moveTo(observer)
      this.#viewpoint.findObservees()
      for (const [word, bits] of this.#viewpoint.observees.entries()) observed[word] = (observed[word] as number) | bits
    }
    return observed
  }

  /**
   * The estimates with which the meta-votes of x begin in an attempt. A method, so that tests can make
   * elections end their first attempt: no run is known that does.
   *
   * @param observed - whom x takes for observed, a bit set of slots
   */
  initialEstimates(_x: number, _attempt: Attempt, observed: Int32Array): Int32Array {
    return observed
  }

  /** Writes to `into` where the meta-votes of x in this election are; false if it has none. */
  #findVotes(x: number, into: MetaVoteSpan): boolean {
    if (!this.stretch.isProcessed(x)) return false
    into.start = this.#votesStart[x] as number
    into.stages = this.#votesStages[x] as number
    return into.start !== none
  }

  #votesOf(x: number): MetaVoteSpan | undefined {
    const span = { start: none, stages: 0 }
    return this.#findVotes(x, span) ? span : undefined
  }

  /** What is decided at an event all of whose meta-votes are (section 6). */
  #decision(event: number, recorder: number): Decision {
    const span = this.#votesOf(event)
    assert(span !== undefined, 'a decision by meta-votes')
    const decidedTrue = this.#voting.decidedTrue(span)
    const firstInteresting = this.voters.map((_, slot) =>
      isIn(decidedTrue, slot) ? this.#observedFirst(event, slot) : none,
    )
    const lists = firstInteresting.filter((first) => first !== none).map((first) => this.content.of(first))
    return { event, recorder, firstInteresting, payloads: inDecidedOrder(lists, this.#payloads) }
  }

  /**
   * The first interesting event that the election is about: of several branches' the one that an
   * observer strongly sees.
   */
  #observedFirst(event: number, slot: number): number {
    const graph = this.graph
    const lanes = graph.lanesOf[this.voters[slot] as number] ?? []
    if (lanes.length === 1) return this.content.firstOnLane[lanes[0] as number] as number
    for (const observer of this.#observers) {
      if (!graph.descends(event, observer)) continue
      this.#viewpoint.moveTo(observer)
      const first = this.#viewpoint.firstInterestingOf(slot)
      if (first !== none && this.#viewpoint.stronglySees(first)) return first
    }
    return none
  }

  /**
   * The coins that a sync event has reached (section 11) in the attempt that it is in: of each slot and
   * round in which it got past the confirmations. Undefined if it has no meta-votes.
   */
  coinsReachedBy(x: number): { attempt: Attempt; coins: { slot: number; round: number }[] } | undefined {
    const span = this.#votesOf(x)
    return span && { attempt: this.#attempt[x] as Attempt, coins: this.#voting.roundsBegun(span) }
  }

  // Views, for inspection.

  /** Does x strongly see y, among the voters? */
  stronglySees(x: number, y: number): boolean {
    this.#viewpoint.moveTo(x)
    return this.#viewpoint.stronglySees(y)
  }

  /** Has the event a meta-event in the election under way? */
  hasMetaEvent(x: number): boolean {
    const { cause, creator } = this.graph
    if (!this.stretch.mayHaveMetaEvent(x) || !isSync(cause[x] as number)) return false
    return this.#voters.slotOf(creator[x] as number) !== none
  }

  /** Peer indices of those that x observes: of none, unless it is an observer. */
  observeesOf(x: number): number[] {
    if (!this.#observers.includes(x)) return []
    this.#viewpoint.moveTo(x)
    this.#viewpoint.findObservees()
    return this.voters.filter((_, slot) => isIn(this.#viewpoint.observees, slot))
  }

  /**
   * The pool, and where in it the meta-votes of x are; undefined where it has none. Those by which it
   * ended the first attempt are `ending`.
   */
  metaVotesOf(
    x: number,
  ): { voting: MetaVoting; attempt: Attempt; span: MetaVoteSpan; ending: MetaVoteSpan | undefined } | undefined {
    const span = this.#votesOf(x)
    if (span === undefined) return undefined
    return { voting: this.#voting, attempt: this.#attempt[x] as Attempt, span, ending: this.#endings.get(x) }
  }
}

/** Is a slot in a bit set? */
function isIn(bits: Int32Array, slot: number): boolean {
  return (((bits[slot >> 5] as number) >> (slot & 31)) & 1) === 1
}
