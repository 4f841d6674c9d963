// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { grown, IntList } from '../base/arrays.ts'
import { isSync } from '../wire/cause.ts'

/** Stands for "no event", "no peer" or "no payload" where numbers are stored. */
export const none = -1

/**
 * The gossip graph and the relations between its events (protocol.md section 4). Events are numbered
 * in the order in which they are inserted, so parents have smaller numbers than children.
 *
 * The events of a peer form a *lane*, a sequence in which each is the self-parent of the next. Where
 * the peer forks, each further branch is a lane of its own; it remembers the event after which it
 * branches off. An event's *clock* holds, per lane, one plus the number of its latest ancestor there,
 * or 0 if it has none. Whether x descends from y is then a single comparison, also under forks: is
 * the latest ancestor of x on the lane of y at least y?
 *
 * Lanes are numbered in the order in which they begin. An event's row of the clock covers only the
 * lanes that had begun when the event was inserted; it can have no ancestors on later ones.
 */
export class GossipGraph {
  size = 0
  laneCount = 0
  /**
   * The clocks of all events, one after the other: that of x is at `clock[row[x] + lane]`, for the
   * lanes that had begun when x was inserted. The last one ends at `row[size]`.
   */
  clock = new Int32Array(64 * 8)
  row = new Int32Array(65)
  creator = new Int32Array(64)
  lane = new Int32Array(64)
  indexByCreator = new Int32Array(64)
  selfParent = new Int32Array(64)
  otherParent = new Int32Array(64)
  cause = new Int32Array(64)
  recipient = new Int32Array(64)
  payload = new Int32Array(64)
  /** Per event, its nearest sync self-ancestor other than itself, or none. */
  syncSelfAncestor = new Int32Array(64)
  /** Per event, how many events of its lane carry a payload, up to and including the event itself. */
  payloadRank = new Int32Array(64)

  /** Per lane, all its events in order, and those that carry a payload. */
  readonly laneEvents: IntList[] = []
  readonly lanePayloadEvents: IntList[] = []
  /** Per lane, the event of another lane after which it branches off, or none. */
  readonly laneBranch = new IntList()
  /** Per peer, its lanes: more than one when it forked. */
  readonly lanesOf: number[][] = []

  /** Adds an event whose parents are in the graph; returns its number. */
  insert(
    creator: number,
    cause: number,
    selfParent: number,
    otherParent: number,
    recipient: number,
    payload: number,
  ): number {
    const x = this.size
    if (x === this.creator.length) this.#grow()
    const lane = this.#laneFor(creator, selfParent)
    this.size = x + 1
    this.creator[x] = creator
    this.lane[x] = lane
    this.indexByCreator[x] = selfParent === none ? 0 : (this.indexByCreator[selfParent] as number) + 1
    this.selfParent[x] = selfParent
    this.otherParent[x] = otherParent
    this.cause[x] = cause
    this.recipient[x] = recipient
    this.payload[x] = payload
    this.syncSelfAncestor[x] =
      selfParent === none || isSync(this.cause[selfParent] as number)
        ? selfParent
        : (this.syncSelfAncestor[selfParent] as number)
    ;(this.laneEvents[lane] as IntList).push(x)
    const payloadEvents = this.lanePayloadEvents[lane] as IntList
    if (payload !== none) payloadEvents.push(x)
    this.payloadRank[x] = payloadEvents.length
    this.#setClock(x, lane, selfParent, otherParent)
    return x
  }

  /** Does x descend from y (section 4)? An event descends from itself. */
  descends(x: number, y: number): boolean {
    return y <= x && (this.clock[(this.row[x] as number) + (this.lane[y] as number)] as number) > y
  }

  /** The latest event on a lane in x's ancestry, or none. */
  latestOn(x: number, lane: number): number {
    const at = (this.row[x] as number) + lane
    return at < (this.row[x + 1] as number) ? (this.clock[at] as number) - 1 : none
  }

  isLatestOnLane(x: number): boolean {
    return this.latestInLane(this.lane[x] as number) === x
  }

