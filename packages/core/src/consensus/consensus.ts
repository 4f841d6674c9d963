// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../base/public-id.ts'
import type { KeyScheme } from '../crypto/shared-key/key-scheme.ts'
import { causeKinds } from '../wire/cause.ts'
import type { CauseKind } from '../wire/cause.ts'
import type { CoinShares } from '../wire/coin-shares.ts'
import type { ConsensusMode } from '../wire/format.ts'
import type { Malice } from '../wire/malice.ts'
import { isSingle, removedBy, sortedIds } from '../wire/observation.ts'
import type { DkgResult, Observation } from '../wire/observation.ts'
import { GossipGraph, none } from '../graph/graph.ts'
import { Payloads } from '../graph/payloads.ts'
import type { PeerState } from '../graph/peers.ts'
import { PeerList } from '../graph/peers.ts'
import { predictableCoin } from '../election/coin.ts'
import type { CoinKind } from '../election/coin.ts'
import { Election } from '../election/election.ts'
import type { Decision } from '../election/election.ts'
import { ThresholdCoin } from '../election/threshold-coin.ts'
import type { SharePlace } from '../election/threshold-coin.ts'
import type { SeenThrough } from '../election/voters.ts'
import { Conclusions } from './conclusions.ts'
import { GraphInspection } from './inspection.ts'
import type { Inspected } from './inspection.ts'
import { DkgRuns } from './dkg.ts'
import type { DkgParticipant } from './dkg.ts'
import { Membership } from './membership.ts'
import type { Format } from '../wire/format.ts'
import type { DecisionView, Inspection } from './views.ts'

export interface ConsensusOptions {
  /** How many votes a payload needs; by default a supermajority. */
  readonly mode?: ConsensusMode | undefined
  /** Whose events count for "strongly sees"; by default those of the voters. */
  readonly seenThrough?: SeenThrough | undefined
  /** The coin of elections; by default the predictable one. */
  readonly coin?: CoinKind | undefined
  /**
   * The kind of keys that are generated. Without it, key generations have no effect, as in recorded
   * graphs.
   */
  readonly keys?: KeyScheme | undefined
  /** The secrets of the peer whose graph it is, if it takes part in key generations. */
  readonly dkgParticipant?: DkgParticipant | undefined
  /** The index of the peer whose graph it is. */
  readonly ourIndex?: number | undefined
  /** Prints payloads in inspections. */
  readonly format?: Pick<Format<unknown>, 'codec'> | undefined
  /**
   * Called at each decision, while the decided election can still be inspected. It must not change
   * anything.
   */
  readonly onDecision?: ((decision: DecisionView, inspection: Inspection) => void) | undefined
}

/** What a decision put out. */
export interface Outcome {
  /**
   * The decided payloads, in their order. If one of them removes us, it is the last. An Add that added
   * nobody is not among them.
   */
  readonly payloads: readonly number[]
  /** The voters of the election, by peer index. */
  readonly voters: readonly number[]
  /** Generated keys for the application, each under the payload that completed its generation. */
  readonly keys: ReadonlyMap<number, DkgResult>
}

/** An event, with numbers for peers, events and payloads. */
export interface EventInput {
  readonly creator: number
  readonly cause: CauseKind
  readonly selfParent?: number | undefined
  readonly otherParent?: number | undefined
  readonly recipient?: number | undefined
  readonly payload?: number | undefined
  /** Its shares of coins. Their election must have begun. */
  readonly coins?: CoinShares | undefined
  /** The grounds of the accusation that it makes. */
  readonly grounds?: Malice | undefined
}

const noOutcomes: readonly Outcome[] = []

/**
 * The gossip graph, the election and the members, over plain numbers: without signatures and
 * messages. `Parsec` is built on it; replays of recorded graphs, tests and benchmarks use it
 * directly. It trusts its caller: parents must exist, and the numbers must be right.
 */
export class Consensus implements Inspected {
  readonly graph = new GossipGraph()
  readonly payloads = new Payloads()
  readonly peers = new PeerList()
  readonly election: Election
  /** The coin of section 11; undefined if the coin is another one. */
  readonly thresholdCoin: ThresholdCoin | undefined
  /** Undefined if key generations have no effect. */
  readonly dkgRuns: DkgRuns | undefined
  /** Undefined if the graph belongs to no peer. */
  readonly conclusions: Conclusions | undefined
  readonly mode: ConsensusMode
  readonly seenThrough: SeenThrough
  readonly coin: CoinKind
  readonly ourIndex: number | undefined
  readonly #options: ConsensusOptions
  readonly #membership: Membership
  readonly #history: number[] = []
  readonly #voterSets: { readonly from: number; readonly voters: readonly number[] }[] = []
  readonly #coins = new Map<number, CoinShares>()
  readonly #grounds = new Map<number, Malice>()
  /** The key for the coin of the present voters, once it is generated. */
  #coinKeys: DkgResult | undefined
  #elections = 0
  #stopped = false

