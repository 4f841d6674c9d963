// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import { schedulerTactics } from '../options/delay.ts'
import { mostCrashes, mostFaulty, mostFaultyInKey } from '../options/fault-bounds.ts'
import { memberNames } from '../options/options.ts'
import type { AdversaryOptions, SimulationOptions } from '../options/options.ts'
import type { KeyTopic } from '../options/topics.ts'
import { additions, payloads, removals, scenario } from './scenario.ts'
import type { Scenario } from './scenario.ts'

const dealers = ['key-wrong-rows', 'key-malformed-parts', 'key-wrong-values', 'silent', 'slow']
const tossers = ['coin-wrong', 'coin-withheld']

function faulty(random: Random, peers: readonly string[], strategies: readonly string[]): AdversaryOptions[] {
  return peers.map((peer) => ({ strategy: random.pick(strategies), peer, round: 0 }))
}

/** As many random founders as may be faulty. */
function mostOfFounders(random: Random, initialPeers: number): string[] {
  return random.shuffle(peerNames(initialPeers)).slice(0, mostFaulty(initialPeers))
}

/**
 * Keys for random members, among them newcomers and peers that leave. Each key has at most as many
 * faulty participants as it bears.
 */
export function keyTopics(
  random: Random,
  options: Pick<SimulationOptions, 'initialPeers' | 'topics' | 'adversaries'>,
  count: number,
  lastRound: number,
): KeyTopic[] {
  const members = random.shuffle([...memberNames(options)])
  const staying = members.filter((name) => mostFaultyInKey([name], options) === 0)
  const keys = new Map<string, KeyTopic>()
  for (let i = 0; i < count && staying.length > 0; i++) {
    const chosen = random.shuffle(staying).slice(0, random.integer(1, staying.length))
    for (const name of members) {
      const mayTakePart = !staying.includes(name) && mostFaultyInKey([...chosen, name], options) >= 0
      if (mayTakePart && random.chance(0.7)) chosen.push(name)
    }
    const participants = chosen.sort()
    keys.set(participants.join(), { kind: 'key', participants, round: random.integer(1, lastRound), spreadRounds: 3 })
  }
  return [...keys.values()]
}

/** Keys that the application asks for, and the coin's. */
export const keyScenarios: readonly Scenario[] = [
  scenario('keys', 'several keys are generated at the same time, with dealers that cheat', (random) => {
    const initialPeers = random.integer(4, 8)
    const adversaries = faulty(random, mostOfFounders(random, initialPeers), dealers)
    const topics = payloads(random, 3, 10)
    return {
      initialPeers,
      adversaries,
      topics: [...topics, ...keyTopics(random, { initialPeers, topics, adversaries }, 3, 8)],
    }
  }),
  scenario(
    'keys-and-leavers',
    'participants of keys, some of them newcomers, are removed while these are generated, with dealers that cheat',
    (random) => {
      const initialPeers = random.integer(5, 9)
      const round = random.integer(1, 8)
      const leaving = removals(random, initialPeers, random.integer(1, initialPeers - 4), round)
      const topics = [...payloads(random, 3, 10), ...additions(random, initialPeers, 2, 8), ...leaving]
      const staying = peerNames(initialPeers).filter((name) => leaving.every(({ peer }) => peer !== name))
      const most = mostCrashes({ initialPeers, topics })
      const adversaries = faulty(random, random.shuffle(staying).slice(0, most), dealers)
      return {
        initialPeers,
        adversaries,
        topics: [...topics, ...keyTopics(random, { initialPeers, topics, adversaries }, 3, 12)],
      }
    },
  ),
  scenario(
    'coin',
    'many elections under a scheduler that hurts progress, with voters whose shares of coins are wrong or missing, ' +
      'and one newcomer',
    (random) => {
      const initialPeers = random.integer(4, 7)
      return {
        initialPeers,
        delay: { kind: 'adversarial', tactic: random.pick(schedulerTactics), maxMs: random.integer(200, 600) },
        adversaries: faulty(random, mostOfFounders(random, initialPeers), tossers),
        fairFromRound: 60,
        topics: [...payloads(random, 25, 60), ...additions(random, initialPeers, 1, 30)],
      }
    },
  ),
]