  /** Would an event by the peer with this self-parent begin a branch? */
  beginsBranch(peer: number, selfParent: number): boolean {
    return selfParent === none || this.creator[selfParent] !== peer || !this.isLatestOnLane(selfParent)
  }

  /** Is y the event x, or reached from x by self-parents alone? */
  isSelfAncestor(x: number, y: number): boolean {
    const lane = this.lane[y]
    let at = x
    while (this.lane[at] !== lane) {
      at = this.laneBranch.at(this.lane[at] as number)
      if (at === none) return false
    }
    return y <= at
  }

  /** Has x an ancestor on y's lane that is later than y? */
  hasLaterThan(x: number, y: number): boolean {
    return x !== none && this.latestOn(x, this.lane[y] as number) > y
  }

  /** Has x two ancestors by the peer, neither of them a self-ancestor of the other (section 4)? */
  isAwareOfFork(x: number, peer: number): boolean {
    const lanes = this.lanesOf[peer]
    return lanes !== undefined && lanes.length > 1 && !this.#knowsOneLine(x, lanes)
  }

  /** Does x see y: descend from it, and not be aware of a fork by its creator (section 4)? */
  sees(x: number, y: number): boolean {
    return this.descends(x, y) && !this.isAwareOfFork(x, this.creator[y] as number)
  }

  /**
   * The peer's latest event among x's ancestors; none if there is none, or if x is aware of a fork
   * by the peer.
   */
  latestBy(x: number, peer: number): number {
    const lanes = this.lanesOf[peer]
    if (lanes === undefined || lanes.length === 0) return none
    if (lanes.length === 1) return this.latestOn(x, lanes[0] as number)
    return this.#knowsOneLine(x, lanes) ? this.#latestOnAny(x, lanes) : none
  }

  /**
   * The peer's latest event in the whole graph, or none. If it forked, the latest on the branch
   * that began first.
   */
  latestOf(peer: number): number {
    const firstLane = this.lanesOf[peer]?.[0]
    return firstLane === undefined ? none : this.latestInLane(firstLane)
  }

  /**
   * The event itself if it is a sync event, else its nearest sync self-ancestor, or none. For none
   * it returns none.
   */
  latestSync(x: number): number {
    return x === none || isSync(this.cause[x] as number) ? x : (this.syncSelfAncestor[x] as number)
  }

  /** The latest event of each lane. Every event of the graph is one of these or an ancestor of one. */
  tips(): number[] {
    return this.laneEvents.map((_, lane) => this.latestInLane(lane))
  }

  latestInLane(lane: number): number {
    const events = this.laneEvents[lane] as IntList
    return events.at(events.length - 1)
  }

  /** The event after x on its lane, or none. */
  nextInLane(x: number): number {
    const events = this.laneEvents[this.lane[x] as number] as IntList
    const place = this.#placeAfter(x, this.lane[x] as number)
    return place < events.length ? events.at(place) : none
  }

  /** The latest event on a lane with a number below `end`, or none. */
  latestInLaneBefore(lane: number, end: number): number {
    const events = this.laneEvents[lane] as IntList
    for (let place = events.length - 1; place >= 0; place--) if (events.at(place) < end) return events.at(place)
    return none
  }

