// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import { ParsecError } from '../base/errors.ts'
import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'
import type { IdentityScheme } from '../crypto/identity.ts'
import { SignedHeader } from '../wire/event-header.ts'
import type { EventHeader } from '../wire/event-header.ts'
import { maliceText } from '../wire/malice.ts'
import type { Malice } from '../wire/malice.ts'
import { accusationOf } from '../wire/observation.ts'
import type { Accusation } from '../wire/observation.ts'
import { Ancestry } from '../graph/ancestry.ts'
import { none } from '../graph/graph.ts'
import type { KnownEvents } from '../graph/known-events.ts'
import type { Consensus } from '../consensus/consensus.ts'

/** Malice of a peer, with the accusation of it. */
export interface Fact {
  /** The peer index of who did it. */
  readonly offender: number
  readonly accusation: Accusation
  /** The grounds of the accusation. */
  readonly malice: Malice
  /** Tells this fact from all others in this graph. */
  readonly id: string
  /** The same for all facts for which the accusation is the same. */
  readonly charge: string
}

/** Tells why an event with these parents is refused; undefined if it is not. */
type Refuse = (
  event: EventHeader,
  creator: number,
  selfParent: number,
  otherParent: number,
) => RefusedEventKind | undefined

/**
 * Tells which malice an ancestry proves (protocol.md section 8). A fork is proven by two
 * self-children of one event. An accusation of a refused event is proven by the parents of that
 * event. One that names a wrong share is proven by the event with the share, but only checking the
 * share shows that. All other malice is proven by a single event of the ancestry.
 */
export class Facts<P> {
  readonly #consensus: Consensus
  readonly #events: KnownEvents<P>
  readonly #identities: IdentityScheme
  readonly #refuse: Refuse
  /** The facts that an event proves. */
  readonly #at = new Map<number, Fact[]>()
  /** The events that prove facts, per lane, in ascending order. */
  readonly #lanes = new Map<number, IntList>()
  /** The events that prove a fact, by the accusation's id. */
  readonly #proofs = new Map<string, number[]>()
  /** The peers that have more than one lane. */
  readonly #forkers = new Set<number>()
  /**
   * The headers that accusations carry, by the fact's id. Undefined if the offender has not signed
   * it.
   */
  readonly #carried = new Map<string, SignedHeader | undefined>()

  constructor(consensus: Consensus, events: KnownEvents<P>, identities: IdentityScheme, refuse: Refuse) {
    this.#consensus = consensus
    this.#events = events
    this.#identities = identities
    this.#refuse = refuse
  }

  /** Is there no fact at all? This is the case in every network without malice. */
  get areNone(): boolean {
    return this.#lanes.size === 0 && this.#forkers.size === 0
  }

