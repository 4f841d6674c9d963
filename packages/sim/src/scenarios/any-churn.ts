// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import { mostCrashes } from '../options/fault-bounds.ts'
import { anyAdversaries, anyDelay } from './any-malice.ts'
import { churnTopics } from './churn.ts'
import { keyTopics } from './keys.ts'
import { payloads } from './scenario.ts'
import type { Differing } from './scenario.ts'

/** These are mostly enough rounds to generate the key of the coin and to hold elections with it. */
const calmRounds = 60

/**
 * Members come and go while they vote and others misbehave: a random sequence of changes, many of
 * them under way at the same time, with one to ten members, in either mode. There are at most as many
 * adversaries and crashes as the members of any time bear; founders and newcomers misbehave. Half of
 * the runs have calm times between the changes and after them. In the other half the voters seldom
 * have a key for the coin.
 */
export function anyChurn(random: Random): Differing {
  const isBearing = random.chance(0.7)
  const isCalm = random.chance(0.5)
  const initialPeers = isBearing ? random.integer(4, 7) : random.integer(1, 5)
  const { topics: changes, lastRound } = churnTopics(random, {
    initialPeers,
    names: initialPeers + random.integer(1, 3),
    fewest: isBearing ? 4 : 1,
    changes: random.integer(2, 8),
    pauseRounds: isCalm ? calmRounds : random.pick([0, 2, 8]),
  })
  const most = mostCrashes({ initialPeers, topics: changes })
  const newcomers = changes.flatMap(({ kind, peer }) => (kind === 'add' ? [peer] : []))
  const candidates = random.shuffle([...peerNames(initialPeers), ...newcomers])
  const adversaries = random.chance(0.6) ? candidates.slice(0, most) : []
  const misbehaving = anyAdversaries(random, adversaries)
  const crashProbability = random.pick([0, 0, 0.02])
  const keys =
    crashProbability === 0 && random.chance(0.4)
      ? keyTopics(random, { initialPeers, topics: changes, adversaries: misbehaving }, random.integer(1, 2), lastRound)
      : []
  const [mostPayloads, lastPayload] = isCalm ? [15, lastRound + calmRounds] : [6, lastRound]
  return {
    mode: random.pick(['supermajority', 'single'] as const),
    wire: random.chance(0.05),
    initialPeers,
    delay: anyDelay(random),
    lossProbability: random.pick([0, 0, 0.1, 0.3]),
    crashProbability,
    fairFromRound: lastRound + 3,
    adversaries: misbehaving,
    topics: [
      ...changes,
      ...keys,
      ...payloads(random, random.integer(0, mostPayloads), lastPayload, random.chance(0.8) ? 'all' : 1),
    ],
  }
}
