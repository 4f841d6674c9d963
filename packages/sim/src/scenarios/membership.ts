// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerName, peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import type { MembershipTopic } from '../options/topics.ts'
import { anyChurn } from './any-churn.ts'
import { churnTopics } from './churn.ts'
import { payloads, scenario } from './scenario.ts'
import type { Differing, Scenario } from './scenario.ts'

/** When changes are voted for: all from round `from` on, or each from a random round up to `to`. */
interface Timing {
  readonly from: number
  readonly to?: number
  /** How many of the membership topics must be put out before. */
  readonly after?: number
}

function changes(
  random: Random,
  kind: MembershipTopic['kind'],
  peers: readonly string[],
  { from, to = from, after = 0 }: Timing,
): MembershipTopic[] {
  return peers.map((peer) => ({ kind, peer, round: random.integer(from, to), spreadRounds: 2, after }))
}

/** Names of `count` peers, beginning with the one with number `first`. */
function peersFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => peerName(first + i))
}

/** Membership changes, and payloads during the whole time in which these are voted for. */
function withLoad(random: Random, initialPeers: number, topics: readonly MembershipTopic[], count: number): Differing {
  const lastRound = Math.max(10, ...topics.map(({ round }) => round))
  return { initialPeers, topics: [...topics, ...payloads(random, count, lastRound)] }
}

const longChurn = scenario(
  'long-churn',
  'peers come and go for long: 12 names, 6 to 12 members at a time',
  (random) => {
    const initialPeers = random.integer(6, 9)
    const limits = { initialPeers, names: 12, fewest: 6, changes: 20, pauseRounds: 8 }
    const { topics, lastRound } = churnTopics(random, limits)
    return { initialPeers, fairFromRound: lastRound, topics: [...topics, ...payloads(random, 6, lastRound)] }
  },
)

const growAndShrink = scenario('grow-and-shrink', 'one peer becomes thirty, and these become four', (random) => {
  const coming = changes(random, 'add', peersFrom(1, 29), { from: 1, to: 20 })
  const leaving = random.shuffle(peerNames(30)).slice(0, 26)
  const going = changes(random, 'remove', leaving, { from: 20, to: 30, after: coming.length })
  return withLoad(random, 1, [...coming, ...going], 5)
})

const replaceAll = scenario('replace-all', 'all members are replaced, three times, by as many others', (random) => {
  const size = random.integer(4, 6)
  const topics: MembershipTopic[] = []
  for (let generation = 1; generation <= 3; generation++) {
    const from = 10 * generation
    topics.push(...changes(random, 'add', peersFrom(generation * size, size), { from, after: topics.length }))
    const old = peersFrom((generation - 1) * size, size)
    topics.push(...changes(random, 'remove', old, { from, after: topics.length }))
  }
  return withLoad(random, size, topics, 6)
})

const joinMany = scenario('join-many', 'twice as many as there are join at the same time, under load', (random) => {
  const initialPeers = random.integer(4, 6)
  const newcomers = peersFrom(initialPeers, 2 * initialPeers)
  return withLoad(random, initialPeers, changes(random, 'add', newcomers, { from: random.integer(1, 6) }), 15)
})

const joinAndLeave = scenario(
  'join-and-leave',
  'some join and some leave in the same round, often in the same election',
  (random) => {
    const initialPeers = random.integer(4, 8)
    const from = random.integer(1, 6)
    const leaving = random.shuffle(peerNames(initialPeers)).slice(0, random.integer(1, initialPeers - 2))
    const newcomers = peersFrom(initialPeers, random.integer(1, 4))
    const topics = random.shuffle([
      ...changes(random, 'add', newcomers, { from }),
      ...changes(random, 'remove', leaving, { from }),
    ])
    return withLoad(random, initialPeers, topics, 6)
  },
)

const joinerMeetsRemoved = scenario(
  'joiner-meets-removed',
  'newcomers replay the events of peers that were removed before they came, and of some that go as they come',
  (random) => {
    const initialPeers = random.integer(5, 8)
    const [early = '', late = ''] = random.shuffle(peerNames(initialPeers))
    const leaving = changes(random, 'remove', [early], { from: 2 })
    const coming = changes(random, 'add', peersFrom(initialPeers, 3), { from: 6, to: 10, after: 1 })
    const topics = [...leaving, ...coming, ...changes(random, 'remove', [late], { from: 6, to: 10, after: 1 })]
    return withLoad(random, initialPeers, topics, 8)
  },
)

const removeManyQuickly = scenario(
  'remove-many-quickly',
  'all but a few are removed at once, or one right after the other',
  (random) => {
    const initialPeers = random.integer(4, 10)
    const staying = random.integer(1, Math.ceil(initialPeers / 2))
    const leaving = random.shuffle(peerNames(initialPeers)).slice(staying)
    const from = random.integer(1, 5)
    const to = from + random.pick([0, 10])
    return withLoad(random, initialPeers, changes(random, 'remove', leaving, { from, to }), 4)
  },
)

const addManyRemoveOld = scenario(
  'add-many-remove-old',
  'many join, and as soon as they are added, or even before, the old members are removed',
  (random) => {
    const initialPeers = random.integer(3, 6)
    const newcomers = peersFrom(initialPeers, random.integer(initialPeers, 2 * initialPeers))
    const from = random.integer(1, 4)
    const coming = changes(random, 'add', newcomers, { from, to: from + random.pick([0, 8]) })
    const old = random.shuffle(peerNames(initialPeers)).slice(random.integer(0, 1))
    const after = random.pick([coming.length, Math.ceil(coming.length / 2), 1])
    return withLoad(random, initialPeers, [...coming, ...changes(random, 'remove', old, { from, after })], 4)
  },
)

const newcomersAlone = scenario(
  'newcomers-alone',
  'only newcomers and a founder that was always silent are left when more peers join',
  (random) => {
    const initialPeers = 4
    const coming = changes(random, 'add', peersFrom(4, 4), { from: 1 })
    const going = changes(random, 'remove', ['Bob', 'Carol', 'Dave'], { from: 1, after: 4 })
    const more = changes(random, 'add', peersFrom(8, 2), { from: 1, after: 7 })
    const adversaries = [{ strategy: 'silent', peer: 'Alice', round: 0 }]
    return { ...withLoad(random, initialPeers, [...coming, ...going, ...more], 4), adversaries }
  },
)

/** Scenarios of joining and leaving: first each pattern by itself, then mixtures. */
export const membershipScenarios: readonly Scenario[] = [
  growAndShrink,
  replaceAll,
  joinMany,
  joinAndLeave,
  joinerMeetsRemoved,
  removeManyQuickly,
  addManyRemoveOld,
  newcomersAlone,
  longChurn,
  scenario('churn', 'members come and go, load, faults and adversaries: any mixture', anyChurn),
]
