// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { limits } from '../base/limits.ts'
import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'
import { isSync } from '../wire/cause.ts'
import type { Event, EventFormat } from '../wire/event.ts'
import type { Malice } from '../wire/malice.ts'
import { observationHash } from '../wire/observation.ts'
import type { Accusation, Observation } from '../wire/observation.ts'
import { Ancestry, FirstOnLine } from '../graph/ancestry.ts'
import { none } from '../graph/graph.ts'
import type { KnownEvents } from '../graph/known-events.ts'
import type { Consensus } from '../consensus/consensus.ts'
import { Accusations, carriedBy } from './accusations.ts'
import type { Carried } from './accusations.ts'
import { Facts } from './facts.ts'
import type { Fact } from './facts.ts'
import { Refusals } from './refusal.ts'

/** Malice that we know of, and that we can accuse once certain events are among our ancestors. */
interface Pending {
  readonly fact: Fact
  /** The ids of these events. */
  readonly needs: readonly string[]
}

/**
 * Finds malice in the graph, and checks the accusations that others make (protocol.md section 8).
 *
 * Which accusations the creator of a sync event must have made before it, and which it may have
 * made, follows from the ancestry of the sync event alone. So all peers come to the same result. A
 * correct peer accuses exactly what the ancestry of its next sync event will prove, and is never
 * accused.
 *
 * Where a peer makes several faulty events in a row, only the first one is reported. That is enough
 * to remove the peer, and it cannot make the others write many accusations by making many faults.
 */
export class Detection<P> {
  readonly #consensus: Consensus
  readonly #events: KnownEvents<P>
  readonly #format: EventFormat<P>
  readonly #ourIndex: number
  readonly refusals: Refusals<P>
  readonly facts: Facts<P>
  readonly #accusations: Accusations
  #founders: ReadonlySet<number> = new Set()
  #genesisPayload: number | undefined
  /** Per creator, the first event with faults on each line. */
  readonly #faulty: FirstOnLine<number>
  /** Per creator and payload, the first event on each line that repeats the vote. */
  readonly #repeating: FirstOnLine<string>
  /**
   * What nobody knows of unless we accuse it, and what we cannot accuse yet: events that we have
   * refused, and wrong shares of coins. Of each of the two, per offender.
   */
  readonly #pending: Readonly<Record<Carried, Map<number, Pending[]>>> = { event: new Map(), share: new Map() }

  constructor(consensus: Consensus, events: KnownEvents<P>, format: EventFormat<P>, ourIndex: number) {
    this.#consensus = consensus
    this.#events = events
    this.#format = format
    this.#ourIndex = ourIndex
    this.refusals = new Refusals(consensus, events)
    this.facts = new Facts(consensus, events, format, (...event) => this.refusals.of(...event))
    this.#accusations = new Accusations(consensus)
    this.#faulty = new FirstOnLine(consensus.graph)
    this.#repeating = new FirstOnLine(consensus.graph)
  }

  /** Sets the founders, by peer index, and the observation that they vote for. */
  setGenesis(founders: readonly number[], genesis: Observation<P>): void {
    this.#founders = new Set(founders)
    const hash = observationHash(genesis, this.#format.codec)
    this.refusals.setGenesis(hash)
    this.#genesisPayload = this.#consensus.addPayload(genesis, this.#ourIndex, hash)
  }

  /** The peer indices of those who accuse a peer of malice that a graph can prove. */
  accusersOf(offender: PublicId): ReadonlySet<number> {
    return this.#accusations.accusersOf(offender)
  }

  /**
   * Takes note of an event that we have refused. We accuse its creator once the parents of the
   * refused event are among the ancestors of an event of ours.
   */
  refused(event: Event<P>, creator: number, kind: RefusedEventKind): void {
    if (event.bytes.length > limits.accusedEventBytes) return
    this.#suspect('event', this.facts.of(creator, { kind, eventBytes: event.bytes }), event.parents)
  }

  #suspect(carried: Carried, fact: Fact, needs: readonly string[]): void {
    const ofOffender = this.#pending[carried].get(fact.offender) ?? []
    if (fact.offender === this.#ourIndex || ofOffender.length >= limits.refusedEvents) return
    ofOffender.push({ fact, needs })
    this.#pending[carried].set(fact.offender, ofOffender)
  }

  /** Takes note of wrong shares that elections have found. Their events are in the graph. */
  #suspectWrongShares(): void {
    for (const { x, place } of this.#consensus.thresholdCoin?.takeWrong() ?? []) {
      const { id, hash } = this.#events.at(x)
      const offender = this.#consensus.graph.creator[x] as number
      this.#suspect('share', this.facts.of(offender, { kind: 'WrongCoinShare', eventHash: hash, place }), [id])
    }
  }

