// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from './arrays.ts'
import { compareBytes } from './encoding.ts'
import type { Event } from './event.ts'
import { causes, isSync, none } from './graph.ts'
import type { GossipGraph } from './graph.ts'
import type { KnownEvents } from './known-events.ts'
import type { RefusedEventKind } from './malice.ts'
import type { PeerList } from './peers.ts'

/** Which events no correct peer inserts (protocol.md section 8): a function of the event and its ancestry. */
export class Refusals<P> {
  readonly #graph: GossipGraph
  readonly #events: KnownEvents<P>
  readonly #peers: PeerList
  /** Hash of the founding members' vote. */
  #genesisHash: Uint8Array | undefined
  /** Per event, the first Request or Response that records it as what was asked or answered, or none. */
  readonly #recorder = new IntList()
  /** Further ones, on other branches of the recorder's creator. */
  readonly #moreRecorders = new Map<number, number[]>()

  constructor(graph: GossipGraph, events: KnownEvents<P>, peers: PeerList) {
    this.#graph = graph
    this.#events = events
    this.#peers = peers
  }

  setGenesis(hash: Uint8Array): void {
    this.#genesisHash = hash
  }

  /** Takes in the newest event of the graph. */
  added(x: number): void {
    const { cause, creator, otherParent } = this.#graph
    this.#recorder.push(none)
    if (otherParent[x] === none) return
    const recorded = this.recordedBy(cause[x] as number, creator[x] as number, otherParent[x] as number)
    if (recorded === none) return
    if (this.#recorder.at(recorded) === none) this.#recorder.items[recorded] = x
    else this.#moreRecorders.set(recorded, [...(this.#moreRecorders.get(recorded) ?? []), x])
  }

  /** Why an event with these parents is not inserted, or undefined. Its parents, where it has any, are in the graph. */
  of(event: Event<P>, creator: number, selfParent: number, otherParent: number): RefusedEventKind | undefined {
    const { cause } = event
    const graph = this.#graph
    if (cause.kind === 'Observation' && cause.vote.observation.kind === 'Genesis') {
      const hash = event.observationHash
      if (hash && this.#genesisHash && compareBytes(hash, this.#genesisHash) !== 0) return 'IncorrectGenesis'
    }
    if (selfParent !== none && graph.creator[selfParent] !== creator) return 'SelfParentByDifferentCreator'
    if (cause.kind !== 'Request' && cause.kind !== 'Response') return undefined
    if (graph.creator[otherParent] === creator) return 'OtherParentBySameCreator'
    const recorded = this.recordedBy(causes[cause.kind], creator, otherParent)
    if (recorded !== none && !this.isRecorded(recorded, selfParent)) return undefined
    return cause.kind === 'Request' ? 'InvalidRequest' : 'InvalidResponse'
  }

  /**
   * What a Request or Response by the creator would record with this other-parent: for a Request, a Requesting event addressed to the creator; for a Response, a Request
   * event that answers the creator, itself or followed by events that are not sync events. Else none.
   */
  recordedBy(cause: number, creator: number, otherParent: number): number {
    const graph = this.#graph
    if (cause === causes.Request) return this.#isAddressedTo(otherParent, creator) ? otherParent : none
    const isItself = isSync(graph.cause[otherParent] as number)
    const index = isItself ? otherParent : (graph.syncSelfAncestor[otherParent] as number)
    const asking = graph.cause[index] === causes.Request ? (graph.otherParent[index] as number) : none
    return graph.creator[asking] === creator ? index : none
  }

  /** Has a self-ancestor of x, or x itself, recorded the sync event before? */
  isRecorded(recorded: number, x: number): boolean {
    const first = this.#recorder.at(recorded)
    if (first === none || x === none) return false
    const graph = this.#graph
    if (graph.creator[first] === graph.creator[x] && graph.isSelfAncestor(x, first)) return true
    return this.#moreRecorders.get(recorded)?.some((y) => graph.isSelfAncestor(x, y)) === true
  }

  #isAddressedTo(x: number, peer: number): boolean {
    const { cause } = this.#events.at(x)
    return cause.kind === 'Requesting' && cause.recipient.compareTo(this.#peers.at(peer).id) === 0
  }
}