  constructor(options: ConsensusOptions = {}) {
    this.#options = options
    this.mode = options.mode ?? 'supermajority'
    this.seenThrough = options.seenThrough ?? 'voters'
    this.ourIndex = options.ourIndex
    this.coin = options.coin ?? 'predictable'
    this.thresholdCoin = this.coin === 'threshold' ? new ThresholdCoin(this.graph) : undefined
    this.dkgRuns = options.keys && new DkgRuns(options.keys, options.dkgParticipant)
    this.conclusions = this.ourIndex === undefined ? undefined : new Conclusions(this.graph, this.ourIndex)
    const { graph, payloads, peers, dkgRuns, conclusions, ourIndex } = this
    this.#membership = new Membership({ graph, payloads, peers, dkgRuns, conclusions, ourIndex })
    const coin = this.thresholdCoin ?? predictableCoin
    this.election = new Election(graph, payloads, peers, this.seenThrough, coin, (x) => this.#mayRecord(x))
  }

  /** Returns the peer's index. A peer that was never met gets a new one. */
  addPeer(id: PublicId, state: PeerState): number {
    return this.peers.add(id, state)
  }

  /** Sets the first voters (protocol.md section 3). Call it before the first event is inserted. */
  setVoters(voters: readonly number[]): void {
    for (const peer of voters) this.peers.setMember(peer)
    this.election.setVoters(voters)
    this.#voterSets.push({ from: 0, voters })
    this.thresholdCoin?.startElection(0, this.#idsOf(voters), undefined)
  }

  /**
   * Returns the index of a payload, which is that of its observation key. A payload that was never
   * met gets a new one. In single mode the creator of the vote is part of the key.
   */
  addPayload(observation: Observation<unknown>, creator: number, hash: Uint8Array): number {
    const voter = isSingle(observation.kind, this.mode) ? { index: creator, id: this.peers.at(creator).id } : undefined
    return this.payloads.intern(observation, hash, voter)
  }

  /**
   * Inserts an event, whose parents must be in the graph. Call {@link Consensus.decide} after it.
   *
   * @returns the event's index
   */
  insert(event: EventInput): number {
    const payload = event.payload ?? none
    const index = this.graph.insert(
      event.creator,
      causeKinds.indexOf(event.cause),
      event.selfParent ?? none,
      event.otherParent ?? none,
      event.recipient ?? none,
      payload,
    )
    if (event.creator === this.ourIndex) this.conclusions?.made(index)
    if (payload !== none) this.#carry(index, payload)
    if (event.grounds !== undefined) this.#grounds.set(index, event.grounds)
    if (event.coins !== undefined) {
      this.#coins.set(index, event.coins)
      this.thresholdCoin?.added(index, this.peers.at(event.creator).id, event.coins)
    }
    this.election.added(index)
    return index
  }

  /** The name of the kind of keys that are generated; undefined if key generations have no effect. */
  get keys(): string | undefined {
    return this.#options.keys?.name
  }

  /** The shares of coins that an event carries. */
  coinsOf(x: number): CoinShares | undefined {
    return this.#coins.get(x)
  }

  /** The grounds of the accusation that an event makes. */
  groundsOf(x: number): Malice | undefined {
    return this.#grounds.get(x)
  }

  /** Is the share at this place in an event wrong (section 11)? False if there is none. */
  isWrongShare(share: SharePlace): boolean {
    return this.thresholdCoin?.isWrong(share) === true
  }

  /** The indices of the decided payloads, in their order. */
  history(): readonly number[] {
    return this.#history
  }

  /** The voters, by peer index, each time with the first election in which they voted. */
  get voterSets(): readonly { readonly from: number; readonly voters: readonly number[] }[] {
    return this.#voterSets
  }

  /** How many elections are decided; also the number of the one under way. */
  get elections(): number {
    return this.#elections
  }

  /** A live, read-only view of graph, election and peers. */
  inspect(): Inspection {
    return new GraphInspection(this, this.#options.format)
  }

  /**
   * Has this election not begun yet? Then shares of its coins cannot be judged. (If we are removed,
   * later elections never begin for us.)
   */
  isToCome(election: number): boolean {
    return election > this.#elections
  }

  /** Do the ancestors of these events not show that the peer was added? See `Membership`. */
  lacksAdmission(peer: number, events: readonly number[]): boolean {
    return this.#membership.lacksAdmission(peer, events)
  }

  /**
   * Decides all elections that the events so far decide. Once we are removed, it decides nothing
   * more.
   *
   * @returns what each decision put out
   */
  decide(): readonly Outcome[] {
    let decision = this.#nextDecision()
    if (decision === undefined) return noOutcomes
    const outcomes: Outcome[] = []
    for (; decision !== undefined; decision = this.#nextDecision()) {
      this.#options.onDecision?.(this.#view(decision), this.inspect())
      outcomes.push(this.#conclude(decision))
    }
    return outcomes
  }

  #nextDecision(): Decision | undefined {
    return this.#stopped ? undefined : this.election.next()
  }

  /**
   * Notes that an event votes for a payload, unless an earlier one on its line does. That one is
   * enough, because what descends from the later vote descends from the first. So repeated votes
   * cost nothing.
   */
  #carry(x: number, payload: number): void {
    const { graph } = this
    const { carriers } = this.payloads.at(payload)
    const creator = graph.creator[x]
    for (let i = 0; i < carriers.length; i++) {
      const y = carriers.at(i)
      if (graph.creator[y] === creator && graph.isSelfAncestor(x, y)) return
    }
    carriers.push(x)
  }

  /** Ends the decided election, and begins the next one. */
  #conclude(decision: Decision): Outcome {
    const { voters } = this.election
    this.#history.push(...decision.payloads)
    this.conclusions?.decided(this.#elections, decision.recorder)
    this.#elections++
    const changes = this.#membership.apply(decision.payloads, voters)
    if (changes.coinKeys !== undefined) this.#coinKeys = changes.coinKeys
    const changed = changes.voters === voters ? undefined : changes.voters
    if (changed !== undefined) this.#voterSets.push({ from: this.#elections, voters: changed })
    this.#proceedToNext(changed)
    this.election.conclude(decision, changed)
    const payloads = this.#upToOurRemoval(decision.payloads).filter((payload) => !changes.idle.has(payload))
    return { payloads, voters, keys: changes.keys }
  }

  /** The payloads up to the one that removes us, if there is one: after it we put out nothing more. */
  #upToOurRemoval(payloads: readonly number[]): readonly number[] {
    const us = this.ourIndex === undefined ? undefined : this.peers.at(this.ourIndex)
    if (us?.removed !== true) return payloads
    this.#stopped = true
    const last = payloads.findIndex((payload) => removedBy(this.payloads.at(payload).observation)?.equals(us.id))
    return payloads.slice(0, last + 1)
  }

  #view(decision: Decision): DecisionView {
    const subjects = new Map<number, boolean>()
    const firstInteresting = new Map<number, number>()
    for (const [slot, peer] of this.election.voters.entries()) {
      const first = decision.firstInteresting[slot] ?? none
      subjects.set(peer, first !== none)
      if (first !== none) firstInteresting.set(peer, first)
    }
    return {
      election: this.#elections,
      event: decision.event,
      subjects,
      firstInteresting,
      payloads: decision.payloads,
    }
  }

  /** Begins the next election's coin, and a key generation if the coin needs a new key. */
  #proceedToNext(changed: readonly number[] | undefined): void {
    const coin = this.thresholdCoin
    if (coin === undefined) return
    const voters = this.#idsOf(changed ?? this.election.voters)
    if (changed !== undefined) this.#coinKeys = undefined
    coin.startElection(this.#elections, voters, this.#coinKeys)
    if (changed === undefined && this.#elections > 1) return
    this.dkgRuns?.dropForCoin()
    // A voter alone needs no coin.
    if (voters.length > 1) this.dkgRuns?.start(sortedIds(voters), true)
  }

  /**
   * May we record this event? Not if its creator forked, as far as the graph shows by now, or if
   * its ancestors do not show that its creator is a member. For a graph that belongs to no peer,
   * the question does not matter.
   */
  #mayRecord(x: number): boolean {
    if (this.conclusions === undefined) return true
    const { creator, lanesOf } = this.graph
    return lanesOf[creator[x] as number]?.length === 1 && !this.lacksAdmission(creator[x] as number, [x])
  }

  #idsOf(peers: readonly number[]): PublicId[] {
    return peers.map((peer) => this.peers.at(peer).id)
  }
}