  /** Checks the newest event of the graph; true if the event itself is faulty. */
  added(x: number): boolean {
    const { graph } = this.#consensus
    this.refusals.added(x)
    this.#accusations.added(x)
    this.#suspectWrongShares()
    const creator = graph.creator[x] as number
    if ((graph.lanesOf[creator] as number[]).length > 1) this.facts.forked(creator)
    const faults = this.#faults(x, creator)
    if (isSync(graph.cause[x] as number)) faults.push(...this.#judgeAccusations(x, creator))
    if (faults.length === 0) return false
    if (this.#faulty.add(creator, x)) for (const malice of faults) this.facts.prove(x, this.facts.of(creator, malice))
    return true
  }

  /** The accusations that we must make before we make a sync event with these parents. */
  due(selfParent: number, otherParent: number): Accusation[] {
    return this.#dueFacts(selfParent, otherParent).map(({ accusation }) => accusation)
  }

  /**
   * When we have proof of malice that is not in the ancestry of the last event of ours: an event that
   * we should take as other-parent, so that the proof comes into our ancestry and we can accuse.
   * Undefined if there is none.
   */
  evidenceFor(last: number): number | undefined {
    const { graph } = this.#consensus
    if (this.facts.areNone && this.#pending.event.size === 0 && this.#pending.share.size === 0) return undefined
    const ancestry = new Ancestry(graph, [last])
    for (const tip of [...this.facts.unseenFrom(last), ...this.#neededByPending()]) {
      if (ancestry.includes(tip) || this.refusals.ofDescent(this.#ourIndex, last, tip) !== undefined) continue
      if (this.#dueFacts(last, tip).some((fact) => !this.facts.bearsOut(ancestry, fact))) return tip
    }
    return undefined
  }

  // Which accusations must be made.

  #dueFacts(selfParent: number, otherParent: number): Fact[] {
    const { graph, peers } = this.#consensus
    const ancestry = new Ancestry(graph, otherParent === none ? [selfParent] : [selfParent, otherParent])
    const due = this.#unaccused(ancestry, graph.latestSync(selfParent), selfParent)
    for (const carried of ['event', 'share'] as const) {
      for (const [offender, ofOffender] of this.#pending[carried]) {
        const isDue = ({ offender: other, accusation }: Fact): boolean =>
          other === offender && carriedBy(accusation.malice) === carried
        if (this.#accusations.carry(carried, peers.at(offender).id, selfParent)) this.#pending[carried].delete(offender)
        else if (!due.some(isDue)) {
          const proven = ofOffender.find(({ fact }) => this.facts.bearsOut(ancestry, fact))
          if (proven !== undefined) due.push(proven.fact)
        }
      }
    }
    return due
  }

  *#neededByPending(): IterableIterator<number> {
    for (const ofKind of Object.values(this.#pending)) {
      for (const { needs } of [...ofKind.values()].flat()) {
        for (const id of needs) yield this.#events.indexOfId(id) ?? none
      }
    }
  }

  /**
   * What the creator of `selfParent` must still accuse before its next sync event.
   *
   * @param ancestry - the ancestors of that next sync event
   * @param before - the creator's last sync event
   */
  #unaccused(ancestry: Ancestry, before: number, selfParent: number): Fact[] {
    if (this.facts.areNone) return []
    const accuser = this.#consensus.graph.creator[selfParent]
    const unaccused = new Map<string, Fact>()
    for (const fact of this.facts.newlyProven(ancestry, before)) {
      if (fact.offender !== accuser && !this.#accusations.include(fact.id, selfParent)) unaccused.set(fact.id, fact)
    }
    return [...unaccused.values()]
  }

  /** The accusation that an event makes; undefined if we have never met the offender. */
  #madeAt(x: number): Fact | undefined {
    const { offender, malice } = this.#accusations.at(x)
    const peer = this.#consensus.peers.indexOf(offender)
    return peer === undefined ? undefined : this.facts.of(peer, malice)
  }

  // Faults.

  #faults(x: number, creator: number): Malice[] {
    const { graph } = this.#consensus
    const faults: Malice[] = []
    const votesForGenesis = this.#genesisPayload !== undefined && graph.payload[x] === this.#genesisPayload
    const isSecond = graph.indexByCreator[x] === 1
    const isFounder = this.#founders.has(creator)
    const eventHash = this.#events.at(x).hash
    if (votesForGenesis && !(isFounder && isSecond)) faults.push({ kind: 'UnexpectedGenesis', eventHash })
    if (!votesForGenesis && isFounder && isSecond) faults.push({ kind: 'MissingGenesis', eventHash })
    if (this.#consensus.thresholdCoin?.isFaulty(x) === true) faults.push({ kind: 'InvalidCoinShare', eventHash })
    const first = this.#repeatedVote(x, creator)
    if (first !== none) {
      faults.push({ kind: 'DuplicateVote', firstHash: this.#events.at(first).hash, secondHash: eventHash })
    }
    return faults
  }

  /** If x is the first on its line to repeat a vote, the event with the first vote; else none. */
  #repeatedVote(x: number, creator: number): number {
    const { graph, payloads } = this.#consensus
    const payload = graph.payload[x] as number
    if (payload === none) return none
    for (const y of payloads.at(payload).carriers.view()) {
      if (y === x || graph.creator[y] !== creator || !graph.isSelfAncestor(x, y)) continue
      return this.#repeating.add(`${String(creator)}/${String(payload)}`, x) ? y : none
    }
    return none
  }

  /**
   * Do these ancestors prove what an accusation among them says? To find that a share is wrong we check
   * it only for the first such accusation of a line against each offender: a correct peer makes no
   * second one but of what is proven already. So false accusations do not make us check many shares.
   */
  #bearsOut(ancestry: Ancestry, fact: Fact, made: number): boolean {
    const isOfShare = fact.accusation.malice.kind === 'WrongCoinShare'
    if (isOfShare && !this.#accusations.isFirstCarrying(made)) return this.facts.areProven(ancestry, fact.id)
    return this.facts.bearsOut(ancestry, fact)
  }

  /**
   * Checks, at a sync event, the accusations that its creator made since its last one, and whether
   * any are missing. A correct accusation of a refused event or a wrong share becomes a fact that others
   * must accuse, too; on the accuser's line only the first of each against each offender does.
   */
  #judgeAccusations(x: number, creator: number): Malice[] {
    if (this.facts.areNone && !this.#accusations.haveBeenMadeBy(creator)) return []
    const { graph } = this.#consensus
    const selfParent = graph.selfParent[x] as number
    const before = graph.latestSync(selfParent)
    const ancestry = new Ancestry(graph, [x])
    const faults: Malice[] = []
    for (const made of this.#accusations.since(before, selfParent)) {
      const fact = this.#madeAt(made)
      if (fact === undefined || !this.#bearsOut(ancestry, fact, made)) {
        if (faults.length === 0) faults.push({ kind: 'InvalidAccusation', eventHash: this.#events.at(made).hash })
      } else if (this.#accusations.isFirstCarrying(made)) this.facts.prove(x, fact)
    }
    const unaccused = this.#unaccused(ancestry, before, selfParent)
    if (unaccused.length > 0) {
      // One is enough. All peers must choose the same one, so it is the one with the smallest id.
      const { accusation } = unaccused.reduce((least, fact) => (fact.id < least.id ? fact : least))
      const accusationHash = observationHash<P>(accusation, this.#format.codec)
      faults.push({ kind: 'Accomplice', eventHash: this.#events.at(x).hash, accusationHash })
    }
    return faults
  }
}
