// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../base/public-id.ts'
import { none } from './graph.ts'

const flagNames = ['VOTE', 'DKG', 'SEND', 'RECV'] as const
export type Flag = (typeof flagNames)[number]

/**
 * What a peer may do: a set of flags (protocol.md section 3). A state never changes;
 * {@link PeerState.with} makes a new one.
 */
export class PeerState {
  /** No flag: a peer that was removed, or that we only know by name. */
  static readonly NONE = new PeerState([])
  /** VOTE, SEND and RECV. */
  static readonly ACTIVE = new PeerState(['VOTE', 'SEND', 'RECV'])

  readonly #flags: ReadonlySet<Flag>

  constructor(flags: Iterable<Flag>) {
    this.#flags = new Set(flags)
  }

  /** Is it a voter? */
  get vote(): boolean {
    return this.#flags.has('VOTE')
  }

  /** May it take part in key generations? Every voter may. Gossip is sent only to peers that may. */
  get dkg(): boolean {
    return this.vote || this.#flags.has('DKG')
  }

  /** Of another peer: do we accept its gossip? Of ourselves: may we send? */
  get send(): boolean {
    return this.#flags.has('SEND')
  }

  /** Of another peer: may we send to it? Of ourselves: may we receive? */
  get recv(): boolean {
    return this.#flags.has('RECV')
  }

  /** The same state with more flags set. */
  with(...flags: Flag[]): PeerState {
    return flags.every((flag) => this.#flags.has(flag)) ? this : new PeerState([...this.#flags, ...flags])
  }

  /** Prints it, as in `PeerState(VOTE|SEND|RECV)`. */
  toString(): string {
    return `PeerState(${flagNames.filter((flag) => this.#flags.has(flag)).join('|')})`
  }

  /** Reads what {@link PeerState.toString} prints. Undefined if the text is something else. */
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
  /** Has it ever been a voter or a participant of a key generation: as a founder or by a decision? */
  member: boolean
  /** Was it removed? Then it cannot come back. */
  removed: boolean
  /** How many events were in our graph when we decided its removal; none if it was not removed. */
  removedAt: number
  /** The decision that made it a member; undefined for founders. */
  admission: Admission | undefined
}

/** A decided Add or StartDkg, which made a peer a member. */
export interface Admission {
  /** The payload that was decided. */
  readonly payload: number
  /** The peer indices of that election's voters. */
  readonly voters: readonly number[]
}

/** The peers met so far, numbered in the order in which they were met. */
export class PeerList {
  readonly #peers: Peer[] = []
  readonly #indexOf = new Map<string, number>()
  /** The same, by object. This is faster, and most ids come again and again as the same object. */
  readonly #indexOfObject = new WeakMap<PublicId, number>()

  get size(): number {
    return this.#peers.length
  }

  /** Returns the peer's number. A peer that was never met gets a new one. */
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

  /**
   * Makes the peer a member.
   *
   * @param admission - the decision that admitted it; undefined for founders
   */
  setMember(index: number, admission?: Admission): void {
    const peer = this.#peer(index)
    peer.member = true
    peer.admission = admission
  }

  /**
   * Removes the peer for good (section 7).
   *
   * @param eventCount - how many events are in the graph now
   */
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
