// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { grown, IntList } from '../base/arrays.ts'
import { assert } from '../base/errors.ts'
import { isSync } from '../wire/cause.ts'
import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'
import { fates } from '../graph/payloads.ts'
import type { Payloads } from '../graph/payloads.ts'
import type { Coin } from './coin.ts'
import { InterestingContent } from './interesting-content.ts'
import { MetaVoting } from './meta-votes.ts'
import type { MetaVoteSpan } from './meta-votes.ts'
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

/** An event is no observer and descends from no observer of its creator; is one; or has an ancestor observer. */
const observing = { no: 0, observer: 1, hasAncestor: 2 } as const

/**
 * The meta-election (sections 5 and 6): processes each event of the graph once, in insertion order,
 * and after a decision those of the next election again. It knows neither how events arrive nor
 * what is voted for.
 */
export class Election {
  readonly #graph: GossipGraph
  readonly #payloads: Payloads
  readonly #throughAll: boolean
  readonly #coin: Coin
  readonly #mayRecord: (x: number) => boolean
  readonly content: InterestingContent
  #voters = new Voters([])
  #voting: MetaVoting
  /** The next event to process. */
  #cursor = 0
  /** Events before it have no meta-event in this election. */
  #metaFrom = 0
  /** Events before it are not processed in this election, though they may have kept a meta-event. */
  #processedFrom = 0
  #firstObserver = none
  /** Events that decide, where nothing that descends from them may be recorded. */
  readonly #deciding: number[] = []

  /** Per event, for the election under way. */
  #observing = new Int32Array(64)
  #votesStart = new Int32Array(64)
  #votesStages = new Int32Array(64)

  // Room for one event's computations.
  readonly #latest = new IntList()
  #observees = new Int32Array(1)
  readonly #base: MetaVoteSpan = { start: none, stages: 0 }
  readonly #span: MetaVoteSpan = { start: none, stages: 0 }