  /**
   * Makes a fact.
   *
   * @param offender - the offender's peer index
   */
  of(offender: number, malice: Malice): Fact {
    const accusation = accusationOf(this.#consensus.peers.at(offender).id, malice)
    const of = `${String(offender)}/`
    return { offender, accusation, malice, id: of + maliceText(malice, 'whole'), charge: of + accusation.charge }
  }

  /** Takes note that an event proves a fact. */
  prove(x: number, fact: Fact): void {
    const facts = this.#at.get(x)
    if (facts === undefined) {
      this.#at.set(x, [fact])
      const lane = this.#consensus.graph.lane[x] as number
      const list = this.#lanes.get(lane) ?? new IntList(4)
      list.push(x)
      this.#lanes.set(lane, list)
    } else facts.push(fact)
    this.#proofs.set(fact.id, [...(this.#proofs.get(fact.id) ?? []), x])
  }

  /** Takes note of a peer with more than one lane. */
  forked(peer: number): void {
    this.#forkers.add(peer)
  }

  /**
   * The facts that these ancestors prove, without those that the ancestors of `before` prove
   * already.
   */
  newlyProven(ancestry: Ancestry, before: number): Fact[] {
    const proven: Fact[] = []
    const earlier = new Ancestry(this.#consensus.graph, before === none ? [] : [before])
    for (const [lane, events] of this.#lanes) {
      const from = earlier.latestOn(lane)
      const to = ancestry.latestOn(lane)
      for (let i = events.length - 1; i >= 0 && events.at(i) > from; i--) {
        if (events.at(i) <= to) proven.push(...(this.#at.get(events.at(i)) ?? []))
      }
    }
    for (const forker of this.#forkers) {
      const known = earlier.forkPoints(forker)
      for (const point of ancestry.forkPoints(forker)) if (!known.has(point)) proven.push(this.#fork(forker, point))
    }
    return proven
  }

  /** Do these ancestors prove the fact? */
  bearsOut(ancestry: Ancestry, { offender, malice, id }: Fact): boolean {
    if (malice.kind === 'Fork') {
      const point = this.#events.indexOf(malice.selfParentHash)
      return point !== undefined && ancestry.forkPoints(offender).has(point)
    }
    if ('signedHeader' in malice) return this.#bearsOutRefusal(ancestry, offender, malice, id)
    if (this.#areProven(ancestry, id)) return true
    return malice.kind === 'WrongCoinShare' && this.#includesWrongShare(ancestry, offender, malice)
  }

  /** Does a single event among these ancestors prove the fact, by its id? */
  #areProven(ancestry: Ancestry, id: string): boolean {
    return this.#proofs.get(id)?.some((proof) => ancestry.includes(proof)) === true
  }

  /**
   * Finds events that prove malice together with their ancestors. Undefined if the graph does not
   * prove it.
   */
  proofOf(id: PublicId, malice: Malice): readonly number[] | undefined {
    const { graph, peers } = this.#consensus
    const offender = peers.indexOf(id)
    if (offender === undefined || malice.kind === 'Unprovable') return undefined
    const fact = this.of(offender, malice)
    const [proof] = this.#proofs.get(fact.id) ?? []
    // Judging a share takes the key, which follows from everything that was decided: so it takes
    // the whole graph.
    const isOfShare = malice.kind === 'InvalidCoinShare' || malice.kind === 'WrongCoinShare'
    if (proof !== undefined) return isOfShare ? graph.tips() : [proof]
    if (!this.bearsOut(new Ancestry(graph, graph.tips()), fact)) return undefined
    return malice.kind === 'Fork'
      ? this.#childrenOf(offender, this.#events.indexOf(malice.selfParentHash))
      : graph.tips()
  }

  /**
   * Events that are not among x's ancestors, and that may prove more to an event of ours that has
   * them as ancestors.
   */
  *unseenFrom(x: number): IterableIterator<number> {
    const { graph } = this.#consensus
    for (const [lane, events] of this.#lanes) {
      const latest = events.at(events.length - 1)
      if (latest > graph.latestOn(x, lane)) yield latest
    }
    for (const forker of this.#forkers) {
      for (const lane of graph.lanesOf[forker] ?? []) {
        const next = graph.firstNotCoveredBy(x, lane)
        if (next !== none) yield next
      }
    }
  }

  #fork(forker: number, point: number): Fact {
    return this.of(forker, { kind: 'Fork', selfParentHash: this.#events.at(point).hash })
  }

  /** Two events of the offender that follow the event at which it forked. */
  #childrenOf(offender: number, point: number | undefined): number[] {
    const { graph } = this.#consensus
    return (graph.lanesOf[offender] ?? [])
      .map((lane) => graph.laneEvents[lane]?.view().find((x) => graph.selfParent[x] === point) ?? none)
      .filter((x) => x !== none)
      .slice(0, 2)
  }

  #includesWrongShare(
    ancestry: Ancestry,
    offender: number,
    { eventHash, place }: Extract<Malice, { kind: 'WrongCoinShare' }>,
  ): boolean {
    const x = this.#events.indexOf(eventHash)
    if (x === undefined || this.#consensus.graph.creator[x] !== offender || !ancestry.includes(x)) return false
    return this.#consensus.isWrongShare({ x, place })
  }

  #bearsOutRefusal(
    ancestry: Ancestry,
    offender: number,
    { kind, signedHeader }: Extract<Malice, { signedHeader: Uint8Array }>,
    id: string,
  ): boolean {
    if (!this.#carried.has(id)) this.#carried.set(id, this.#readSigned(signedHeader, offender))
    const header = this.#carried.get(id)
    if (header === undefined || !this.#showsMember(ancestry, offender)) return false
    const indices = header.parents.map((parent) => this.#events.indexOfId(parent))
    const areThere = indices.every((index) => index !== undefined && ancestry.includes(index))
    return areThere && this.#refuse(header, offender, indices[0] ?? none, indices[1] ?? none) === kind
  }

  /**
   * Do these ancestors show that the peer is a member? It is not enough that we have decided so:
   * others who judge the same ancestors may not have decided it yet.
   */
  #showsMember(ancestry: Ancestry, peer: number): boolean {
    const { graph, peers } = this.#consensus
    if (peers.at(peer).member && peers.at(peer).admission === undefined) return true
    return graph.lanesOf[peer]?.some((lane) => ancestry.latestOn(lane) !== none) === true
  }

  #readSigned(signedHeader: Uint8Array, creator: number): SignedHeader | undefined {
    try {
      const header = new SignedHeader(signedHeader, this.#identities)
      if (!header.creator.equals(this.#consensus.peers.at(creator).id)) return undefined
      header.verify()
      return header
    } catch (error) {
      if (error instanceof ParsecError) return undefined
      throw error
    }
  }
}
