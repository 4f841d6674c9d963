// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { coinKinds } from '@parsec-bft/core/internals'
import type { Random } from '../base/random.ts'
import { mostCrashes } from '../options/fault-bounds.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { Topic } from '../options/topics.ts'
import { churnTopics } from './churn.ts'

/**
 * Options drawn at random from everything that a simulation of correct peers can do, limited only by
 * what the protocol requires.
 */
export function anyOptions(random: Random): Partial<SimulationOptions> {
  const initialPeers = random.integer(1, 9)
  const { topics: changes, lastRound } = churnTopics(random, {
    initialPeers,
    names: initialPeers + random.integer(1, 4),
    fewest: Math.max(1, initialPeers - random.integer(0, 3)),
    changes: random.integer(0, 8),
    pauseRounds: 8,
  })
  const payloads = Array.from({ length: random.integer(0, 10) }, (_, i): Topic => {
    const by = random.chance(0.5) ? 'all' : random.integer(1, initialPeers)
    return {
      kind: 'payload',
      text: String(i),
      round: random.integer(0, lastRound),
      spreadRounds: random.integer(0, 6),
      by,
    }
  })
  const most = mostCrashes({ initialPeers, topics: changes })
  const crash = { round: random.integer(0, 5), count: random.integer(1, Math.max(1, most)) }
  return {
    mode: random.pick(['supermajority', 'single'] as const),
    coin: random.pick(coinKinds),
    wire: random.chance(0.1),
    initialPeers,
    roundMs: random.integer(50, 200),
    delay: random.pick([
      { kind: 'none' } as const,
      { kind: 'constant', ms: random.integer(0, 200) } as const,
      { kind: 'poisson', meanMs: random.integer(0, 200) } as const,
    ]),
    lossProbability: random.pick([0, 0.1, 0.5]),
    crashProbability: random.pick([0, 0.02, 0.1]),
    crashes: most > 0 && random.chance(0.5) ? [crash] : [],
    fairFromRound: lastRound + 6,
    duplicateVotes: random.chance(0.5),
    topics: [...changes, ...payloads],
  }
}
