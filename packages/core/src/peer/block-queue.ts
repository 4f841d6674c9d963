// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Block } from '../wire/block.ts'
import type { Proof } from '../wire/block.ts'
import type { ConsensusMode } from '../wire/format.ts'
import type { Output } from '../wire/observation.ts'

/** Blocks that are decided and not polled, and which of our votes they answer. */
export class BlockQueue<P> {
  readonly #mode: ConsensusMode
  /** Blocks so far, taken or not. */
  #count = 0
  #blocks: { readonly payload: number; readonly block: Block<P> }[] = []
  #polled = 0
  /** Payloads of our votes that are not polled, in vote order. */
  readonly #ours = new Set<number>()

  constructor(mode: ConsensusMode) {
    this.#mode = mode
  }

  get isEmpty(): boolean {
    return this.#polled === this.#blocks.length
  }

  /** Takes note of a vote of ours for what is not decided. */
  votedFor(payload: number): void {
    this.#ours.add(payload)
  }

  /** Appends a block for what was decided by a payload. */
  push(payload: number, observation: Output<P>, proofs: readonly Proof[]): void {
    this.#blocks.push({ payload, block: new Block(this.#count++, observation, proofs, this.#mode) })
  }

  /** Takes note that a vote of ours is decided, and gives no block. */
  decided(payload: number): void {
    this.#ours.delete(payload)
  }

  poll(): Block<P> | undefined {
    const next = this.#blocks[this.#polled]
    if (next === undefined) return undefined
    this.#polled++
    // Half of the queue is dropped at a time, so that a block costs the same however many wait.
    if (2 * this.#polled > this.#blocks.length) {
      this.#blocks = this.#blocks.slice(this.#polled)
      this.#polled = 0
    }
    this.#ours.delete(next.payload)
    return next.block
  }

  /** Payloads of our votes: first those decided, in that order, then the rest in the order of our votes. */
  ourUnpolled(): number[] {
    const waiting = this.#blocks.slice(this.#polled).map(({ payload }) => payload)
    const decided = new Set(waiting.filter((payload) => this.#ours.has(payload)))
    return [...decided, ...[...this.#ours].filter((payload) => !decided.has(payload))]
  }
}
