// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CoinKind } from '@parsec-bft/core'
import { defaultOptions } from '../options/options.ts'
import type { SimulationOptions } from '../options/options.ts'

/** What the scheduler is to do. */
export interface StallPlan {
  /** 4, 7, 10 or another 3f + 1. */
  readonly peers: number
  /** It stops the attack after this many rounds of the binary agreement. */
  readonly rounds: number
  readonly coin: CoinKind
  /** It guesses the coins; see `StallOptions`. */
  readonly blind: boolean
}

/** By this round a fair network has decided all that follows from its genesis, the key for its coin included. */
function fromRoundOf(peers: number): number {
  return 40 + 10 * peers
}

/** Rounds of the simulation after the attack: many times what a fair network needs. */
const fairRounds = 200

/** The options of a network that is attacked. */
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