  /**
   * @param mayRecord - may peers who know the graph record the event? One that decides counts once
   *   it, or what descends from it, is such: anything else may never reach the others.
   */
  constructor(
    graph: GossipGraph,
    payloads: Payloads,
    seenThrough: SeenThrough,
    coin: Coin,
    mayRecord: (x: number) => boolean,
  ) {
    this.#graph = graph
    this.#payloads = payloads
    this.#throughAll = seenThrough === 'peers'
    this.#coin = coin
    this.#mayRecord = mayRecord
    this.#voting = new MetaVoting(0, coin)
    this.content = new InterestingContent(graph, payloads, this.#voters)
  }

  /** Peer indices of the voters. */
  get voters(): readonly number[] {
    return this.#voters.peers
  }

  /** First event that can have a meta-event in this election. */
  get metaFrom(): number {
    return this.#metaFrom
  }

  /** Where the events that were processed in this election end. */
  get processedUpTo(): number {
    return this.#cursor
  }

  /** The first voters: before the first event. */
  setVoters(peers: readonly number[]): void {
    this.#setVoters(new Voters(peers))
    this.content.conclude(this.#voters)
  }

  /** Takes in the newest event of the graph, which {@link Election.next} then processes. */
  added(x: number): void {
    if (x >= this.#observing.length) {
      this.#observing = grown(this.#observing, x + 1)
      this.#votesStart = grown(this.#votesStart, x + 1)
      this.#votesStages = grown(this.#votesStages, x + 1)
    }
    this.content.added(x)
  }

  /** Processes events until one decides the election, and tells what it decided; undefined when no event is left. */
  next(): Decision | undefined {
    while (this.#cursor < this.#graph.size) {
      const x = this.#cursor++
      const decides = this.#process(x)
      const earlier = this.#deciding.find((y) => this.#graph.descends(x, y))
      if (!decides && earlier === undefined) continue
      if (this.#mayRecord(x)) return this.#decision(earlier ?? x, x)
      if (earlier === undefined) this.#deciding.push(x)
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
    this.#metaFrom = this.content.firstUnconsensused
    this.#processedFrom = peers === undefined ? Math.max(this.#metaFrom, this.#firstObserver) : this.#metaFrom
    this.#cursor = this.#processedFrom
    this.#firstObserver = none
    this.#deciding.length = 0
    this.#voting.clear()
  }

  #setVoters(voters: Voters): void {
    this.#voters = voters
    this.#voting = new MetaVoting(voters.count, this.#coin)
    this.#observees = new Int32Array(this.#voting.words)
  }

  /** Computes the meta-event of x, if it has one; true if it decides the election. */
  #process(x: number): boolean {
    const graph = this.#graph
    this.#votesStart[x] = none
    this.#observing[x] = observing.no
    const slot = this.#voters.slotOf(graph.creator[x] as number)
    if (slot === none || !isSync(graph.cause[x] as number)) return false
    this.content.compute(x)
    const before = graph.syncSelfAncestor[x] as number
    const follows = before >= this.#processedFrom && this.#observing[before] !== observing.no
    if (!follows && !this.#mayObserve(x)) return false
    this.#setLatest(x)
    if (follows) {
      this.#observing[x] = observing.hasAncestor
      this.#base.start = this.#votesStart[before] as number
      this.#base.stages = this.#votesStages[before] as number
    } else {
      if (!this.#setObservees()) return false
      this.#observing[x] = observing.observer
      if (this.#firstObserver === none) this.#firstObserver = x
      this.#voting.startFrom(this.#observees, this.#base)
    }
    return this.#vote(x, slot)
  }

  /** Section 5.3. */
  #vote(x: number, slot: number): boolean {
    this.#voting.begin(x)
    for (let other = 0; other < this.#voters.count; other++) {
      // A voter holds what its latest sync event holds: else whoever shows the events after it would hide that.
      const event = this.#graph.latestSync(this.#latest.at(other))
      if (other === slot || event < this.#processedFrom) continue
      const start = this.#votesStart[event] as number
      if (start !== none) this.#voting.addOther(start, this.#votesStages[event] as number)
    }
    const decided = this.#voting.update(this.#base, this.#span)
    this.#votesStart[x] = this.#span.start
    this.#votesStages[x] = this.#span.stages
    return decided
  }

  /** A quick no (section 5.2): do too few voters have an interesting event in x's ancestry? */
  #mayObserve(x: number): boolean {
    const { clock, row, lanesOf } = this.#graph
    const { events, firstOnLane } = this.content
    if (events.length === 0) return false
    const start = row[x] as number
    let count = 0
    for (const peer of this.#voters.peers) {
      for (const lane of lanesOf[peer] ?? []) {
        const first = firstOnLane[lane] as number
        if (first !== none && first <= x && (clock[start + lane] as number) > first) {
          count++
          break
        }
      }
    }
    return this.#voters.isSupermajority(count)
  }

  /** The voters' latest events in x's ancestry, by slot; then, where they count too, the other peers'. */
  #setLatest(x: number): void {
    const latest = this.#latest
    latest.length = 0
    for (const peer of this.#voters.peers) latest.push(this.#graph.latestBy(x, peer))
    if (!this.#throughAll) return
    for (let peer = 0; peer < this.#graph.lanesOf.length; peer++) {
      if (this.#voters.slotOf(peer) === none) latest.push(this.#graph.latestBy(x, peer))
    }
  }

  /**
   * Finds the observees (section 5.2) of the event whose latest events are at hand; true if they
   * are a supermajority.
   */
  #setObservees(): boolean {
    const observees = this.#observees
    observees.fill(0)
    let count = 0
    for (let slot = 0; slot < this.#voters.count; slot++) {
      const first = this.#firstInterestingOf(slot)
      if (first === none || !this.#isSeenBySupermajority(first)) continue
      observees[slot >> 5] = (observees[slot >> 5] as number) | (1 << (slot & 31))
      count++
    }
    return this.#voters.isSupermajority(count)
  }

  /** The first interesting event on the voter's branch in the ancestry of the event whose latest events are at hand. */
  #firstInterestingOf(slot: number): number {
    const graph = this.#graph
    let found: number = none
    // From the latest event's lane to the root: what is found nearer to the root is earlier.
    for (let at = this.#latest.at(slot); at !== none;) {
      const lane = graph.lane[at] as number
      const first = this.content.firstOnLane[lane] as number
      if (first !== none && first <= at) found = first
      at = graph.laneBranch.at(lane)
    }
    return found
  }

  /** Is y strongly seen by the event whose latest events are at hand (section 4)? */
  #isSeenBySupermajority(y: number): boolean {
    const graph = this.#graph
    const { clock, row } = graph
    const lane = graph.lane[y] as number
    const creator = graph.creator[y] as number
    const creatorForked = (graph.lanesOf[creator] as number[]).length > 1
    const latest = this.#latest
    let count = 0
    for (let i = 0; i < latest.length; i++) {
      const z = latest.at(i)
      if (z < y || (clock[(row[z] as number) + lane] as number) <= y) continue
      if (creatorForked && graph.isAwareOfFork(z, creator)) continue
      count++
    }
    return this.#voters.isSupermajority(count)
  }

  /** Section 6. */
  #decision(event: number, recorder: number): Decision {
    const span = { start: this.#votesStart[event] as number, stages: this.#votesStages[event] as number }
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
    for (let x = this.#firstObserver; x <= event; x++) {
      if (this.#observing[x] !== observing.observer || !graph.descends(event, x)) continue
      this.#setLatest(x)
      const first = this.#firstInterestingOf(slot)
      if (first !== none && this.#isSeenBySupermajority(first)) return first
    }
    return none
  }

  /**
   * The coins that a sync event has reached (section 11): of each slot and round in which it got
   * past the confirmations.
   */
  coinsReachedBy(x: number): { slot: number; round: number }[] {
    if (x < this.#processedFrom || x >= this.#cursor || this.#votesStart[x] === none) return []
    const span = { start: this.#votesStart[x] as number, stages: this.#votesStages[x] as number }
    return this.#voting.roundsBegun(span)
  }

  // Views, for inspection.

  /** Does x strongly see y, among the voters? */
  stronglySees(x: number, y: number): boolean {
    this.#setLatest(x)
    return this.#isSeenBySupermajority(y)
  }

  /** Has the event a meta-event in the election under way? */
  hasMetaEvent(x: number): boolean {
    const graph = this.#graph
    const isProcessed = x >= this.#metaFrom && x < this.#cursor
    return isProcessed && isSync(graph.cause[x] as number) && this.#voters.slotOf(graph.creator[x] as number) !== none
  }

  /** Peer indices of those that x observes: of none, unless it is an observer. */
  observeesOf(x: number): number[] {
    if (x < this.#processedFrom || this.#observing[x] !== observing.observer) return []
    this.#setLatest(x)
    this.#setObservees()
    return this.voters.filter((_, slot) => isIn(this.#observees, slot))
  }

  /** The pool, and where in it the meta-votes of x are; undefined where it has none. */
  metaVotesOf(x: number): { voting: MetaVoting; span: MetaVoteSpan } | undefined {
    if (x < this.#processedFrom || x >= this.#cursor || this.#votesStart[x] === none) return undefined
    const span = { start: this.#votesStart[x] as number, stages: this.#votesStages[x] as number }
    return { voting: this.#voting, span }
  }
}

/** Is a slot in a bit set? */
function isIn(bits: Int32Array, slot: number): boolean {
  return (((bits[slot >> 5] as number) >> (slot & 31)) & 1) === 1
}

/**
 * The payloads of several lists: by smallest position in any, then by how many lists hold it, then
 * by key (section 6).
 */
function inDecidedOrder(lists: readonly (readonly number[])[], payloads: Payloads): number[] {
  const held = new Map<number, { position: number; lists: number }>()
  for (const list of lists) {
    for (const [position, payload] of list.entries()) {
      const entry = held.get(payload)
      if (entry === undefined) held.set(payload, { position, lists: 1 })
      else {
        entry.position = Math.min(entry.position, position)
        entry.lists++
      }
    }
  }
  return [...held]
    .sort(([p, a], [q, b]) => a.position - b.position || b.lists - a.lists || payloads.compare(p, q))
    .map(([payload]) => payload)
}
