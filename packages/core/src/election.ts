// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList, grown } from './arrays.ts'
import type { Ints } from './arrays.ts'
import { assert } from './errors.ts'
import { isSync, none } from './graph.ts'
import type { GossipGraph } from './graph.ts'
import type { SeenThrough } from './inspect.ts'
import { MetaVoting } from './meta-votes.ts'
import type { MetaVoteSpan } from './meta-votes.ts'
import type { Payloads } from './payloads.ts'

/** What one election decided (protocol.md section 6). */
export interface Decision {
  /** Event at which the last subject was decided. */
  readonly event: number
  /** Per voter, in their order: the first interesting event of a subject decided true, or none. */
  readonly firstInteresting: readonly number[]
  /** Payloads in decided order. */
  readonly payloads: readonly number[]
}

/** An event is no observer and descends from no observer of its creator; is one; or has an ancestor observer. */
const observing = { no: 0, observer: 1, hasAncestor: 2 } as const

/**
 * The meta-election (sections 5 and 6): processes each event of the graph once, in insertion order, and after a decision those of the
 * next election again. It knows neither how events arrive nor what is voted for.
 */
export class Election {
  readonly #graph: GossipGraph
  readonly #payloads: Payloads
  readonly #throughAll: boolean
  #voters: readonly number[] = []
  /** Per peer its place among the voters, or none. */
  #slotOf = new Int32Array(16).fill(none)
  #voting = new MetaVoting(0)
  /** The next event to process. */
  #cursor = 0
  /** Events before it have no meta-event in this election; those from it on do. */
  #metaFrom = 0
  /** Events before it were not processed in this election, though they may have kept their meta-event. */
  #processedFrom = 0
  /** Events before it have their interesting content. */
  #contentUpTo = 0
  #firstObserver = none

  /** Per event, for the election under way. */
  #observing = new Int32Array(64)
  #votesStart = new Int32Array(64)
  #votesStages = new Int32Array(64)
  #contentStart = new Int32Array(64)
  #contentLength = new Int32Array(64)
  /** Interesting content of {@link #interesting}, one run of payloads after the other. */
  #content = new IntList()
  /** Events with interesting content that is not decided, ascending. */
  #interesting = new IntList()
  /** Per lane the first of these, or none. */
  #firstOnLane = new Int32Array(16).fill(none)

  /** All events that carry a payload, ascending; those before the head are decided. */
  readonly #payloadEvents = new IntList()
  #payloadHead = 0
  /** Per lane, how many of its payload events are passed because they and all before them are decided. */
  #lanePayloadHead = new Int32Array(16)

  // Room for one event's computations.
  #latest = new IntList()
  #observees = new Int32Array(1)
  #voterMark = new Int32Array(0)
  #voterStamp = 0
  #payloadMark = new Int32Array(64)
  #payloadStamp = 0
  readonly #base: MetaVoteSpan = { start: none, stages: 0 }
  readonly #span: MetaVoteSpan = { start: none, stages: 0 }

  constructor(graph: GossipGraph, payloads: Payloads, seenThrough: SeenThrough) {
    this.#graph = graph
    this.#payloads = payloads
    this.#throughAll = seenThrough === 'peers'
  }

  get voters(): readonly number[] {
    return this.#voters
  }

  /** Where the events that were processed in this election end. */
  get processedUpTo(): number {
    return this.#cursor
  }

