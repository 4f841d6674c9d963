// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../base/public-id.ts'
import { isSupermajority } from '../base/quorum.ts'
import { removedBy } from '../wire/observation.ts'
import type { DkgResult } from '../wire/observation.ts'
import { Ancestry } from '../graph/ancestry.ts'
import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'
import type { Payloads } from '../graph/payloads.ts'
import { PeerState } from '../graph/peers.ts'
import type { Admission, Flag, PeerList } from '../graph/peers.ts'
import type { Conclusions } from './conclusions.ts'
import type { DkgRuns } from './dkg.ts'

/** What one decision changes. */
export interface Changes {
  /** The voters of the next election. If nothing changed, it is the same array. */
  readonly voters: readonly number[]
  /** Decided Adds that added nobody, because of what was decided just before them. */
  readonly idle: ReadonlySet<number>
  /** A key for the coin of the present voters, if the decision completed its generation. */
  readonly coinKeys: DkgResult | undefined
  /** Generated keys for the application, each under the payload that completed its generation. */
  readonly keys: ReadonlyMap<number, DkgResult>
}

/** What a change of the members affects. */
export interface MembershipParts {
  readonly graph: GossipGraph
  readonly payloads: Payloads
  readonly peers: PeerList
  readonly dkgRuns: DkgRuns | undefined
  readonly conclusions: Conclusions | undefined
  readonly ourIndex: number | undefined
}

/**
 * Applies decisions: they change members and voters (protocol.md section 7), and key generations
 * (section 9).
 */
export class Membership {
  readonly #parts: MembershipParts

  constructor(parts: MembershipParts) {
    this.#parts = parts
  }

  /**
   * Do the ancestors of these events not show that the peer was added? They show it if a
   * supermajority of the voters who decided it have voted for it among them. Founders need no
   * votes.
   */
  lacksAdmission(peer: number, events: readonly number[]): boolean {
    const { graph, payloads, peers } = this.#parts
    const { admission, member } = peers.at(peer)
    if (admission === undefined) return !member
    const known = events.filter((x) => x !== none)
    const ancestry = new Ancestry(graph, known)
    const voters = new Set<number>()
    for (const carrier of payloads.at(admission.payload).carriers.view()) {
      const voter = graph.creator[carrier] as number
      if (admission.voters.includes(voter) && ancestry.includes(carrier)) voters.add(voter)
    }
    return !isSupermajority(voters.size, admission.voters.length)
  }

  /**
   * Applies a decision.
   *
   * @param decided - the decided payloads, in their order
   * @param before - the voters who decided them
   */
  apply(decided: readonly number[], before: readonly number[]): Changes {
    const { payloads, dkgRuns } = this.#parts
    let voters = before
    let coinKeys: DkgResult | undefined
    const keys = new Map<number, DkgResult>()
    const idle = new Set<number>()
    for (const payload of decided) {
      const { observation, voterId } = payloads.at(payload)
      if (observation.kind === 'Add') {
        const after = this.#addVoter(observation.peerId, voters, { payload, voters: before })
        if (after === voters) idle.add(payload)
        voters = after
      } else if (observation.kind === 'StartDkg') {
        this.#startDkg(observation.participants, { payload, voters: before })
      } else if (observation.kind === 'DkgMessage' && voterId !== undefined) {
        const generated = dkgRuns?.take(observation.message, voterId)
        if (generated?.isForCoin === true) coinKeys = generated.result
        else if (generated !== undefined) keys.set(payload, generated.result)
      }
      const leaving = removedBy(observation)
      if (leaving !== undefined) voters = this.#removeVoter(leaving, voters)
    }
    if (voters !== before) this.#openToMembers()
    return { voters, idle, coinKeys, keys }
  }

  #startDkg(participants: readonly PublicId[], admission: Admission): void {
    const { dkgRuns } = this.#parts
    if (dkgRuns === undefined) return
    // Peers that were removed in the meantime do not take part.
    const present = participants.filter((id) => !this.#isRemoved(id))
    for (const id of present) this.#admit(id, admission, ['DKG', 'SEND'])
    this.#openToMembers()
    dkgRuns.start(present, false)
  }

  /** Makes a peer a member, if it is not one yet, and sets flags. Undefined if the peer was removed. */
  #admit(id: PublicId, admission: Admission, flags: readonly Flag[]): number | undefined {
    const { peers, conclusions } = this.#parts
    const peer = peers.add(id, PeerState.NONE)
    const { removed, member, state } = peers.at(peer)
    if (removed) return undefined
    if (!member) {
      peers.setMember(peer, admission)
      conclusions?.admitted(peer)
    }
    peers.setState(peer, state.with(...flags))
    return peer
  }

  #addVoter(id: PublicId, voters: readonly number[], admission: Admission): readonly number[] {
    const known = this.#parts.peers.indexOf(id)
    if (known !== undefined && voters.includes(known)) return voters
    const peer = this.#admit(id, admission, ['VOTE', 'SEND'])
    return peer === undefined ? voters : [...voters, peer]
  }

  /**
   * Voters and participants of key generations may send to all the others. If newcomers had to wait
   * until they are contacted, two of them would wait for each other for ever.
   */
  #openToMembers(): void {
    const { peers, ourIndex } = this.#parts
    const all = [...peers]
    if (ourIndex !== undefined && all[ourIndex]?.state.dkg !== true) return
    for (const [peer, { state }] of all.entries()) if (state.dkg) peers.setState(peer, state.with('RECV'))
  }

  #removeVoter(id: PublicId, voters: readonly number[]): readonly number[] {
    const { peers, graph, conclusions, dkgRuns } = this.#parts
    const peer = peers.indexOf(id)
    // Only members: whether the id of another peer is known differs from peer to peer.
    if (peer === undefined || !peers.at(peer).member || peers.at(peer).removed) return voters
    peers.remove(peer, graph.size)
    conclusions?.removed()
    dkgRuns?.restartWithout((participant) => this.#isRemoved(participant))
    return voters.includes(peer) ? voters.filter((voter) => voter !== peer) : voters
  }

  #isRemoved(id: PublicId): boolean {
    const { peers } = this.#parts
    const peer = peers.indexOf(id)
    return peer !== undefined && peers.at(peer).removed
  }
}
