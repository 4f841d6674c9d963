// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { coinKinds } from '@parsec-bft/core/internals'
import { peerName } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import { mostFaulty } from '../options/fault-bounds.ts'
import type { MembershipTopic, Topic } from '../options/topics.ts'
import { anyOptions } from './anything.ts'
import { keyScenarios } from './keys.ts'
import { maliceScenarios } from './malice.ts'
import { membershipScenarios } from './membership.ts'
import { additions, payloads, removals, scenario } from './scenario.ts'
import type { Differing, Scenario } from './scenario.ts'
import { stalled } from './stall-plan.ts'

export type { Scenario } from './scenario.ts'

const minimal = scenario('minimal', 'four peers, one payload: the smallest network that bears a fault', (random) => ({
  topics: payloads(random, 1, 0),
}))

const votesBefore = scenario('votes-before', 'many votes before any gossip', (random) => ({
  initialPeers: random.integer(4, 8),
  topics: payloads(random, random.integer(10, 40), 0),
}))

const votesDuring = scenario('votes-during', 'many votes while the peers gossip', (random) => ({
  initialPeers: random.integer(4, 8),
  topics: payloads(random, random.integer(10, 30), 20),
}))

const duplicateVotes = scenario(
  'duplicate-votes',
  'peers try to vote again for what they voted for; each attempt is refused and changes nothing',
  (random) => ({ initialPeers: random.integer(4, 7), duplicateVotes: true, topics: payloads(random, 8, 12) }),
)

const silentThird = scenario('silent-third', 'just under a third of the peers never gossip', (random) => {
  const initialPeers = random.integer(4, 10)
  const crashes = [{ round: 0, count: mostFaulty(initialPeers) }]
  return { initialPeers, crashes, topics: payloads(random, 6, 8) }
})

const crashTogether = scenario('crash-together', 'just under a third of the peers crash at the same time', (random) => {
  const initialPeers = random.integer(4, 10)
  const round = random.integer(2, 10)
  const crashes = [{ round, count: mostFaulty(initialPeers) }]
  return { initialPeers, crashes, fairFromRound: round + 1, topics: payloads(random, 6, 12) }
})

const crashOneByOne = scenario('crash-one-by-one', 'peers crash at random, at last just under a third', (random) => ({
  initialPeers: random.integer(4, 10),
  crashProbability: 0.02,
  fairFromRound: 20,
  topics: payloads(random, 8, 18),
}))

const noDelays = scenario('no-delays', 'messages take no time', (random) => ({
  initialPeers: random.integer(4, 8),
  delay: { kind: 'none' },
  topics: payloads(random, 8, 10),
}))

const addMany = scenario('add-many', 'the network more than doubles', (random) => {
  const initialPeers = random.integer(4, 6)
  return { initialPeers, topics: additions(random, initialPeers, initialPeers + random.integer(1, 2), 30) }
})

const addFewAndVote = scenario('add-few-and-vote', 'a few peers come while others vote', (random) => {
  const initialPeers = random.integer(4, 7)
  const topics = [...additions(random, initialPeers, random.integer(1, 3), 15), ...payloads(random, 10, 20)]
  return { initialPeers, topics }
})

const addManyAndVote = scenario('add-many-and-vote', 'the network more than doubles while it votes', (random) => {
  const initialPeers = random.integer(4, 5)
  const topics = [...additions(random, initialPeers, initialPeers + 1, 30), ...payloads(random, 10, 30)]
  return { initialPeers, topics }
})

const removeOne = scenario('remove-one', 'one peer is removed while others vote', (random) => {
  const initialPeers = random.integer(4, 8)
  const topics = [...removals(random, initialPeers, 1, random.integer(1, 10)), ...payloads(random, 6, 15)]
  return { initialPeers, topics }
})

const removeThird = scenario('remove-third', 'just under a third of the peers are removed at once', (random) => {
  const initialPeers = random.integer(7, 10)
  const topics = [...removals(random, initialPeers, mostFaulty(initialPeers), 3), ...payloads(random, 6, 12)]
  return { initialPeers, topics }
})

const mixed = scenario(
  'mixed',
  'peers fail, are added and removed, and messages are lost, while they vote',
  (random) => {
    const initialPeers = random.integer(7, 10)
    const topics: Topic[] = [
      ...additions(random, initialPeers, random.integer(1, 3), 20),
      ...removals(random, initialPeers, random.integer(1, 2), random.integer(1, 20)),
      ...payloads(random, 8, 25),
    ]
    return { initialPeers, crashProbability: 0.01, lossProbability: 0.1, fairFromRound: 30, topics }
  },
)

const single = scenario('single', 'one vote is enough; each payload is voted for by one peer', (random) => ({
  mode: 'single',
  initialPeers: random.integer(4, 8),
  topics: payloads(random, random.integer(10, 20), 15, 1),
}))

const singleSame = scenario(
  'single-same',
  'one vote is enough and all vote for the same payload: it comes out once per voter',
  (random) => ({ mode: 'single', initialPeers: random.integer(4, 6), topics: payloads(random, 2, 5) }),
)

function growing(initialPeers: number) {
  return (random: Random): Differing => {
    const count = random.integer(3, 6)
    const additions = Array.from({ length: count }, (_, i): MembershipTopic => {
      return { kind: 'add', peer: peerName(initialPeers + i), round: random.integer(1, 15), spreadRounds: 2, after: 0 }
    })
    return { initialPeers, topics: [...additions, ...payloads(random, 5, 20)] }
  }
}

const fromTwo = scenario('from-two', 'a network grows from two peers', growing(2))
const fromOne = scenario('from-one', 'a network grows from one peer, which at first decides alone', growing(1))

const lossy = scenario('lossy', 'a third of the messages are lost, many are late, in either mode', (random) => ({
  mode: random.pick(['supermajority', 'single'] as const),
  initialPeers: random.integer(4, 8),
  lossProbability: 0.33,
  delay: { kind: 'poisson', meanMs: random.integer(50, 300) },
  fairFromRound: 60,
  topics: payloads(random, 6, 30),
}))

const signed = scenario('signed', 'real keys and messages as bytes, while a peer comes and one goes', (random) => ({
  identities: 'ed25519',
  wire: true,
  initialPeers: 4,
  topics: [...additions(random, 4, 1, 3), ...removals(random, 4, 1, 6), ...payloads(random, 3, 6)],
}))

const stall = scenario(
  'stall',
  'a scheduler that knows the coins keeps an election of correct peers undecided for a few rounds: see parsec attack',
  (random) => {
    const coin = random.pick(coinKinds)
    return stalled({ peers: random.pick([4, 7]), rounds: random.integer(2, 6), coin, blind: random.chance(0.2) })
  },
)

const anything = scenario('anything', 'whatever a simulation can do, in any combination', anyOptions)

/** All of them, in the order in which a newcomer might read them. */
export const scenarios: readonly Scenario[] = [
  minimal,
  votesBefore,
  votesDuring,
  duplicateVotes,
  silentThird,
  crashTogether,
  crashOneByOne,
  noDelays,
  addMany,
  addFewAndVote,
  addManyAndVote,
  removeOne,
  removeThird,
  mixed,
  single,
  singleSame,
  fromTwo,
  fromOne,
  lossy,
  signed,
  stall,
  anything,
  ...keyScenarios,
  ...membershipScenarios,
  ...maliceScenarios,
]

/** The scenario with this name, or undefined. */
export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((candidate) => candidate.name === name)
}
