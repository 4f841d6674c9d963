// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { grown, IntList } from '../base/arrays.ts'
import type { Ints } from '../base/arrays.ts'
import type { PublicId } from '../base/public-id.ts'
import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'
import { fates } from '../graph/payloads.ts'
import type { Payloads } from '../graph/payloads.ts'
import type { PeerList } from '../graph/peers.ts'
import type { Voters } from './voters.ts'

/**
 * Which payloads are interesting at which events (protocol.md section 5.1), and what is not decided
 * yet.
 *
 * As long as the voters stay the same, the content of an event is computed once. The next election
 * uses it again, without the payloads that were decided: computing it anew would give the same.
 */
export class InterestingContent {
  readonly #graph: GossipGraph
  readonly #payloads: Payloads
  readonly #peers: PeerList
  #voters: Voters
  /** The content of events before this one is computed. */
  #upTo = 0
  /** Per event, where its content begins in {@link #content}, and how many payloads it has. */
  #start = new Int32Array(64)
  #length = new Int32Array(64)
  /** The content of all {@link events}, one after the other. */
  readonly #content = new IntList()
  /** Events with content that is not decided, ascending. */
  readonly events = new IntList()
  /** Per lane, the first of these events, or none. */
  firstOnLane: Ints = new Int32Array(16).fill(none)

  /** All events that carry a payload, ascending. What those before the head carry is decided or void. */
  readonly #carriers = new IntList()
  #head = 0
  /** The open payloads that add a peer. */
  readonly #additions = new Set<number>()
  /** The same per lane: how many of its first events with a payload carry what is decided or void. */
  #laneHead = new Int32Array(16)

  // Scratch for one event's computation. Each computation has a number of its own, its stamp; a voter
  // or payload that was met in it is marked with the stamp, so that no marks need to be cleared.
  #voterMark = new Int32Array(0)
  #voterStamp = 0
  #payloadMark = new Int32Array(64)
  #payloadStamp = 0

  constructor(graph: GossipGraph, payloads: Payloads, peers: PeerList, voters: Voters) {
    this.#graph = graph
    this.#payloads = payloads
    this.#peers = peers
    this.#voters = voters
  }

