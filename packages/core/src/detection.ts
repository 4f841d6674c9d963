// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Ancestry, FirstOnLine } from './ancestry.ts'
import { IntList } from './arrays.ts'
import { isSupermajority } from './block.ts'
import type { Consensus } from './consensus.ts'
import { Reader, compareBytes, toHex } from './encoding.ts'
import { ParsecError } from './errors.ts'
import { Event } from './event.ts'
import type { EventFormat } from './event.ts'
import { causes, isSync, none } from './graph.ts'
import type { PublicId } from './identity.ts'
import type { KnownEvents } from './known-events.ts'
import { limits } from './limits.ts'
import { hashLength } from './malice.ts'
import type { Malice, RefusedEventKind } from './malice.ts'
import { observationHash } from './observation.ts'
import type { Observation } from './observation.ts'
import { Refusals } from './refusal.ts'

/** An observation that accuses. */
export type Accusation = Extract<Observation<never>, { kind: 'Accusation' }>

/** A malice that some event proves. */
interface Fact {
  /** Peer index. */
  readonly offender: number
  readonly accusation: Accusation
  /** Hexadecimal of the accusation's hash. */
  readonly id: string
}

const noHash = new Uint8Array(hashLength)

/** By the offender's id: it may be no peer yet for some. */
function carryingKey(accuser: number, offender: PublicId): string {
  return `${String(accuser)}/${toHex(offender.bytes)}`
}

/**
 * Finds malice in the graph, and judges how others accuse it (protocol.md section 8).
 *
 * Each malice is proven by one event, or, for a fork, by two: whatever descends from these bears it out. What a sync event must have accused, and what it may have, follows from
 * its ancestry alone, so all peers judge alike, and a peer that accuses what the ancestry of its coming sync event proves is never accused itself.
 *
 * On a line of self-ancestors only the first event with faults of its own is reported. It is enough to remove the creator, and whoever has many
 * faults cannot make others write as many accusations.
 */
export class Detection<P> {
  readonly #consensus: Consensus
  readonly #events: KnownEvents<P>
  readonly #format: EventFormat<P>
  readonly #ourIndex: number
  readonly refusals: Refusals<P>
  #founders: ReadonlySet<number> = new Set()
  #genesisPayload: number | undefined

  /** Facts by the event that proves them; per lane these events, ascending; per accusation, too. */
  readonly #factsAt = new Map<number, Fact[]>()
  readonly #lanesWithFacts = new Map<number, IntList>()
  readonly #proofs = new Map<string, number[]>()
  readonly #forkers = new Set<number>()

  /** Events with faults of their own, by creator. */
  readonly #faulty: FirstOnLine<number>
  /** Events that accuse, per creator, ascending. */
  readonly #accusing = new Map<number, IntList>()
  /** Those that accuse of one thing, by accuser and accusation. */
  readonly #accused: FirstOnLine<string>
  /** Those that carry an event, by accuser and offender. */
  readonly #carrying: FirstOnLine<string>
  /** Of these, the first of their line. */
  readonly #firstCarrying = new Set<number>()
  /** Events that accusations carry, by accusation; undefined where it is none that its offender has signed. */
  readonly #carried = new Map<string, Event<P> | undefined>()
  /** What we are to accuse, per offender, when the ancestry of an event of ours bears it out: we have refused an event. */
  readonly #pending = new Map<number, Fact>()

  constructor(consensus: Consensus, events: KnownEvents<P>, format: EventFormat<P>, ourIndex: number) {
    this.#consensus = consensus
    this.#events = events
    this.#format = format
    this.#ourIndex = ourIndex
    const { graph } = consensus
    this.refusals = new Refusals(graph, events, consensus.peers)
    this.#faulty = new FirstOnLine(graph)
    this.#accused = new FirstOnLine(graph)
    this.#carrying = new FirstOnLine(graph)
  }

