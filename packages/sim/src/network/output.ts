// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Transcript } from '../base/transcript.ts'
import type { BlockRecord, SimPeer } from '../peers/sim-peer.ts'
import type { Clock } from './clock.ts'

/** Called when a correct peer has put out blocks. */
export type OnBlocks = (peer: SimPeer, blocks: readonly BlockRecord[]) => void

/** Takes the blocks that correct peers put out, writes them down and tells whoever watches. */
export class Output {
  readonly #clock: Clock
  readonly #transcript: Transcript
  readonly #onBlocks: OnBlocks | undefined

  constructor(clock: Clock, transcript: Transcript, onBlocks: OnBlocks | undefined) {
    this.#clock = clock
    this.#transcript = transcript
    this.#onBlocks = onBlocks
  }

  /** To be called whenever the peer may have decided something. */
  drain(peer: SimPeer): void {
    const blocks = peer.drain(this.#clock.round)
    for (const { key, block } of blocks) {
      const voters = block.proofs.map(({ voter }) => voter.name).join(' ')
      this.#transcript.add(`${peer.name} puts out ${key}, voters ${voters}`)
    }
    if (blocks.length > 0) this.#onBlocks?.(peer, blocks)
  }
}
