// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Block } from '../wire/block.ts'
import type { Proof } from '../wire/block.ts'
import { isOutput } from '../wire/observation.ts'
import type { Observation, Output } from '../wire/observation.ts'
import type { KnownEvents } from '../graph/known-events.ts'
import { fates } from '../graph/payloads.ts'
import type { Consensus, Outcome } from '../consensus/consensus.ts'

/** The blocks that are decided and not taken yet, and our votes that wait for their block. */
export class BlockQueue<P> {
  readonly #consensus: Consensus
  readonly #events: KnownEvents<P>
  /** How many blocks were made so far; also the index of the next one. */
  #count = 0
  #blocks: { readonly payload: number; readonly block: Block<P> }[] = []
  /** How many of `#blocks` were taken. */
  #polled = 0
  /** The payloads of our votes whose blocks were not taken yet, in the order of our votes. */
  readonly #ours = new Set<number>()

  constructor(consensus: Consensus, events: KnownEvents<P>) {
    this.#consensus = consensus
    this.#events = events
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
        const observation = this.#consensus.payloads.at(payload).observation as Observation<P>
        if (isOutput(observation)) this.#push(payload, observation, this.#proofs(payload, voters))
        else this.#ours.delete(payload)
        const result = keys.get(payload)
        if (result !== undefined) this.#push(payload, result, [])
      }
    }
  }

  #push(payload: number, observation: Output<P>, proofs: readonly Proof[]): void {
    this.#blocks.push({ payload, block: new Block(this.#count++, observation, proofs, this.#consensus.mode) })
  }

  /** The voters' votes for a payload that have arrived so far. */
  #proofs(payload: number, voters: readonly number[]): Proof[] {
    const { graph, payloads } = this.#consensus
    const proofs = new Map<number, Proof>()
    for (const index of payloads.at(payload).carriers.view()) {
      const voter = graph.creator[index] as number
      const { cause, creator } = this.#events.at(index)
      if (cause.kind !== 'Observation' || proofs.has(voter) || !voters.includes(voter)) continue
      proofs.set(voter, { voter: creator, signature: cause.vote.signature })
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
   * The payloads of our votes that wait: first the decided ones, in decided order, then the others
   * in the order of our votes.
   */
  ourUnpolled(): number[] {
    const waiting = this.#blocks.slice(this.#polled).map(({ payload }) => payload)
    const decided = new Set(waiting.filter((payload) => this.#ours.has(payload)))
    return [...decided, ...[...this.#ours].filter((payload) => !decided.has(payload))]
  }
}
