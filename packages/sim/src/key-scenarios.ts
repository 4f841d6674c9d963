// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerNames } from './names.ts'
import { adversaryNames, isMembership, mostFaulty, schedulerTactics } from './options.ts'
import type { AdversaryOptions, KeyTopic, SimulationOptions } from './options.ts'
import type { Random } from './random.ts'
import { additions, payloads, scenario } from './scenario.ts'
import type { Scenario } from './scenario.ts'

const dealers = ['key-wrong-rows', 'key-malformed-parts', 'key-wrong-values', 'silent', 'slow']
const tossers = ['coin-wrong', 'coin-withheld']

function faulty(random: Random, initialPeers: number, strategies: readonly string[]): AdversaryOptions[] {
  const peers = random.shuffle(peerNames(initialPeers)).slice(0, mostFaulty(initialPeers))
  return peers.map((peer) => ({ strategy: random.pick(strategies), peer, round: 0 }))
}

/** Keys for random first members that stay; of those that misbehave no more than each key bears. */
export function keyTopics(
  random: Random,
  { initialPeers, topics, adversaries }: Pick<SimulationOptions, 'initialPeers' | 'topics' | 'adversaries'>,
  count: number,
  lastRound: number,
): KeyTopic[] {
  const leaving = new Set(topics.filter(isMembership).map(({ peer }) => peer))
  const staying = random.shuffle(peerNames(initialPeers).filter((name) => !leaving.has(name)))
  const misbehaving = adversaryNames({ adversaries })
  const correct = staying.filter((name) => !misbehaving.has(name))
  const others = staying.filter((name) => misbehaving.has(name))
  const keys = new Map<string, KeyTopic>()
  for (let i = 0; i < count && correct.length > 0; i++) {
    const chosen = random.shuffle(correct).slice(0, random.integer(1, correct.length))
    for (const name of others)
      if (mostFaulty(chosen.length + 1) > chosen.filter((it) => misbehaving.has(it)).length) chosen.push(name)
    const participants = chosen.sort()
    keys.set(participants.join(), { kind: 'key', participants, round: random.integer(1, lastRound), spreadRounds: 3 })
  }
  return [...keys.values()]
}

/** Keys that the application asks for, and the coin's. */
export const keyScenarios: readonly Scenario[] = [
  scenario('keys', 'several keys are generated at the same time, with dealers that cheat', (random) => {
    const initialPeers = random.integer(4, 8)
    const adversaries = faulty(random, initialPeers, dealers)
    const topics = payloads(random, 3, 10)
    return {
      initialPeers,
      adversaries,
      topics: [...topics, ...keyTopics(random, { initialPeers, topics, adversaries }, 3, 8)],
    }
  }),
  scenario(
    'coin',
    'many elections under a scheduler that hurts progress, with voters whose shares of coins are wrong or missing, and one newcomer',
    (random) => {
      const initialPeers = random.integer(4, 7)
      return {
        initialPeers,
        delay: { kind: 'adversarial', tactic: random.pick(schedulerTactics), maxMs: random.integer(200, 600) },
        adversaries: faulty(random, initialPeers, tossers),
        fairFromRound: 60,
        topics: [...payloads(random, 25, 60), ...additions(random, initialPeers, 1, 30)],
      }
    },
  ),
]
