// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CoinKind } from '@parsec-bft/core'
import { defaultOptions } from '../options/options.ts'
import type { SimulationOptions } from '../options/options.ts'

/** What the scheduler is to do. */
export interface StallPlan {
  /** Four, seven, ten …: 3f + 1. */
  readonly peers: number
  /** It lets go after so many rounds of the binary agreement. */
  readonly rounds: number
  readonly coin: CoinKind
  /** It guesses the coins, see `StallOptions`. */
  readonly blind: boolean
}

/** By then a fair network has decided all that comes of its genesis: with so many peers, the key for its coin too. */
function fromRoundOf(peers: number): number {
  return 40 + 10 * peers
}

/** Of the simulation, after the attack: many times what a fair network needs. */
const fairRounds = 200

/** What an attacked network has that others have not. */
export function stalled({ peers, rounds, coin, blind }: StallPlan): Omit<SimulationOptions, 'seed'> {
  const fromRound = fromRoundOf(peers)
  return {
    ...defaultOptions,
    coin,
    initialPeers: peers,
    maxRounds: fromRound + 3 * rounds + fairRounds,
    topics: [{ kind: 'payload', text: 'contested', round: fromRound, spreadRounds: 0, by: 'all' }],
    stall: { fromRound, rounds, blind },
  }
}
