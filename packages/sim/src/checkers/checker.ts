// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { BlockRecord, SimPeer } from '../peers/sim-peer.ts'
import type { Network } from '../network/network.ts'

/**
 * Watches one promise of the protocol during a run and after it. A method that finds it broken
 * throws a {@link CheckFailure} with the checker's name.
 */
export interface Checker {
  readonly name: string
  /** A peer has put out blocks; they are the last of its records. */
  onBlocks?(network: Network, peer: SimPeer, blocks: readonly BlockRecord[]): void
  /** A round is over. */
  onRound?(network: Network): void
  /** The run is over: everything that was to be decided is. */
  onEnd?(network: Network): void
}
