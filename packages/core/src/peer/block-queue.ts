// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { copyOf, Reader } from '../base/encoding.ts'
import { assert } from '../base/errors.ts'
import { Block } from '../wire/block.ts'
import type { Proof } from '../wire/block.ts'
import { decodeObservation, isOutput } from '../wire/observation.ts'
import type { Observation, Output } from '../wire/observation.ts'
import { fates } from '../graph/payloads.ts'
import type { Consensus, Outcome } from '../consensus/consensus.ts'
import type { PeerContext } from './context.ts'

/**
 * The blocks that are decided and not taken yet, and our votes that wait for their block. What it
 * gives away is the caller's own: it is read anew from what was signed, so that a change to it does
 * not change the peer.
 */
export class BlockQueue<P> {
  readonly #consensus: Consensus
  readonly #context: PeerContext<P>
  /** How many blocks were made so far; also the index of the next one. */
  #count = 0
  #blocks: { readonly payload: number; readonly block: Block<P> }[] = []
  /** How many of `#blocks` were taken. */
  #polled = 0
  /** The payloads of our votes whose blocks were not taken yet, in the order of our votes. */
  readonly #ours = new Set<number>()

  constructor(context: PeerContext<P>) {
    this.#context = context
    this.#consensus = context.consensus
  }

  /** Is there no block to take? */
  get isEmpty(): boolean {
    return this.#polled === this.#blocks.length
  }

  /**
   * Takes note of a vote of ours; but not if it is decided already, or is for a message of a key
   * generation.
   */
  votedFor(payload: number): void {
    const { payloads } = this.#consensus
    const { kind } = payloads.at(payload).observation
    if (kind !== 'DkgMessage' && payloads.fate[payload] === fates.open) this.#ours.add(payload)
  }

  /** Makes blocks from decisions. */
  take(outcomes: readonly Outcome[]): void {
    for (const { payloads, voters, keys } of outcomes) {
      for (const payload of payloads) {
        const observation = this.#read(payload)
        if (isOutput(observation)) this.#push(payload, observation, this.#proofs(payload, voters))
        else this.#ours.delete(payload)
        const result = keys.get(payload)
        if (result !== undefined) this.#push(payload, { ...result, participants: [...result.participants] }, [])
      }
    }
  }

  #push(payload: number, observation: Output<P>, proofs: readonly Proof[]): void {
    this.#blocks.push({ payload, block: new Block(this.#count++, observation, proofs, this.#consensus.mode) })
  }

  /** Reads a payload from the bytes that its votes have signed. All votes for it have signed the same. */
  #read(payload: number): Observation<P> {
    const { events, format } = this.#context
    const { voted } = events.at(this.#consensus.payloads.at(payload).carriers.at(0))
    assert(voted !== undefined, 'a vote')
    return decodeObservation(new Reader(voted), format.codec, format.identities)
  }

  /** The voters' votes for a payload that have arrived so far. */
  #proofs(payload: number, voters: readonly number[]): Proof[] {
    const { graph, payloads } = this.#consensus
    const proofs = new Map<number, Proof>()
    for (const index of payloads.at(payload).carriers.view()) {
      const voter = graph.creator[index] as number
      const { cause, creator } = this.#context.events.at(index)
      if (cause.kind !== 'Observation' || proofs.has(voter) || !voters.includes(voter)) continue
      proofs.set(voter, { voter: creator, signature: copyOf(cause.vote.signature) })
    }
    return [...proofs.values()]
  }

  /** Takes the next block; undefined if there is none. */
  poll(): Block<P> | undefined {
    const next = this.#blocks[this.#polled]
    if (next === undefined) return undefined
    this.#polled++
    // The queue is cut only when half of it is taken, so that a block costs the same, however many
    // wait.
    if (2 * this.#polled > this.#blocks.length) {
      this.#blocks = this.#blocks.slice(this.#polled)
      this.#polled = 0
    }
    this.#ours.delete(next.payload)
    return next.block
  }

  /**
   * What we voted for and still waits: first what is decided, in decided order, then the rest in the
   * order of our votes.
   */
  ourUnpolled(): Observation<P>[] {
    const waiting = this.#blocks.slice(this.#polled).map(({ payload }) => payload)
    const decided = new Set(waiting.filter((payload) => this.#ours.has(payload)))
    // What is void may never come.
    const { fate } = this.#consensus.payloads
    const open = [...this.#ours].filter((payload) => fate[payload] === fates.open)
    return [...decided, ...open].map((payload) => this.#read(payload))
  }
}
