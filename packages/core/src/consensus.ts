// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Election } from './election.ts'
import type { Decision } from './election.ts'
import { causeKinds } from './event.ts'
import { GossipGraph, none } from './graph.ts'
import type { PublicId } from './identity.ts'
import type { CauseKind, DecisionView, Inspection, SeenThrough } from './inspect.ts'
import { GraphInspection } from './inspection.ts'
import type { Inspected } from './inspection.ts'
import { isSingle, removedBy } from './observation.ts'
import type { ConsensusMode, Observation } from './observation.ts'
import { Payloads } from './payloads.ts'
import { PeerList, PeerState } from './peers.ts'
import type { Addition } from './peers.ts'

export interface ConsensusOptions {
  /** Default supermajority. */
  readonly mode?: ConsensusMode | undefined
  /** Default voters. */
  readonly seenThrough?: SeenThrough | undefined
  /** Peer index of whose graph it is. */
  readonly ourIndex?: number | undefined
  /** Called at each decision, while the election that fell is still to be inspected. Must not change anything. */
  readonly onDecision?: ((decision: DecisionView, inspection: Inspection) => void) | undefined
  /** Called after each decision, when membership has changed accordingly. */
  readonly onDecided?: ((payloads: readonly number[], voters: readonly number[]) => void) | undefined
}

/** An event as numbers: indices of peers, events and payloads. */
export interface EventInput {
  readonly creator: number
  readonly cause: CauseKind
  readonly selfParent?: number | undefined
  readonly otherParent?: number | undefined
  readonly recipient?: number | undefined
  readonly payload?: number | undefined
}

/**
 * Gossip graph, election and membership over plain numbers: no signatures, no messages. What {@link Parsec} is built on, and what replays of recorded
 * graphs, tests and benchmarks use directly. Trusts its caller: parents exist, creators match.
 */
export class Consensus implements Inspected {
  readonly graph = new GossipGraph()
  readonly payloads = new Payloads()
  readonly peers = new PeerList()
  readonly election: Election
  readonly mode: ConsensusMode
  readonly seenThrough: SeenThrough
  readonly ourIndex: number | undefined
  readonly #options: ConsensusOptions
  readonly #history: number[] = []
  #elections = 0
  #stopped = false

  constructor(options: ConsensusOptions = {}) {
    this.#options = options
    this.mode = options.mode ?? 'supermajority'
    this.seenThrough = options.seenThrough ?? 'voters'
    this.ourIndex = options.ourIndex
    this.election = new Election(this.graph, this.payloads, this.seenThrough)
  }

  /** The peer's index; a new one if it was never met. */
  addPeer(id: PublicId, state: PeerState): number {
    return this.peers.add(id, state)
  }

  /** The first voters (protocol.md section 3). Before the first event. */
  setVoters(voters: readonly number[]): void {
    for (const peer of voters) this.peers.setMember(peer)
    this.election.setVoters(voters)
  }

  /** The payload's index: that of its observation key, which in single mode has the creator of the vote in it. */
  addPayload(observation: Observation<unknown>, creator: number, hash: Uint8Array): number {
    const voter = isSingle(observation.kind, this.mode) ? { index: creator, id: this.peers.at(creator).id } : undefined
    return this.payloads.intern(observation, hash, voter)
  }

  /** Adds an event whose parents are in the graph, and processes it. Returns its index. */
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
    if (payload !== none) this.#carry(index, payload)
    this.election.added(index)
    if (!this.#stopped) this.#decide()
    return index
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
    return new GraphInspection(this)
  }

  /** Decides nothing more: we were removed. */
  stop(): void {
    this.#stopped = true
  }

  /** Whoever votes for the same again and again costs no more: what descends from a later vote descends from the first. */
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

  #decide(): void {
    for (let decision = this.election.next(); decision !== undefined; decision = this.election.next()) {
      this.#options.onDecision?.(this.#view(decision), this.inspect())
      const { voters } = this.election
      this.#history.push(...decision.payloads)
      this.#elections++
      const changed = this.#changeMembership(decision, voters)
      this.election.conclude(decision, changed)
      this.#options.onDecided?.(decision.payloads, voters)
      if (this.#stopped) return
    }
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

  /** Applies what was decided to the peers (section 7); returns the new voters if they changed. */
  #changeMembership({ payloads }: Decision, before: readonly number[]): readonly number[] | undefined {
    let voters = before
    for (const payload of payloads) {
      const { observation } = this.payloads.at(payload)
      if (observation.kind === 'Add') {
        voters = this.#addVoter(observation.peerId, voters, { payload, voters: before })
      }
      const leaving = removedBy(observation)
      if (leaving !== undefined) voters = this.#removeVoter(leaving, voters)
    }
    if (voters === before) return undefined
    this.#openToVoters(voters)
    return voters
  }

  #addVoter(id: PublicId, voters: readonly number[], addition: Addition): readonly number[] {
    const { peers } = this
    const peer = peers.add(id, PeerState.NONE)
    if (peers.at(peer).removed || voters.includes(peer)) return voters
    peers.setMember(peer, addition)
    peers.setState(peer, peers.at(peer).state.with('VOTE', 'SEND'))
    return [...voters, peer]
  }

  /** As a voter we may send to all voters: if everyone waited to be contacted, newcomers among themselves would wait for ever. */
  #openToVoters(voters: readonly number[]): void {
    if (this.ourIndex !== undefined && !voters.includes(this.ourIndex)) return
    for (const voter of voters) this.peers.setState(voter, this.peers.at(voter).state.with('RECV'))
  }

  #removeVoter(id: PublicId, voters: readonly number[]): readonly number[] {
    const peer = this.peers.indexOf(id)
    // One that never was a member may be known to some of us and not to others.
    if (peer === undefined || !this.peers.at(peer).member || this.peers.at(peer).removed) return voters
    this.peers.remove(peer, this.graph.size)
    return voters.includes(peer) ? voters.filter((voter) => voter !== peer) : voters
  }
}
