// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../base/public-id.ts'
import { none } from './graph.ts'

const flagNames = ['VOTE', 'DKG', 'SEND', 'RECV'] as const
export type Flag = (typeof flagNames)[number]

/** What a peer may do: a set of flags (protocol.md section 3). Immutable. */
export class PeerState {
  static readonly NONE = new PeerState([])
  /** VOTE, SEND and RECV. */
  static readonly ACTIVE = new PeerState(['VOTE', 'SEND', 'RECV'])

  readonly #flags: ReadonlySet<Flag>

  constructor(flags: Iterable<Flag>) {
    this.#flags = new Set(flags)
  }

  /** Counts as a voter. */
  get vote(): boolean {
    return this.#flags.has('VOTE')
  }

  /** May take part in key generations, and gossip is sent to it. Every voter may, too. */
  get dkg(): boolean {
    return this.vote || this.#flags.has('DKG')
  }

  /** Another peer: we accept its gossip. Ourselves: we may send. */
  get send(): boolean {
    return this.#flags.has('SEND')
  }

  /** Another peer: we may send to it. Ourselves: we may receive. */
  get recv(): boolean {
    return this.#flags.has('RECV')
  }

  with(...flags: Flag[]): PeerState {
    return flags.every((flag) => this.#flags.has(flag)) ? this : new PeerState([...this.#flags, ...flags])
  }

  /** Printed like `PeerState(VOTE|SEND|RECV)`. */
  toString(): string {
    return `PeerState(${flagNames.filter((flag) => this.#flags.has(flag)).join('|')})`
  }

  /** Reads what {@link PeerState.toString} prints; undefined when it is something else. */
  static parse(text: string): PeerState | undefined {
    const inside = /^PeerState\(([A-Z|]{0,32})\)$/.exec(text)?.[1]
    if (inside === undefined) return undefined
    const flags: Flag[] = []
    for (const word of inside === '' ? [] : inside.split('|')) {
      const flag = flagNames.find((name) => name === word)
      if (flag === undefined) return undefined
      flags.push(flag)
    }
    return new PeerState(flags)
  }
}

interface Peer {
  readonly id: PublicId
  state: PeerState
  /** Has it ever been a voter or a participant of a key generation, by genesis or by a decision? */
  member: boolean
  removed: boolean
  /** How many events were in the graph when its removal was decided; none if it was not removed. */
  removedAt: number
  /** The decision that made it a member; undefined for founding members. */
  admission: Admission | undefined
}

/** A decided Add or StartDkg, which made a peer a member. */
export interface Admission {
  /** The payload that was decided. */
  readonly payload: number
  /** Peer indices of the voters of that election. */
  readonly voters: readonly number[]
}

/** The peers met so far, numbered in the order in which they were met. */
export class PeerList {
  readonly #peers: Peer[] = []
  readonly #indexOf = new Map<string, number>()
  /** The same by object, which is faster: most ids come again and again as the same object. */
  readonly #indexOfObject = new WeakMap<PublicId, number>()

  get size(): number {
    return this.#peers.length
  }

  /** The peer's number; a new one if it was never met. */
  add(id: PublicId, state: PeerState): number {
    const known = this.indexOf(id)
    if (known !== undefined) return known
    this.#indexOf.set(id.key, this.#peers.length)
    return this.#peers.push({ id, state, member: false, removed: false, removedAt: none, admission: undefined }) - 1
  }

  indexOf(id: PublicId): number | undefined {
    const known = this.#indexOfObject.get(id)
    if (known !== undefined) return known
    const index = this.#indexOf.get(id.key)
    if (index !== undefined) this.#indexOfObject.set(id, index)
    return index
  }

  at(index: number): Readonly<Peer> {
    return this.#peer(index)
  }

  setState(index: number, state: PeerState): void {
    this.#peer(index).state = state
  }

  /** Makes the peer a member. @param admission - the decision that did, unless it is a founding member. */
  setMember(index: number, admission?: Admission): void {
    const peer = this.#peer(index)
    peer.member = true
    peer.admission = admission
  }

  /** Removes the peer for good (section 7). @param eventCount - how many events are in the graph now. */
  remove(index: number, eventCount: number): void {
    const peer = this.#peer(index)
    peer.state = PeerState.NONE
    peer.removed = true
    peer.removedAt = eventCount
  }

  *[Symbol.iterator](): IterableIterator<Readonly<Peer>> {
    yield* this.#peers
  }

  #peer(index: number): Peer {
    const peer = this.#peers[index]
    if (peer === undefined) throw new RangeError(`no peer ${String(index)}`)
    return peer
  }
}
