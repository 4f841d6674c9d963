// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { compareBytes } from '../base/encoding.ts'
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
import { Accusations } from './accusations.ts'
import { Facts } from './facts.ts'
import type { Fact } from './facts.ts'
import { Refusals } from './refusal.ts'

/** Must others be told of it by an accusation: is it in no graph, or found only by whoever looks for it? */
function mustBeTold(malice: Malice): boolean {
  return 'signedHeader' in malice || malice.kind === 'WrongCoinShare'
}

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
 * It makes each charge against a peer once, on any grounds that it has: that is enough to remove the
 * peer, and it cannot make the others write many accusations by many faults. Where a peer makes
 * several faulty events in a row, only the first one counts at all.
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
   * What others learn only from an accusation and we cannot accuse yet: events that we have refused,
   * and wrong shares of coins. By what we will charge with it, see {@link Fact.charge}.
   */
  readonly #pending = new Map<string, Pending[]>()

  constructor(consensus: Consensus, events: KnownEvents<P>, format: EventFormat<P>, ourIndex: number) {
    this.#consensus = consensus
    this.#events = events
    this.#format = format
    this.#ourIndex = ourIndex
    this.refusals = new Refusals(consensus, events)
    this.facts = new Facts(consensus, events, format.identities, (...event) => this.refusals.of(...event))
    this.#accusations = new Accusations(consensus)
    this.#faulty = new FirstOnLine(consensus.graph)
    this.#repeating = new FirstOnLine(consensus.graph)
  }

  /** Sets the founders, by peer index, and the observation that they vote for. */
  setGenesis(founders: readonly number[], genesis: Observation<P>): void {
    this.#founders = new Set(founders)
    const hash = this.#hashOf(genesis)
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
    this.#suspect(this.facts.of(creator, { kind, signedHeader: event.signedHeader() }), event.parents)
  }

  #suspect(fact: Fact, needs: readonly string[]): void {
    const pending = this.#pending.get(fact.charge) ?? []
    if (fact.offender === this.#ourIndex || pending.length >= limits.refusedEvents) return
    pending.push({ fact, needs })
    this.#pending.set(fact.charge, pending)
  }

  /** Takes note of wrong shares that elections have found. Their events are in the graph. */
  #suspectWrongShares(): void {
    for (const { x, place } of this.#consensus.thresholdCoin?.takeWrong() ?? []) {
      const { id, hash } = this.#events.at(x)
      const offender = this.#consensus.graph.creator[x] as number
      this.#suspect(this.facts.of(offender, { kind: 'WrongCoinShare', eventHash: hash, place }), [id])
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
  due(selfParent: number, otherParent: number): Fact[] {
    const { graph } = this.#consensus
    const ancestry = new Ancestry(graph, otherParent === none ? [selfParent] : [selfParent, otherParent])
    const due = this.#unaccused(ancestry, graph.latestSync(selfParent), selfParent)
    for (const [charge, pending] of this.#pending) {
      const isMade = pending.some(({ fact }) => this.#accusations.include(fact.accusation, selfParent))
      if (isMade) this.#pending.delete(charge)
      else if (!due.has(charge)) {
        const proven = pending.find(({ fact }) => this.facts.bearsOut(ancestry, fact))
        if (proven !== undefined) due.set(charge, proven.fact)
      }
    }
    return [...due.values()]
  }

  /**
   * The grounds on which an accusation was made and that the graph proves, with events that prove
   * them together with their ancestors. Undefined if there are none.
   */
  proofOf(accusation: Accusation): { readonly grounds: Malice; readonly events: readonly number[] } | undefined {
    for (const grounds of this.#accusations.groundsOf(accusation)) {
      const events = this.facts.proofOf(accusation.offender, grounds)
      if (events !== undefined) return { grounds, events }
    }
    return undefined
  }

  /**
   * When we have proof of malice that is not in the ancestry of the last event of ours: an event that
   * we should take as other-parent, so that the proof comes into our ancestry and we can accuse.
   * Undefined if there is none.
   */
  evidenceFor(last: number): number | undefined {
    const { graph } = this.#consensus
    if (this.facts.areNone && this.#pending.size === 0) return undefined
    const ancestry = new Ancestry(graph, [last])
    const isDue = new Set(this.due(last, none).map(({ charge }) => charge))
    for (const tip of [...this.facts.unseenFrom(last), ...this.#neededByPending()]) {
      if (ancestry.includes(tip) || this.refusals.ofDescent(this.#ourIndex, last, tip) !== undefined) continue
      if (this.due(last, tip).some(({ charge }) => !isDue.has(charge))) return tip
    }
    return undefined
  }

  // Which accusations must be made.

  *#neededByPending(): IterableIterator<number> {
    for (const pending of this.#pending.values()) {
      for (const { needs } of pending) {
        for (const id of needs) yield this.#events.indexOfId(id) ?? none
      }
    }
  }

  /**
   * What the creator of `selfParent` must still accuse before its next sync event: of each charge
   * one fact, by the charge.
   *
   * @param ancestry - the ancestors of that next sync event
   * @param before - the creator's last sync event
   */
  #unaccused(ancestry: Ancestry, before: number, selfParent: number): Map<string, Fact> {
    const accuser = this.#consensus.graph.creator[selfParent]
    const unaccused = new Map<string, Fact>()
    if (this.facts.areNone) return unaccused
    for (const fact of this.facts.newlyProven(ancestry, before)) {
      if (fact.offender === accuser || unaccused.has(fact.charge)) continue
      if (!this.#accusations.include(fact.accusation, selfParent)) unaccused.set(fact.charge, fact)
    }
    return unaccused
  }

  /** The accusation that an event makes; undefined if we have never met the offender. */
  #madeAt(x: number): Fact | undefined {
    const { offender, grounds } = this.#accusations.at(x)
    const peer = this.#consensus.peers.indexOf(offender)
    return peer === undefined ? undefined : this.facts.of(peer, grounds)
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
   * Checks, at a sync event, the accusations that its creator made since its last one, and whether
   * any are missing. A correct accusation of a refused event or a wrong share becomes a fact that others
   * must accuse, too. On the accuser's line there is one of each against each offender, so false ones
   * do not make us check many shares.
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
      if (fact === undefined || !this.facts.bearsOut(ancestry, fact)) {
        if (faults.length === 0) faults.push({ kind: 'InvalidAccusation', eventHash: this.#events.at(made).hash })
      } else if (mustBeTold(fact.malice)) this.facts.prove(x, fact)
    }
    const unaccused = this.#unaccused(ancestry, before, selfParent)
    if (unaccused.size > 0) {
      // One is enough. All peers must choose the same one, so it is the one with the smallest hash.
      const hashes = [...unaccused.values()].map(({ accusation }) => this.#hashOf(accusation))
      const accusationHash = hashes.reduce((least, hash) => (compareBytes(hash, least) < 0 ? hash : least))
      faults.push({ kind: 'Accomplice', eventHash: this.#events.at(x).hash, accusationHash })
    }
    return faults
  }

  #hashOf(observation: Observation<P>): Uint8Array {
    return observationHash(observation, this.#format.codec)
  }
}