  /** The founding members, by peer index, and their observation. */
  setGenesis(founders: readonly number[], genesis: Observation<P>): void {
    this.#founders = new Set(founders)
    const hash = observationHash(genesis, this.#format.codec)
    this.refusals.setGenesis(hash)
    this.#genesisPayload = this.#consensus.addPayload(genesis, this.#ourIndex, hash)
  }

  /** Takes note of an event that we have refused; we accuse its creator when an ancestry of ours has its parents. One per creator is enough. */
  refused(event: Event<P>, creator: number, kind: RefusedEventKind): void {
    if (creator === this.#ourIndex || event.bytes.length > limits.accusedEventBytes || this.#pending.has(creator))
      return
    this.#pending.set(creator, this.#fact(creator, { kind, eventBytes: event.bytes }))
  }

  /** Judges the newest event of the graph; true if it has faults of its own. */
  added(x: number): boolean {
    const { graph } = this.#consensus
    this.refusals.added(x)
    const creator = graph.creator[x] as number
    if ((graph.lanesOf[creator] as number[]).length > 1) this.#forkers.add(creator)
    const faults = this.#faults(x, creator)
    this.#noteAccusation(x, creator)
    if (isSync(graph.cause[x] as number)) faults.push(...this.#judgeAccusations(x, creator))
    if (faults.length === 0) return false
    if (this.#faulty.add(creator, x)) for (const malice of faults) this.#prove(x, this.#fact(creator, malice))
    return true
  }

  /** What we must accuse before a sync event of ours with these parents. */
  due(selfParent: number, otherParent: number): Accusation[] {
    const { graph } = this.#consensus
    const isItself = isSync(graph.cause[selfParent] as number)
    const before = isItself ? selfParent : (graph.syncSelfAncestor[selfParent] as number)
    const ancestry = new Ancestry(graph, otherParent === none ? [selfParent] : [selfParent, otherParent])
    const due = this.#unaccused(ancestry, before, selfParent, this.#ourIndex)
    for (const [offender, fact] of this.#pending) {
      if (this.#carrying.precedes(carryingKey(this.#ourIndex, fact.accusation.offender), selfParent)) {
        this.#pending.delete(offender)
      } else if (!due.some((other) => other.offender === offender && 'eventBytes' in other.accusation.malice)) {
        if (this.#bearsOut(ancestry, fact)) due.push(fact)
      }
    }
    return due.map(({ accusation }) => accusation)
  }

  /** Is there no proof among an event's ancestors that its creator could know of the addition of a peer? */
  lacksAddition(x: number, peer: number): boolean {
    if (this.#founders.has(peer)) return false
    const { graph, payloads, peers } = this.#consensus
    const { addition } = peers.at(peer)
    if (addition === undefined) return true
    const voters = new Set<number>()
    for (const carrier of payloads.at(addition.payload).carriers.view()) {
      const voter = graph.creator[carrier] as number
      if (addition.voters.includes(voter) && graph.descends(x, carrier)) voters.add(voter)
    }
    return !isSupermajority(voters.size, addition.voters.length)
  }

  // Facts.

  /** As in any network without malice. */
  get #isNothingToJudge(): boolean {
    return this.#lanesWithFacts.size === 0 && this.#forkers.size === 0
  }

  #fact(offender: number, malice: Malice): Fact {
    const accusation: Accusation = { kind: 'Accusation', offender: this.#consensus.peers.at(offender).id, malice }
    return { offender, accusation, id: toHex(observationHash<P>(accusation, this.#format.codec)) }
  }

  #prove(x: number, fact: Fact): void {
    const facts = this.#factsAt.get(x)
    if (facts === undefined) {
      this.#factsAt.set(x, [fact])
      const lane = this.#consensus.graph.lane[x] as number
      const list = this.#lanesWithFacts.get(lane) ?? new IntList(4)
      list.push(x)
      this.#lanesWithFacts.set(lane, list)
    } else facts.push(fact)
    this.#proofs.set(fact.id, [...(this.#proofs.get(fact.id) ?? []), x])
  }

  /** What an ancestry proves and that of `before` does not. */
  #newlyProven(ancestry: Ancestry, before: number): Fact[] {
    const proven: Fact[] = []
    const earlier = new Ancestry(this.#consensus.graph, before === none ? [] : [before])
    for (const [lane, events] of this.#lanesWithFacts) {
      const from = earlier.latestOn(lane)
      const to = ancestry.latestOn(lane)
      for (let i = events.length - 1; i >= 0 && events.at(i) > from; i--) {
        if (events.at(i) <= to) proven.push(...(this.#factsAt.get(events.at(i)) ?? []))
      }
    }
    for (const forker of this.#forkers) {
      const known = earlier.forkPoints(forker)
      for (const point of ancestry.forkPoints(forker)) if (!known.has(point)) proven.push(this.#fork(forker, point))
    }
    return proven
  }

  #fork(forker: number, point: number): Fact {
    return this.#fact(forker, { kind: 'Fork', selfParentHash: point === none ? noHash : this.#events.at(point).hash })
  }

  /** What a peer must accuse with self-parent `selfParent` when the ancestry of its coming sync event is this one, after a last one `before`. */
  #unaccused(ancestry: Ancestry, before: number, selfParent: number, accuser: number): Fact[] {
    if (this.#isNothingToJudge) return []
    const unaccused = new Map<string, Fact>()
    for (const fact of this.#newlyProven(ancestry, before)) {
      const isAccused = this.#accused.precedes(`${String(accuser)}/${fact.id}`, selfParent)
      if (fact.offender !== accuser && !isAccused) unaccused.set(fact.id, fact)
    }
    return [...unaccused.values()]
  }

  // Faults of single events.

  #faults(x: number, creator: number): Malice[] {
    const { graph } = this.#consensus
    const faults: Malice[] = []
    const votesForGenesis = this.#genesisPayload !== undefined && graph.payload[x] === this.#genesisPayload
    const isSecond = graph.indexByCreator[x] === 1
    const isFounder = this.#founders.has(creator)
    const eventHash = this.#events.at(x).hash
    if (votesForGenesis && !(isFounder && isSecond)) faults.push({ kind: 'UnexpectedGenesis', eventHash })
    if (!votesForGenesis && isFounder && isSecond) faults.push({ kind: 'MissingGenesis', eventHash })
    const first = this.#onlyEarlierVote(x, creator)
    if (first !== none) {
      faults.push({ kind: 'DuplicateVote', firstHash: this.#events.at(first).hash, secondHash: eventHash })
    }
    const otherParent = graph.otherParent[x] as number
    if (otherParent !== none && this.lacksAddition(x, graph.creator[otherParent] as number)) {
      faults.push({ kind: 'InvalidGossipCreator', eventHash })
    }
    return faults
  }

  /** The self-ancestor with the same vote, if there is just one; else none. */
  #onlyEarlierVote(x: number, creator: number): number {
    const { graph, payloads } = this.#consensus
    const payload = graph.payload[x] as number
    if (payload === none) return none
    let found: number = none
    for (const carrier of payloads.at(payload).carriers.view()) {
      if (carrier === x || graph.creator[carrier] !== creator || !graph.isSelfAncestor(x, carrier)) continue
      if (found !== none) return none
      found = carrier
    }
    return found
  }

  // Accusations.

  #accusationAt(x: number): Accusation {
    const { graph, payloads } = this.#consensus
    return payloads.at(graph.payload[x] as number).observation as Accusation
  }

  #noteAccusation(x: number, creator: number): void {
    const { graph, payloads } = this.#consensus
    if (graph.cause[x] !== causes.Observation) return
    const { observation, hash } = payloads.at(graph.payload[x] as number)
    if (observation.kind !== 'Accusation' || observation.malice.kind === 'Unprovable') return
    const list = this.#accusing.get(creator) ?? new IntList(4)
    list.push(x)
    this.#accusing.set(creator, list)
    this.#accused.add(`${String(creator)}/${toHex(hash)}`, x)
    if (!('eventBytes' in observation.malice)) return
    if (this.#carrying.add(carryingKey(creator, observation.offender), x)) this.#firstCarrying.add(x)
  }

  /**
   * Judges, at a sync event, the accusations since the last one, and what was not accused. An accusation that carries an event becomes, where it is right, a fact
   * that others must accuse of, too: the first one on the accuser's line against each offender.
   */
  #judgeAccusations(x: number, creator: number): Malice[] {
    if (this.#isNothingToJudge && !this.#accusing.has(creator)) return []
    const { graph } = this.#consensus
    const before = graph.syncSelfAncestor[x] as number
    const selfParent = graph.selfParent[x] as number
    const ancestry = new Ancestry(graph, [x])
    const faults: Malice[] = []
    for (const made of this.#accusationsSince(before, x, creator)) {
      const accusation = this.#accusationAt(made)
      const offender = this.#consensus.peers.indexOf(accusation.offender)
      const fact = offender === undefined ? undefined : this.#fact(offender, accusation.malice)
      if (fact === undefined || !this.#bearsOut(ancestry, fact)) {
        if (faults.length === 0) faults.push({ kind: 'InvalidAccusation', eventHash: this.#events.at(made).hash })
      } else if (this.#firstCarrying.has(made)) this.#prove(x, fact)
    }
    const unaccused = this.#unaccused(ancestry, before, selfParent, creator)
    if (unaccused.length > 0) {
      // One is enough, and must be the same one for all.
      const { accusation } = unaccused.reduce((least, fact) => (fact.id < least.id ? fact : least))
      const accusationHash = observationHash<P>(accusation, this.#format.codec)
      faults.push({ kind: 'Accomplice', eventHash: this.#events.at(x).hash, accusationHash })
    }
    return faults
  }

  #accusationsSince(before: number, x: number, creator: number): number[] {
    const list = this.#accusing.get(creator)
    const since: number[] = []
    if (list === undefined) return since
    for (let i = list.length - 1; i >= 0 && list.at(i) > before; i--) {
      if (this.#consensus.graph.isSelfAncestor(x, list.at(i))) since.push(list.at(i))
    }
    return since.reverse()
  }

  /** Does an ancestry prove what an accusation says? */
  #bearsOut(ancestry: Ancestry, { offender, accusation, id }: Fact): boolean {
    const { malice } = accusation
    if (malice.kind === 'Fork') return this.#bearsOutFork(ancestry, offender, malice.selfParentHash)
    if ('eventBytes' in malice) return this.#bearsOutRefusal(ancestry, offender, accusation, id)
    return this.#proofs.get(id)?.some((proof) => ancestry.includes(proof)) === true
  }

  #bearsOutFork(ancestry: Ancestry, offender: number, selfParentHash: Uint8Array): boolean {
    const point = compareBytes(selfParentHash, noHash) === 0 ? none : this.#events.indexOf(selfParentHash)
    return point !== undefined && ancestry.forkPoints(offender).has(point)
  }

  #bearsOutRefusal(ancestry: Ancestry, offender: number, { malice }: Accusation, id: string): boolean {
    if (!('eventBytes' in malice)) return false
    if (!this.#carried.has(id)) this.#carried.set(id, this.#readSigned(malice.eventBytes, offender))
    const event = this.#carried.get(id)
    if (event === undefined || !this.#showsMember(ancestry, offender)) return false
    const { cause } = event
    const parents = ['selfParent' in cause ? cause.selfParent : undefined]
    if ('otherParent' in cause) parents.push(cause.otherParent)
    const indices = parents.map((hash) => (hash === undefined ? none : this.#events.indexOf(hash)))
    const areThere = indices.every((index) => index === none || (index !== undefined && ancestry.includes(index)))
    return areThere && this.refusals.of(event, offender, indices[0] ?? none, indices[1] ?? none) === malice.kind
  }

  /** Does an ancestry show that the peer is a member? Whether it is one by now depends on what we have decided, and not on the ancestry. */
  #showsMember(ancestry: Ancestry, peer: number): boolean {
    if (this.#founders.has(peer)) return true
    return this.#consensus.graph.lanesOf[peer]?.some((lane) => ancestry.latestOn(lane) !== none) === true
  }

  #readSigned(bytes: Uint8Array, creator: number): Event<P> | undefined {
    try {
      const reader = new Reader(bytes)
      const event = Event.decode(reader, this.#format)
      reader.end()
      event.verify()
      return event.creator.compareTo(this.#consensus.peers.at(creator).id) === 0 ? event : undefined
    } catch (error) {
      if (error instanceof ParsecError) return undefined
      throw error
    }
  }
}