  /** Takes in the newest event of the graph. */
  added(x: number): void {
    const graph = this.#graph
    if (x >= this.#start.length) {
      this.#start = grown(this.#start, x + 1)
      this.#length = grown(this.#length, x + 1)
    }
    while (graph.laneCount > this.firstOnLane.length) {
      const lanes = this.firstOnLane.length
      this.firstOnLane = grown(this.firstOnLane, 2 * lanes).fill(none, lanes)
      this.#laneHead = grown(this.#laneHead, 2 * lanes)
    }
    const payload = graph.payload[x] as number
    if (payload === none) return
    this.#carriers.push(x)
    if (payload >= this.#payloadMark.length) this.#payloadMark = grown(this.#payloadMark, payload + 1)
    this.#judgeVote(payload)
  }

  /** Payloads of an event's content that were not decided when the election began, in order. */
  of(x: number): number[] {
    const start = this.#start[x] as number
    return Array.from(this.#content.items.subarray(start, start + (this.#length[x] as number)))
  }

  /** Computes the content of a voter's sync event, unless it was kept. Call it for events in ascending order. */
  compute(x: number): void {
    if (x < this.#upTo) return
    this.#upTo = x + 1
    const start = this.#content.length
    this.#start[x] = start
    this.#collect(x)
    const length = this.#content.length - start
    this.#length[x] = length
    if (length === 0) return
    if (length > 1) this.#sort(x, start)
    this.#list(x)
  }

  /** First event that carries an undecided payload, or the end of the graph. */
  get firstUnconsensused(): number {
    return this.#head < this.#carriers.length ? this.#carriers.at(this.#head) : this.#graph.size
  }

  /** Are there votes in the graph for what is not decided? */
  get hasUnconsensused(): boolean {
    return this.#head < this.#carriers.length
  }

  unconsensusedEvents(): number[] {
    const open = this.#carriers.items.subarray(this.#head, this.#carriers.length)
    return Array.from(open).filter((x) => !this.#isClosed(x))
  }

  /** Ends an election: leaves out what was decided. If the voters changed, forgets all content. */
  conclude(voters: Voters | undefined): void {
    // A peer that is no voter may have been removed, which leaves the voters as they were.
    for (const payload of this.#additions) this.#judgeVote(payload)
    if (voters !== undefined) {
      this.#voters = voters
      this.#voterMark = new Int32Array(voters.count)
      for (const x of this.#carriers.view()) this.#judgeVote(this.#graph.payload[x] as number)
      // Start over from the first carrier: a newcomer's votes were void so far and may count now.
      this.#head = 0
      this.#laneHead.fill(0)
    }
    while (this.#head < this.#carriers.length && this.#isClosed(this.#carriers.at(this.#head))) this.#head++
    if (voters === undefined) this.#dropDecided()
    else {
      this.#upTo = this.firstUnconsensused
      this.events.length = 0
      this.#content.length = 0
      this.firstOnLane.fill(none)
    }
  }

  #isClosed(carrier: number): boolean {
    return this.#payloads.fate[this.#graph.payload[carrier] as number] !== fates.open
  }

  /** Would an Add of this peer change nothing, now and for ever? So it is for voters and removed peers. */
  addsNobody(id: PublicId): boolean {
    const peer = this.#peers.indexOf(id)
    return peer !== undefined && (this.#peers.at(peer).removed || this.#voters.slotOf(peer) !== none)
  }

  /**
   * Judges whether a payload is void (section 5.1), which may change whenever the members do:
   *
   * - An Add that would add nobody is void for good.
   * - In single mode, a vote of a peer that is not a voter is void until the peer becomes one: no
   *   voter could sign the block. This happens to a newcomer, whose votes may be in the graph before
   *   it is added, and to a removed peer, whose events no longer count (section 3).
   */
  #judgeVote(payload: number): void {
    const { observation, voter } = this.#payloads.at(payload)
    const isAdd = observation.kind === 'Add'
    if (!isAdd && (voter === undefined || observation.kind !== 'OpaquePayload')) return
    const { fate } = this.#payloads
    if (fate[payload] !== fates.decided) {
      const isVoid = isAdd ? this.addsNobody(observation.peerId) : this.#voters.slotOf(voter ?? none) === none
      fate[payload] = isVoid ? fates.void : fates.open
    }
    if (!isAdd) return
    if (fate[payload] === fates.open) this.#additions.add(payload)
    else this.#additions.delete(payload)
  }

  #list(x: number): void {
    this.events.push(x)
    const lane = this.#graph.lane[x] as number
    if (this.firstOnLane[lane] === none) this.firstOnLane[lane] = x
  }

  /** Writes all content anew, without what is decided by now. */
  #dropDecided(): void {
    const content = this.#content
    const old = content.items.slice(0, content.length)
    const events = Array.from(this.events.view())
    content.length = 0
    this.events.length = 0
    this.firstOnLane.fill(none)
    for (const x of events) {
      const from = this.#start[x] as number
      const to = from + (this.#length[x] as number)
      const start = content.length
      for (let i = from; i < to; i++) {
        const payload = old[i] as number
        if (this.#payloads.fate[payload] === fates.open) content.push(payload)
      }
      this.#start[x] = start
      this.#length[x] = content.length - start
      if (content.length > start) this.#list(x)
    }
  }

  /**
   * Collects what is interesting at x and was not yet at its nearest sync self-ancestor. Only payloads
   * that came into the ancestry since then need a look. The exception is the first event that knows
   * events of a supermajority of the voters: payloads of single mode wait for that, so it looks at all.
   */
  #collect(x: number): void {
    const graph = this.#graph
    const before = graph.syncSelfAncestor[x] as number
    const knewEnough = before !== none && this.#voters.aSupermajorityPrecedes(graph, before)
    const knowsEnough = knewEnough || this.#voters.aSupermajorityPrecedes(graph, x)
    this.#payloadStamp++
    const start = graph.row[x] as number
    const lanes = (graph.row[x + 1] as number) - start
    for (let lane = 0; lane < lanes; lane++) {
      const latest = (graph.clock[start + lane] as number) - 1
      const carriers = graph.lanePayloadEvents[lane]
      if (latest === none || carriers === undefined) continue
      let from = this.#passDecided(lane, carriers)
      const earlier = knewEnough ? graph.latestOn(before, lane) : none
      if (earlier !== none) from = Math.max(from, graph.payloadRank[earlier] as number)
      const to = graph.payloadRank[latest] as number
      for (let i = from; i < to; i++) this.#consider(x, before, carriers.at(i), knewEnough, knowsEnough)
    }
  }

  /** The place in a lane's list of its first carrier of what is still open. */
  #passDecided(lane: number, carriers: IntList): number {
    let head = this.#laneHead[lane] as number
    while (head < carriers.length && this.#isClosed(carriers.at(head))) head++
    this.#laneHead[lane] = head
    return head
  }

  /** Adds the payload of a carrier if it is interesting at x and was not at `before`. */
  #consider(x: number, before: number, carrier: number, knewEnough: boolean, knowsEnough: boolean): void {
    const payload = this.#graph.payload[carrier] as number
    if (this.#payloadMark[payload] === this.#payloadStamp || this.#payloads.fate[payload] !== fates.open) return
    this.#payloadMark[payload] = this.#payloadStamp
    const { carriers, voter } = this.#payloads.at(payload)
    const isNew =
      voter === undefined
        ? this.#isCarriedBySupermajority(x, carriers) && !this.#isCarriedBySupermajority(before, carriers)
        : knowsEnough && !(knewEnough && this.#descendsFromAny(before, carriers))
    if (isNew) this.#content.push(payload)
  }

  #descendsFromAny(x: number, carriers: IntList): boolean {
    for (let i = 0; i < carriers.length; i++) if (this.#graph.descends(x, carriers.at(i))) return true
    return false
  }

  #isCarriedBySupermajority(x: number, carriers: IntList): boolean {
    const voters = this.#voters
    if (x === none || !voters.isSupermajority(carriers.length)) return false
    const graph = this.#graph
    const stamp = ++this.#voterStamp
    let count = 0
    for (let i = 0; i < carriers.length; i++) {
      const carrier = carriers.at(i)
      const slot = voters.slotOf(graph.creator[carrier] as number)
      if (slot === none || this.#voterMark[slot] === stamp || !graph.descends(x, carrier)) continue
      this.#voterMark[slot] = stamp
      count++
    }
    return voters.isSupermajority(count)
  }

  /** Sorts by the index of the creator's own vote, where it has not voted last; then by key. */
  #sort(x: number, start: number): void {
    const content = this.#content
    const ranked = Array.from(content.items.subarray(start, content.length), (payload) => ({
      payload,
      voteIndex: this.#ownVoteIndex(x, payload),
    }))
    ranked.sort((a, b) =>
      a.voteIndex === b.voteIndex ? this.#payloads.compare(a.payload, b.payload) : a.voteIndex - b.voteIndex,
    )
    content.length = start
    for (const { payload } of ranked) content.push(payload)
  }

  #ownVoteIndex(x: number, payload: number): number {
    const graph = this.#graph
    const { carriers } = this.#payloads.at(payload)
    for (let i = 0; i < carriers.length; i++) {
      const carrier = carriers.at(i)
      if (graph.creator[carrier] === graph.creator[x] && graph.isSelfAncestor(x, carrier)) {
        return graph.indexByCreator[carrier] as number
      }
    }
    return Infinity
  }
}