  /**
   * Goes through x and its ancestors in ascending order, but leaves out what is covered. Only what
   * is asked for is computed.
   *
   * @param covered - per lane, the latest event that is covered, or none: those before it are, too
   */
  *ancestorsNotCovered(x: number, covered: (lane: number) => number): Generator<number, void, undefined> {
    const lines: { readonly events: IntList; place: number; readonly last: number }[] = []
    for (let lane = 0; lane < this.laneCount; lane++) {
      const last = this.latestOn(x, lane)
      if (last === none) continue
      const place = this.#placeAfter(covered(lane), lane)
      if (place <= this.#placeAfter(last, lane) - 1)
        lines.push({ events: this.laneEvents[lane] as IntList, place, last })
    }
    for (;;) {
      let next: (typeof lines)[number] | undefined
      for (const line of lines) {
        if (line.place < 0) continue
        if (next === undefined || line.events.at(line.place) < next.events.at(next.place)) next = line
      }
      if (next === undefined) return
      const event = next.events.at(next.place)
      next.place = event === next.last ? -1 : next.place + 1
      yield event
    }
  }

  /** The first event on a lane that is neither x nor among its ancestors, or none. */
  firstNotCoveredBy(x: number, lane: number): number {
    const all = this.laneEvents[lane] as IntList
    const place = this.#placeAfter(x === none ? none : this.latestOn(x, lane), lane)
    return place < all.length ? all.at(place) : none
  }

  /** The place in the lane after one of its events; the first one after none. */
  #placeAfter(event: number, lane: number): number {
    if (event === none) return 0
    const first = (this.laneEvents[lane] as IntList).at(0)
    return (this.indexByCreator[event] as number) - (this.indexByCreator[first] as number) + 1
  }

  /**
   * Do x's ancestors on these lanes, which are all lanes of one peer, form a single line of
   * self-parents? If not, x is aware of a fork.
   *
   * We go back from the latest of them. Where the line leaves a lane for another one, x must know
   * no later event on the other. And in the end no lane on which x has ancestors may be left over.
   */
  #knowsOneLine(x: number, lanes: readonly number[]): boolean {
    let left = 0
    for (const lane of lanes) if (this.latestOn(x, lane) !== none) left++
    for (let at = this.#latestOnAny(x, lanes); at !== none; left--) {
      const lane = this.lane[at] as number
      if (this.latestOn(x, lane) !== at) return false
      at = this.laneBranch.at(lane)
    }
    return left === 0
  }

  /** The latest of x's ancestors on any of the lanes, or none. */
  #latestOnAny(x: number, lanes: readonly number[]): number {
    let latest: number = none
    for (const lane of lanes) latest = Math.max(latest, this.latestOn(x, lane))
    return latest
  }

  #laneFor(creator: number, selfParent: number): number {
    if (selfParent !== none && this.isLatestOnLane(selfParent)) return this.lane[selfParent] as number
    const lane = this.laneCount++
    this.laneEvents.push(new IntList())
    this.lanePayloadEvents.push(new IntList(4))
    this.laneBranch.push(selfParent)
    while (this.lanesOf.length <= creator) this.lanesOf.push([])
    ;(this.lanesOf[creator] as number[]).push(lane)
    return lane
  }

  #setClock(x: number, lane: number, selfParent: number, otherParent: number): void {
    const { row, laneCount } = this
    const start = row[x] as number
    const end = start + laneCount
    if (end > this.clock.length) this.clock = grown(this.clock, end)
    row[x + 1] = end
    const { clock } = this
    if (selfParent !== none) {
      const self = row[selfParent] as number
      const width = (row[selfParent + 1] as number) - self
      for (let l = 0; l < width; l++) clock[start + l] = clock[self + l] as number
    }
    if (otherParent !== none) {
      const other = row[otherParent] as number
      const width = (row[otherParent + 1] as number) - other
      for (let l = 0; l < width; l++) {
        const latest = clock[other + l] as number
        if (latest > (clock[start + l] as number)) clock[start + l] = latest
      }
    }
    clock[start + lane] = x + 1
  }

  #grow(): void {
    const needed = 2 * this.size
    this.row = grown(this.row, needed + 1)
    this.creator = grown(this.creator, needed)
    this.lane = grown(this.lane, needed)
    this.indexByCreator = grown(this.indexByCreator, needed)
    this.selfParent = grown(this.selfParent, needed)
    this.otherParent = grown(this.otherParent, needed)
    this.cause = grown(this.cause, needed)
    this.recipient = grown(this.recipient, needed)
    this.payload = grown(this.payload, needed)
    this.syncSelfAncestor = grown(this.syncSelfAncestor, needed)
    this.payloadRank = grown(this.payloadRank, needed)
  }
}
