// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../base/public-id.ts'
import type { KeyScheme } from '../crypto/shared-key/key-scheme.ts'
import { causeKinds } from '../wire/cause.ts'
import type { CauseKind } from '../wire/cause.ts'
import type { CoinShares } from '../wire/coin-shares.ts'
import type { ConsensusMode } from '../wire/format.ts'
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
  /** Default supermajority. */
  readonly mode?: ConsensusMode | undefined
  /** Default voters. */
  readonly seenThrough?: SeenThrough | undefined
  /** Default predictable. */
  readonly coin?: CoinKind | undefined
  /** Without it key generations have no effect, as in recorded graphs. */
  readonly keys?: KeyScheme | undefined
  /** Whoever takes part in key generations. */
  readonly dkgParticipant?: DkgParticipant | undefined
  /** Peer index of whose graph it is. */
  readonly ourIndex?: number | undefined
  /** For the texts of payloads in inspections. */
  readonly format?: Pick<Format<unknown>, 'codec'> | undefined
  /** Called at each decision, while the election that fell is still to be inspected. Must not change anything. */
  readonly onDecision?: ((decision: DecisionView, inspection: Inspection) => void) | undefined
}

/** What came of a decision. */
export interface Outcome {
  /** In decided order; where we are removed by one of them, it is the last. */
  readonly payloads: readonly number[]
  /** Who decided. */
  readonly voters: readonly number[]
  /** Keys for the application, by the payload that completed their generation. */
  readonly keys: ReadonlyMap<number, DkgResult>
}

/** An event as numbers: indices of peers, events and payloads. */
export interface EventInput {
  readonly creator: number
  readonly cause: CauseKind
  readonly selfParent?: number | undefined
  readonly otherParent?: number | undefined
  readonly recipient?: number | undefined
  readonly payload?: number | undefined
  /** Shares of coins: of elections that have begun, at the latest. */
  readonly coins?: CoinShares | undefined
}

const noOutcomes: readonly Outcome[] = []

/**
 * Gossip graph, election and membership over plain numbers: no signatures, no messages. What
 * `Parsec` is built on, and what replays of recorded graphs, tests and benchmarks use directly.
 * Trusts its caller: parents exist, creators match.
 */
export class Consensus implements Inspected {
  readonly graph = new GossipGraph()
  readonly payloads = new Payloads()
  readonly peers = new PeerList()
  readonly election: Election
  /** Where the coin is that of section 11. */
  readonly thresholdCoin: ThresholdCoin | undefined
  /** Where there are key generations. */
  readonly dkgRuns: DkgRuns | undefined
  /** Where it is somebody's graph. */
  readonly conclusions: Conclusions | undefined
  readonly mode: ConsensusMode
  readonly seenThrough: SeenThrough
  readonly coin: CoinKind
  readonly ourIndex: number | undefined
  readonly #options: ConsensusOptions
  readonly #membership: Membership
  readonly #history: number[] = []
  readonly #coins = new Map<number, CoinShares>()
  /** Keys for the coin of the present voters. */
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
    this.election = new Election(this.graph, this.payloads, this.seenThrough, coin, (x) => this.#mayRecord(x))
  }

  /** The peer's index; a new one if it was never met. */
  addPeer(id: PublicId, state: PeerState): number {
    return this.peers.add(id, state)
  }

  /** The first voters (protocol.md section 3). Before the first event. */
  setVoters(voters: readonly number[]): void {
    for (const peer of voters) this.peers.setMember(peer)
    this.election.setVoters(voters)
    this.thresholdCoin?.startElection(0, this.#idsOf(voters), undefined)
  }

  /** The payload's index: that of its observation key, which in single mode has the creator of the vote in it. */
  addPayload(observation: Observation<unknown>, creator: number, hash: Uint8Array): number {
    const voter = isSingle(observation.kind, this.mode) ? { index: creator, id: this.peers.at(creator).id } : undefined
    return this.payloads.intern(observation, hash, voter)
  }

  /** Adds an event whose parents are in the graph; returns its index. Then {@link Consensus.decide} may decide something. */
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
    if (event.coins !== undefined) {
      this.#coins.set(index, event.coins)
      this.thresholdCoin?.added(index, this.peers.at(event.creator).id, event.coins)
    }
    this.election.added(index)
    return index
  }

  get keys(): string | undefined {
    return this.#options.keys?.name
  }

  coinsOf(x: number): CoinShares | undefined {
    return this.#coins.get(x)
  }

  /** Payload indices in decided order. */
  history(): readonly number[] {
    return this.#history
  }

  /** Number of elections decided. */
  get elections(): number {
    return this.#elections
  }

  inspect(): Inspection {
    return new GraphInspection(this, this.#options.format)
  }

  /**
   * Is it an election that has not begun, and, if we were removed before, never will for us? Then
   * we cannot judge shares of its coins.
   */
  isToCome(election: number): boolean {
    return election > this.#elections
  }

  /** Do the ancestors of these events fail to show that the peer was added? See `Membership`. */
  lacksAdmission(peer: number, events: readonly number[]): boolean {
    return this.#membership.lacksAdmission(peer, events)
  }

  /**
   * Decides what the events so far decide; returns what came of it, election by election. Once we
   * are removed it decides nothing more.
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
   * Whoever votes for the same again and again costs no more: what descends from a later vote
   * descends from the first.
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

  /** Ends the election that was decided, and begins the next one. */
  #conclude(decision: Decision): Outcome {
    const { voters } = this.election
    this.#history.push(...decision.payloads)
    this.conclusions?.decided(this.#elections, decision.recorder)
    this.#elections++
    const changes = this.#membership.apply(decision.payloads, voters)
    if (changes.coinKeys !== undefined) this.#coinKeys = changes.coinKeys
    const changed = changes.voters === voters ? undefined : changes.voters
    this.#proceedToNext(changed)
    this.election.conclude(decision, changed)
    return { payloads: this.#upToOurRemoval(decision.payloads), voters, keys: changes.keys }
  }

  /** Once removed we put out nothing more. */
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

  /** The coin of the next election, and what generates its key. */
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
   * Its creator has not forked, as far as the graph shows by now. Who looks at a graph from outside
   * has nothing to record.
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
