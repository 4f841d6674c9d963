// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import { schedulerTactics } from '../options/delay.ts'
import type { Delay } from '../options/delay.ts'
import { mostCrashes, mostFaulty } from '../options/fault-bounds.ts'
import type { AdversaryOptions } from '../options/options.ts'
import { strategyNames } from '../options/strategy-names.ts'
import { additions, payloads, removals } from './scenario.ts'
import type { Differing } from './scenario.ts'

/** The latest round in which an adversary begins to misbehave. */
const lastBeginning = 15

/** An adversary for each of the peers, one in five with two strategies. */
export function anyAdversaries(random: Random, peers: readonly string[]): AdversaryOptions[] {
  return peers.flatMap((peer) => {
    const count = random.chance(0.2) ? 2 : 1
    const drawn = random.shuffle(strategyNames).slice(0, count)
    return drawn.map((strategy) => ({ strategy, peer, round: random.integer(0, lastBeginning) }))
  })
}

export function anyDelay(random: Random): Delay {
  return random.pick<() => Delay>([
    () => ({ kind: 'none' }),
    () => ({ kind: 'poisson', meanMs: random.integer(0, 200) }),
    () => ({ kind: 'poisson', meanMs: 30 }),
    () => ({ kind: 'adversarial', tactic: random.pick(schedulerTactics), maxMs: random.integer(100, 600) }),
  ])()
}

/**
 * A random mixture of adversaries, founders and newcomers, at most as many as the protocol bears,
 * while peers come and go, in either mode.
 */
export function anyMalice(random: Random): Differing {
  const initialPeers = random.integer(4, 10)
  const joining = random.chance(0.5) ? random.integer(1, 2) : 0
  const most = mostFaulty(initialPeers)
  const leaving = most > 1 && random.chance(0.3) ? 1 : 0
  const changes = [
    ...additions(random, initialPeers, joining, 12),
    ...removals(random, initialPeers, leaving, random.integer(1, 12)),
  ]
  const count = Math.min(mostCrashes({ initialPeers, topics: changes }), most)
  const names = peerNames(initialPeers + joining)
  const peers = random.shuffle(names).slice(0, random.chance(0.7) ? count : random.integer(1, Math.max(1, count)))
  const by = random.chance(0.8) ? 'all' : 1
  return {
    mode: random.pick(['supermajority', 'single'] as const),
    wire: random.chance(0.1),
    initialPeers,
    delay: anyDelay(random),
    lossProbability: random.pick([0, 0, 0, 0.1]),
    crashProbability: random.pick([0, 0, 0, 0.02]),
    fairFromRound: 20,
    adversaries: anyAdversaries(random, peers),
    topics: [...changes, ...payloads(random, random.integer(1, 6), 20, by)],
  }
}
