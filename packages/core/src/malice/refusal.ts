// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import { compareBytes } from '../base/encoding.ts'
import type { RefusedEventKind } from '../base/malice-kinds.ts'
import { causes, isSync } from '../wire/cause.ts'
import type { EventHeader } from '../wire/event-header.ts'
import { none } from '../graph/graph.ts'
import type { KnownEvents } from '../graph/known-events.ts'
import type { Consensus } from '../consensus/consensus.ts'

/**
 * Tells which events no correct peer makes or inserts (protocol.md section 8). It depends on
 * nothing but the event's header and its ancestry, so all peers refuse the same events.
 */
export class Refusals<P> {
  readonly #consensus: Consensus
  readonly #events: KnownEvents<P>
  /** The hash of the observation that the founders vote for. */
  #genesisHash: Uint8Array | undefined
  /** Per event, the first Request or Response that records it, which means that it came in; or none. */
  readonly #recorder = new IntList()
  /** The further ones. A peer that forked may record the same event on several branches. */
  readonly #moreRecorders = new Map<number, number[]>()

  constructor(consensus: Consensus, events: KnownEvents<P>) {
    this.#consensus = consensus
    this.#events = events
  }

  setGenesis(hash: Uint8Array): void {
    this.#genesisHash = hash
  }

  /** Takes in the newest event of the graph. */
  added(x: number): void {
    const { cause, creator, otherParent } = this.#consensus.graph
    this.#recorder.push(none)
    if (otherParent[x] === none || !isSync(cause[x] as number)) return
    const recorded = this.recordedBy(cause[x] as number, creator[x] as number, otherParent[x] as number)
    if (recorded === none) return
    if (this.#recorder.at(recorded) === none) this.#recorder.items[recorded] = x
    else this.#moreRecorders.set(recorded, [...(this.#moreRecorders.get(recorded) ?? []), x])
  }

  /** Tells why an event is refused; undefined if it is not. Its parents must be in the graph. */
  of(
    { cause, genesisHash }: EventHeader,
    creator: number,
    selfParent: number,
    otherParent: number,
  ): RefusedEventKind | undefined {
    const { graph } = this.#consensus
    const right = this.#genesisHash
    if (genesisHash && right && compareBytes(genesisHash, right) !== 0) return 'IncorrectGenesis'
    if (selfParent !== none && graph.creator[selfParent] !== creator) return 'SelfParentByDifferentCreator'
    if (otherParent === none) return undefined
    if (graph.creator[otherParent] === creator) return 'OtherParentBySameCreator'
    if (cause.kind === 'Request' || cause.kind === 'Response') {
      return this.ofRecording(cause.kind, creator, selfParent, otherParent)
    }
    const malice = this.ofDescent(creator, selfParent, otherParent)
    if (malice !== undefined) return malice
    return selfParent !== none && graph.descends(selfParent, otherParent) ? 'InvalidConclusion' : undefined
  }

  /** The same for a Request or Response whose other-parent is by another peer. */
  ofRecording(
    kind: 'Request' | 'Response',
    creator: number,
    selfParent: number,
    otherParent: number,
  ): RefusedEventKind | undefined {
    const malice = this.ofDescent(creator, selfParent, otherParent)
    if (malice !== undefined) return malice
    const recorded = this.recordedBy(causes[kind], creator, otherParent)
    if (recorded !== none && !this.isRecorded(recorded, selfParent)) return undefined
    return kind === 'Response' ? 'InvalidResponse' : 'InvalidRequest'
  }

  /**
   * The same for any event whose other-parent is by another peer, without looking at what it
   * records.
   */
  ofDescent(creator: number, selfParent: number, otherParent: number): RefusedEventKind | undefined {
    const { graph } = this.#consensus
    const gossiper = graph.creator[otherParent] as number
    if (selfParent !== none && graph.isAwareOfFork(selfParent, gossiper)) return 'InvalidGossipCreator'
    if (this.#consensus.lacksAdmission(gossiper, [selfParent, otherParent])) return 'InvalidGossipCreator'
    return this.#showsOtherBranch(creator, selfParent, otherParent) ? 'OwnForkInAncestry' : undefined
  }

  /**
   * What a Request or Response by the creator records if it has this other-parent.
   *
   * - A Request records the other-parent, which must be a Requesting event that is addressed to the
   *   creator.
   * - A Response records the sync event at the other-parent or the nearest one before it, which
   *   must be a Request that answers the creator.
   *
   * Returns none if the event is not of that kind.
   */
  recordedBy(cause: number, creator: number, otherParent: number): number {
    const { graph } = this.#consensus
    if (cause === causes.Request) return this.#isAddressedTo(otherParent, creator) ? otherParent : none
    const request = graph.latestSync(otherParent)
    if (request === none || graph.cause[request] !== causes.Request) return none
    const asking = graph.otherParent[request] as number
    return asking !== none && graph.creator[asking] === creator ? request : none
  }

  /** The first Request or Response in the graph that records the event, or none. */
  firstRecorderOf(recorded: number): number {
    return this.#recorder.at(recorded)
  }

  /** Does x or a self-ancestor of it record the event already? */
  isRecorded(recorded: number, x: number): boolean {
    const first = this.#recorder.at(recorded)
    if (first === none || x === none) return false
    const { graph } = this.#consensus
    if (graph.creator[first] === graph.creator[x] && graph.isSelfAncestor(x, first)) return true
    return this.#moreRecorders.get(recorded)?.some((y) => graph.isSelfAncestor(x, y)) === true
  }

  #isAddressedTo(x: number, peer: number): boolean {
    const { cause } = this.#events.at(x)
    return cause.kind === 'Requesting' && cause.recipient.equals(this.#consensus.peers.at(peer).id)
  }

  /**
   * Does the other-parent descend from an event of the creator that is not a self-ancestor of the
   * new event?
   */
  #showsOtherBranch(creator: number, selfParent: number, otherParent: number): boolean {
    const { graph } = this.#consensus
    if (graph.isAwareOfFork(otherParent, creator)) return true
    const latest = graph.latestBy(otherParent, creator)
    return latest !== none && (selfParent === none || !graph.isSelfAncestor(selfParent, latest))
  }
}