  /** The voters of the election that begins: before the first event, or as a decision changed them. */
  setVoters(voters: readonly number[]): void {
    this.#voters = voters
    this.#slotOf.fill(none)
    for (const [slot, peer] of voters.entries()) {
      while (peer >= this.#slotOf.length) this.#slotOf = widened(this.#slotOf)
      this.#slotOf[peer] = slot
    }
    this.#voting = new MetaVoting(voters.length)
    this.#observees = new Int32Array(this.#voting.words)
    this.#voterMark = new Int32Array(voters.length)
    this.#voterStamp = 0
  }

  /** Takes in the newest event of the graph, which {@link next} then processes. */
  added(event: number): void {
    const graph = this.#graph
    if (event >= this.#observing.length) this.#grow(event + 1)
    while (graph.laneCount > this.#firstOnLane.length) {
      this.#firstOnLane = widened(this.#firstOnLane)
      this.#lanePayloadHead = grown(this.#lanePayloadHead, graph.laneCount)
    }
    const payload = graph.payload[event] as number
    if (payload === none) return
    this.#payloadEvents.push(event)
    if (payload >= this.#payloadMark.length) this.#payloadMark = grown(this.#payloadMark, payload + 1)
  }

  /** Processes events until one decides the election, and tells what it decided; undefined when no event is left. */
  next(): Decision | undefined {
    const graph = this.#graph
    while (this.#cursor < graph.size) {
      const event = this.#cursor++
      const decided = this.#process(event)
      if (this.#contentUpTo <= event) this.#contentUpTo = event + 1
      if (decided) return this.#decision(event)
    }
    return undefined
  }

  /** Ends the election that was decided and begins the next one (section 6), with other voters where membership changed. */
  conclude(decision: Decision, voters: readonly number[] | undefined): void {
    for (const payload of decision.payloads) this.#payloads.decided[payload] = 1
    const { items, length } = this.#payloadEvents
    while (this.#payloadHead < length && this.#isDecided(items[this.#payloadHead] as number)) this.#payloadHead++
    const newStart = this.#payloadHead < length ? (items[this.#payloadHead] as number) : this.#graph.size
    this.#metaFrom = newStart
    this.#processedFrom = newStart
    if (voters === undefined) {
      this.#processedFrom = Math.max(newStart, this.#firstObserver)
      this.#dropDecidedContent()
    } else {
      this.setVoters(voters)
      this.#contentUpTo = newStart
      this.#interesting.length = 0
      this.#content.length = 0
      this.#firstOnLane.fill(none)
    }
    this.#cursor = this.#processedFrom
    this.#firstObserver = none
    this.#voting.clear()
  }

  #isDecided(payloadEvent: number): boolean {
    return this.#payloads.decided[this.#graph.payload[payloadEvent] as number] === 1
  }

  #process(x: number): boolean {
    const graph = this.#graph
    this.#votesStart[x] = none
    this.#observing[x] = observing.no
    const slot = this.#slotOfPeer(graph.creator[x] as number)
    if (slot === none || !isSync(graph.cause[x] as number)) return false
    if (x >= this.#contentUpTo) this.#setContent(x)
    const before = graph.syncSelfAncestor[x] as number
    const follows = before >= this.#processedFrom && this.#observing[before] !== observing.no
    if (!follows && !this.#mayObserve(x)) return false
    this.#setLatest(x)
    this.#voting.begin()
    const base = this.#base
    if (follows) {
      this.#observing[x] = observing.hasAncestor
      base.start = this.#votesStart[before] as number
      base.stages = this.#votesStages[before] as number
    } else {
      if (!this.#setObservees(x)) return false
      this.#observing[x] = observing.observer
      if (this.#firstObserver === none) this.#firstObserver = x
      const { start, stages } = this.#voting.startFrom(this.#observees)
      base.start = start
      base.stages = stages
    }
    for (let other = 0; other < this.#voters.length; other++) {
      const event = this.#latest.at(other)
      if (other === slot || event < this.#processedFrom) continue
      const start = this.#votesStart[event] as number
      if (start !== none) this.#voting.addOther(start, this.#votesStages[event] as number)
    }
    const decided = this.#voting.update(base, this.#span)
    this.#votesStart[x] = this.#span.start
    this.#votesStages[x] = this.#span.stages
    return decided
  }

  #slotOfPeer(peer: number): number {
    return peer < this.#slotOf.length ? (this.#slotOf[peer] as number) : none
  }

  // Section 5.1: interesting content.

  /**
   * Compares with the nearest sync self-ancestor: only payloads that came into the ancestry since then can be interesting now and
   * not before, except singly decided ones when the voters known have just become a supermajority.
   */
  #setContent(x: number): void {
    const graph = this.#graph
    const before = graph.syncSelfAncestor[x] as number
    const start = this.#content.length
    this.#contentStart[x] = start
    const knewEnough = before !== none && this.#knowsSupermajority(before)
    const knowsEnough = knewEnough || this.#knowsSupermajority(x)
    this.#payloadStamp++
    for (let lane = 0; lane < graph.laneCount; lane++) {
      const latest = (graph.clock[x * graph.stride + lane] as number) - 1
      if (latest === none) continue
      const payloadEvents = graph.lanePayloadEvents[lane]
      if (payloadEvents === undefined) continue
      let from = this.#passDecided(lane, payloadEvents)
      const to = graph.payloadRank[latest] as number
      if (knewEnough) {
        const earlier = (graph.clock[before * graph.stride + lane] as number) - 1
        if (earlier !== none) from = Math.max(from, graph.payloadRank[earlier] as number)
      }
      for (let i = from; i < to; i++) this.#consider(x, before, payloadEvents.at(i), knewEnough, knowsEnough)
    }
    const length = this.#content.length - start
    this.#contentLength[x] = length
    if (length === 0) return
    if (length > 1) this.#sortContent(x, start)
    this.#interesting.push(x)
    const lane = graph.lane[x] as number
    if (this.#firstOnLane[lane] === none) this.#firstOnLane[lane] = x
  }

  #passDecided(lane: number, payloadEvents: IntList): number {
    let head = this.#lanePayloadHead[lane] as number
    while (head < payloadEvents.length && this.#isDecided(payloadEvents.at(head))) head++
    this.#lanePayloadHead[lane] = head
    return head
  }

  /** Did a supermajority of the voters create ancestors of x? */
  #knowsSupermajority(x: number): boolean {
    const { clock, stride, lanesOf } = this.#graph
    const row = x * stride
    let known = 0
    for (const peer of this.#voters) {
      for (const lane of lanesOf[peer] ?? []) {
        if (clock[row + lane] !== 0) {
          known++
          break
        }
      }
    }
    return this.#isSupermajority(known)
  }

  #consider(x: number, before: number, payloadEvent: number, knewEnough: boolean, knowsEnough: boolean): void {
    const payload = this.#graph.payload[payloadEvent] as number
    if (this.#payloadMark[payload] === this.#payloadStamp || this.#payloads.decided[payload] === 1) return
    this.#payloadMark[payload] = this.#payloadStamp
    const { carriers, voter } = this.#payloads.at(payload)
    let isNew: boolean
    if (voter !== undefined) isNew = knowsEnough && !(knewEnough && this.#descendsFromAny(before, carriers))
    else isNew = this.#isCarriedBySupermajority(x, carriers) && !this.#isCarriedBySupermajority(before, carriers)
    if (isNew) this.#content.push(payload)
  }

  #descendsFromAny(x: number, events: IntList): boolean {
    for (let i = 0; i < events.length; i++) if (this.#graph.descends(x, events.at(i))) return true
    return false
  }

  #isCarriedBySupermajority(x: number, carriers: IntList): boolean {
    if (x === none || !this.#isSupermajority(carriers.length)) return false
    const graph = this.#graph
    const stamp = ++this.#voterStamp
    let count = 0
    for (let i = 0; i < carriers.length; i++) {
      const event = carriers.at(i)
      const slot = this.#slotOfPeer(graph.creator[event] as number)
      if (slot === none || this.#voterMark[slot] === stamp || !graph.descends(x, event)) continue
      this.#voterMark[slot] = stamp
      count++
    }
    return this.#isSupermajority(count)
  }

  #isSupermajority(count: number): boolean {
    return 3 * count > 2 * this.#voters.length
  }

  /** By the index of the creator's own vote, not voted last; then by key. */
  #sortContent(x: number, start: number): void {
    const content = this.#content
    const ranked = Array.from(content.items.subarray(start, content.length), (payload) => ({
      payload,
      voteIndex: this.#ownVoteIndex(x, payload),
    }))
    ranked.sort((a, b) =>
      a.voteIndex === b.voteIndex ? this.#payloads.compare(a.payload, b.payload) : a.voteIndex < b.voteIndex ? -1 : 1,
    )
    content.length = start
    for (const { payload } of ranked) content.push(payload)
  }

  #ownVoteIndex(x: number, payload: number): number {
    const graph = this.#graph
    const { carriers } = this.#payloads.at(payload)
    for (let i = 0; i < carriers.length; i++) {
      const event = carriers.at(i)
      if (graph.creator[event] === graph.creator[x] && graph.isSelfAncestor(x, event)) {
        return graph.indexByCreator[event] as number
      }
    }
    return Infinity
  }

  // Section 5.2: observers.

  /** A quick no: do too few voters have an interesting event in x's ancestry? */
  #mayObserve(x: number): boolean {
    const { clock, stride, lanesOf } = this.#graph
    if (this.#interesting.length === 0) return false
    const row = x * stride
    let count = 0
    for (const peer of this.#voters) {
      for (const lane of lanesOf[peer] ?? []) {
        const first = this.#firstOnLane[lane] as number
        if (first !== none && (clock[row + lane] as number) > first) {
          count++
          break
        }
      }
    }
    return this.#isSupermajority(count)
  }

  /** The voters' latest events in x's ancestry, by slot; then, where they count too, the other peers'. */
  #setLatest(x: number): void {
    const latest = this.#latest
    latest.length = 0
    for (const peer of this.#voters) latest.push(this.#graph.latestBy(x, peer))
    if (!this.#throughAll) return
    for (let peer = 0; peer < this.#graph.lanesOf.length; peer++) {
      if (this.#slotOfPeer(peer) === none) latest.push(this.#graph.latestBy(x, peer))
    }
  }

  /** Finds the observees of x; true if they are a supermajority. */
  #setObservees(x: number): boolean {
    const observees = this.#observees
    observees.fill(0)
    let count = 0
    for (let slot = 0; slot < this.#voters.length; slot++) {
      const first = this.#firstInterestingOf(x, slot)
      if (first === none || !this.#isSeenBySupermajority(first)) continue
      observees[slot >> 5] = (observees[slot >> 5] as number) | (1 << (slot & 31))
      count++
    }
    return this.#isSupermajority(count)
  }

  /** The first interesting event on the voter's branch in x's ancestry; needs x's latest events. */
  #firstInterestingOf(x: number, slot: number): number {
    const graph = this.#graph
    const latest = this.#latest.at(slot)
    if (latest === none) return none
    let found: number = none
    // From the latest event's lane to the root: what is found nearer to the root is earlier.
    for (let at = latest; at !== none; ) {
      const lane = graph.lane[at] as number
      const first = this.#firstOnLane[lane] as number
      if (first !== none && first <= at) found = first
      at = graph.laneBranch.at(lane)
    }
    return found
  }

  /** Is y strongly seen by the event whose latest events are at hand (section 4)? */
  #isSeenBySupermajority(y: number): boolean {
    const graph = this.#graph
    const { clock, stride } = graph
    const lane = graph.lane[y] as number
    const creator = graph.creator[y] as number
    const creatorForked = (graph.lanesOf[creator] as number[]).length > 1
    const latest = this.#latest
    let count = 0
    for (let i = 0; i < latest.length; i++) {
      const z = latest.at(i)
      if (z === none || (clock[z * stride + lane] as number) <= y) continue
      if (creatorForked && graph.isAwareOfFork(z, creator)) continue
      count++
    }
    return this.#isSupermajority(count)
  }

  /** Does x strongly see y, among the voters? */
  stronglySees(x: number, y: number): boolean {
    this.#setLatest(x)
    return this.#isSeenBySupermajority(y)
  }

  // Section 6: decision.

  #decision(event: number): Decision {
    const decidedTrue = this.#voting.decidedTrue(this.#span)
    const firstInteresting = this.#voters.map((_, slot) =>
      ((decidedTrue[slot >> 5] as number) >> (slot & 31)) & 1 ? this.#observedFirst(event, slot) : none,
    )
    const held = new Map<number, { payload: number; position: number; lists: number }>()
    for (const first of firstInteresting) {
      if (first === none) continue
      for (const [position, payload] of this.contentOf(first).entries()) {
        const entry = held.get(payload)
        if (entry === undefined) held.set(payload, { payload, position, lists: 1 })
        else {
          entry.position = Math.min(entry.position, position)
          entry.lists++
        }
      }
    }
    const payloads = [...held.values()]
      .sort(
        (a, b) =>
          a.position - b.position || b.lists - a.lists || this.#payloads.compare(a.payload, b.payload),
      )
      .map(({ payload }) => payload)
    assert(payloads.length > 0, 'an election that decides something')
    return { event, firstInteresting, payloads }
  }

  /** The first interesting event that the election is about: of several branches' the one that an observer strongly sees. */
  #observedFirst(event: number, slot: number): number {
    const graph = this.#graph
    const lanes = graph.lanesOf[this.#voters[slot] as number] ?? []
    if (lanes.length === 1) return this.#firstOnLane[lanes[0] as number] as number
    for (let x = this.#firstObserver; x <= event; x++) {
      if (this.#observing[x] !== observing.observer || !graph.descends(event, x)) continue
      this.#setLatest(x)
      const first = this.#firstInterestingOf(x, slot)
      if (first !== none && this.#isSeenBySupermajority(first)) return first
    }
    return none
  }

  #dropDecidedContent(): void {
    const { items, length } = this.#interesting
    const content = this.#content
    const old = content.items.slice(0, content.length)
    content.length = 0
    this.#interesting.length = 0
    this.#firstOnLane.fill(none)
    for (let i = 0; i < length; i++) {
      const x = items[i] as number
      const from = this.#contentStart[x] as number
      const to = from + (this.#contentLength[x] as number)
      const start = content.length
      for (let j = from; j < to; j++) {
        const payload = old[j] as number
        if (this.#payloads.decided[payload] === 0) content.push(payload)
      }
      this.#contentStart[x] = start
      this.#contentLength[x] = content.length - start
      if (content.length === start) continue
      this.#interesting.push(x)
      const lane = this.#graph.lane[x] as number
      if (this.#firstOnLane[lane] === none) this.#firstOnLane[lane] = x
    }
  }

  // Views, for inspection.

  /** Has the event a meta-event in the election under way? */
  hasMetaEvent(x: number): boolean {
    return (
      x >= this.#metaFrom &&
      x < this.#cursor &&
      isSync(this.#graph.cause[x] as number) &&
      this.#slotOfPeer(this.#graph.creator[x] as number) !== none
    )
  }

  /** First event that can have a meta-event. */
  get metaFrom(): number {
    return this.#metaFrom
  }

  contentOf(x: number): number[] {
    const start = this.#contentStart[x] as number
    return Array.from(this.#content.items.subarray(start, start + (this.#contentLength[x] as number)))
  }

  /** Voters observed by x, if it is an observer. */
  observeesOf(x: number): number[] {
    if (x < this.#processedFrom || this.#observing[x] !== observing.observer) return []
    this.#setLatest(x)
    this.#setObservees(x)
    return this.#voters.filter((_, slot) => ((this.#observees[slot >> 5] as number) >> (slot & 31)) & 1)
  }

  /** The pool, and where in it the meta-votes of x are; undefined where it has none. */
  metaVotesOf(x: number): { voting: MetaVoting; span: MetaVoteSpan } | undefined {
    if (x < this.#processedFrom || x >= this.#cursor || this.#votesStart[x] === none) return undefined
    const span = { start: this.#votesStart[x] as number, stages: this.#votesStages[x] as number }
    return { voting: this.#voting, span }
  }

  interestingEvents(): number[] {
    return Array.from(this.#interesting.view())
  }

  /** Are there votes in the graph for what is not decided? */
  hasUnconsensused(): boolean {
    return this.#payloadHead < this.#payloadEvents.length
  }

  unconsensusedEvents(): number[] {
    const all = this.#payloadEvents.items.subarray(this.#payloadHead, this.#payloadEvents.length)
    return Array.from(all).filter((event) => !this.#isDecided(event))
  }

  #grow(needed: number): void {
    this.#observing = grown(this.#observing, needed)
    this.#votesStart = grown(this.#votesStart, needed)
    this.#votesStages = grown(this.#votesStages, needed)
    this.#contentStart = grown(this.#contentStart, needed)
    this.#contentLength = grown(this.#contentLength, needed)
  }
}

/** Twice the room, filled up with none. */
function widened(items: Ints): Ints {
  const larger = new Int32Array(2 * items.length).fill(none)
  larger.set(items)
  return larger
}
