// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { grown } from '../base/arrays.ts'
import { assert } from '../base/errors.ts'
import { isSync } from '../wire/cause.ts'
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
  readonly #graph: GossipGraph
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

  /** Per event, where its meta-votes are in the pool. Of this election only if it has processed the event. */
  #votesStart = new Int32Array(64)
  #votesStages = new Int32Array(64)

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
    this.#graph = graph
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
    }
    this.content.added(x)
  }

  /** Processes events until one decides the election, and tells what; undefined when no event is left. */
  next(): Decision | undefined {
    while (this.stretch.end < this.#graph.size) {
      const x = this.stretch.take()
      const decides = this.#process(x)
      if (!decides && this.#unrecorded.length === 0) continue
      const earlier = this.#unrecorded.find((y) => this.#graph.descends(x, y))
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
    this.#voting.clear()
  }

  #setVoters(voters: Voters): void {
    this.#voters = voters
    this.#voting = new MetaVoting(voters.count, this.#coin)
    this.#viewpoint = new Viewpoint(this.#graph, this.content, voters, this.#seenThrough)
  }

  /** Computes the meta-event of x, if it has one; true if it decides the election. */
  #process(x: number): boolean {
    const graph = this.#graph
    this.#votesStart[x] = none
    const slot = this.#voters.slotOf(graph.creator[x] as number)
    if (slot === none || !isSync(graph.cause[x] as number)) return false
    this.content.compute(x)
    if (this.#findVotes(graph.syncSelfAncestor[x] as number, this.#base)) {
      this.#viewpoint.moveTo(x)
      return this.#vote(x, slot)
    }
    if (!this.#viewpoint.mayBeObserver(x)) return false
    this.#viewpoint.moveTo(x)
    if (!this.#viewpoint.findObservees()) return false
    this.stretch.observed(x)
    this.#voting.startFrom(this.#viewpoint.observees, this.#base)
    return this.#vote(x, slot)
  }

  /** Computes the meta-votes of x (section 5.3), starting from `#base`; true if they decide the election. */
  #vote(x: number, slot: number): boolean {
    this.#voting.begin(x)
    for (let other = 0; other < this.#voters.count; other++) {
      if (other === slot) continue
      // Not the voter's latest event: it has no meta-votes if it is a mere vote, and who shows others
      // the votes after a sync event could so hide what their author holds.
      const event = this.#graph.latestSync(this.#viewpoint.latestBy(other))
      if (this.#findVotes(event, this.#span)) this.#voting.addOther(this.#span.start, this.#span.stages)
    }
    const decides = this.#voting.update(this.#base, this.#span)
    this.#votesStart[x] = this.#span.start
    this.#votesStages[x] = this.#span.stages
    return decides
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

  /** Is x an observer in this election? Meta-votes exist from the observer on. */
  #isObserver(x: number): boolean {
    const before = this.#graph.syncSelfAncestor[x] as number
    return this.#votesOf(x) !== undefined && this.#votesOf(before) === undefined
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
    const payloads = inDecidedOrder(lists, this.#payloads)
    assert(payloads.length > 0, 'an election that decides something')
    return { event, recorder, firstInteresting, payloads }
  }

  /**
   * The first interesting event that the election is about: of several branches' the one that an
   * observer strongly sees.
   */
  #observedFirst(event: number, slot: number): number {
    const graph = this.#graph
    const lanes = graph.lanesOf[this.voters[slot] as number] ?? []
    if (lanes.length === 1) return this.content.firstOnLane[lanes[0] as number] as number
    for (let x = this.stretch.firstObserver; x <= event; x++) {
      if (!this.#isObserver(x) || !graph.descends(event, x)) continue
      this.#viewpoint.moveTo(x)
      const first = this.#viewpoint.firstInterestingOf(slot)
      if (first !== none && this.#viewpoint.stronglySees(first)) return first
    }
    return none
  }

  /**
   * The coins that a sync event has reached (section 11): of each slot and round in which it got
   * past the confirmations.
   */
  coinsReachedBy(x: number): { slot: number; round: number }[] {
    const span = this.#votesOf(x)
    return span === undefined ? [] : this.#voting.roundsBegun(span)
  }

  // Views, for inspection.

  /** Does x strongly see y, among the voters? */
  stronglySees(x: number, y: number): boolean {
    this.#viewpoint.moveTo(x)
    return this.#viewpoint.stronglySees(y)
  }

  /** Has the event a meta-event in the election under way? */
  hasMetaEvent(x: number): boolean {
    const { cause, creator } = this.#graph
    if (!this.stretch.mayHaveMetaEvent(x) || !isSync(cause[x] as number)) return false
    return this.#voters.slotOf(creator[x] as number) !== none
  }

  /** Peer indices of those that x observes: of none, unless it is an observer. */
  observeesOf(x: number): number[] {
    if (!this.#isObserver(x)) return []
    this.#viewpoint.moveTo(x)
    this.#viewpoint.findObservees()
    return this.voters.filter((_, slot) => isIn(this.#viewpoint.observees, slot))
  }

  /** The pool, and where in it the meta-votes of x are; undefined where it has none. */
  metaVotesOf(x: number): { voting: MetaVoting; span: MetaVoteSpan } | undefined {
    const span = this.#votesOf(x)
    return span && { voting: this.#voting, span }
  }
}

/** Is a slot in a bit set? */
function isIn(bits: Int32Array, slot: number): boolean {
  return (((bits[slot >> 5] as number) >> (slot & 31)) & 1) === 1
}
