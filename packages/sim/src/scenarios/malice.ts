// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import { schedulerTactics } from '../options/delay.ts'
import { mostFaulty } from '../options/fault-bounds.ts'
import type { AdversaryOptions } from '../options/options.ts'
import { anyAdversaries, anyMalice } from './any-malice.ts'
import { additions, payloads, scenario } from './scenario.ts'
import type { Differing, Scenario } from './scenario.ts'

/**
 * A network of voting peers with `count` adversaries, or with as many as the founders bear. They get
 * the strategies in turn.
 */
function network(random: Random, strategies: readonly string[], count?: number, fewestPeers = 4): Differing {
  const initialPeers = random.integer(fewestPeers, 10)
  const peers = random.shuffle(peerNames(initialPeers)).slice(0, count ?? mostFaulty(initialPeers))
  const adversaries = peers.map((peer, i): AdversaryOptions => {
    return { strategy: strategies[i % strategies.length] ?? '', peer, round: random.integer(2, 8) }
  })
  return { initialPeers, adversaries, topics: payloads(random, 4, 12) }
}

/** A scenario in which every adversary follows one of the strategies. */
function family(name: string, description: string, strategies: readonly string[], count?: number): Scenario {
  return scenario(name, description, (random) =>
    network(random, count === undefined ? random.shuffle(strategies) : strategies, count, count === 2 ? 7 : 4),
  )
}

const forkLate = scenario(
  'fork-late',
  'a peer is removed, and only then its fellow shows that it had forked',
  (random) => {
    const options = network(random, ['fork-late', 'accomplice'], 2, 10)
    const [forker] = options.adversaries ?? []
    const removal = { kind: 'remove', peer: forker?.peer ?? '', round: 8, spreadRounds: 2, after: 0 } as const
    return { ...options, topics: [...(options.topics ?? []), removal] }
  },
)

/** A forker that strands others; before there is a key for the coin, or after, or as members come and go. */
function strander(random: Random): Differing {
  const initialPeers = random.integer(4, 7)
  const [peer = '', ...others] = random.shuffle(peerNames(initialPeers)).slice(0, mostFaulty(initialPeers))
  const forker = { strategy: 'fork-stranding', peer, round: random.integer(1, 25) }
  const joining = additions(random, initialPeers, random.integer(0, 3), 25)
  return {
    initialPeers,
    adversaries: [forker, ...anyAdversaries(random, others)],
    topics: [...payloads(random, 12, 35), ...joining],
  }
}

const stranding = scenario(
  'stranding',
  'a peer that decides first leads some to decide by what others do not take in; before there is a key for the coin, ' +
    'or after, or as members come and go',
  strander,
)

const strandingHelped = scenario(
  'stranding-helped',
  'the same, with a scheduler that lets the peer decide first, and its victims meet before they hear of others',
  (random) => ({
    ...strander(random),
    delay: { kind: 'adversarial', tactic: 'collusion', maxMs: random.integer(200, 600) },
  }),
)

const prematureGossip = scenario(
  'gossip-creator',
  'a newcomer makes requests as if it had learnt nothing, and a member records them before it could know of it',
  (random) => {
    const initialPeers = random.integer(7, 10)
    const adversaries = [
      { strategy: 'invalid-gossip-creator', peer: random.pick(peerNames(initialPeers)), round: 1 },
      { strategy: 'premature-newcomer', peer: peerNames(initialPeers + 1).at(-1) ?? '', round: 1 },
    ]
    return { initialPeers, adversaries, topics: [...additions(random, initialPeers, 1, 6), ...payloads(random, 3, 12)] }
  },
)

const lateReplay = scenario(
  'malice-and-joiners',
  'peers join while others misbehave; they judge old malice by the members of that time',
  (random) => {
    const options = network(random, ['fork-simple', 'double-vote', 'genesis-missing', 'false-accuser'])
    const { initialPeers = 4 } = options
    return { ...options, topics: [...(options.topics ?? []), ...additions(random, initialPeers, 2, 20)] }
  },
)

const adversarialScheduler = scenario(
  'adversarial-scheduler',
  'the network sees everything and delays messages to hurt progress, with a forker in it',
  (random) => ({
    ...network(random, ['fork-two-faced', 'silent', 'fork-colluding']),
    delay: { kind: 'adversarial', tactic: random.pick(schedulerTactics), maxMs: random.integer(200, 800) },
  }),
)

const malice31 = scenario('malice-31', '31 peers, 10 of them adversaries of any kind', (random) => {
  const peers = random.shuffle(peerNames(31)).slice(0, 10)
  return { initialPeers: 31, adversaries: anyAdversaries(random, peers), topics: payloads(random, 2, 5) }
})

/** Scenarios with adversaries: first one for each way to misbehave, then mixtures. */
export const maliceScenarios: readonly Scenario[] = [
  family('fork-simple', 'peers make two events with the same self-parent', ['fork-simple']),
  family('fork-three-way', 'peers make three events with the same self-parent', ['fork-three-way']),
  family('fork-nested', 'peers fork, and fork again on a branch', ['fork-nested']),
  family('fork-initial', 'peers fork right after their first event', ['fork-initial']),
  family('fork-two-faced', 'peers show each half of the network another branch', ['fork-two-faced']),
  family('fork-transitive', 'a branch comes to light through an accomplice', ['fork-transitive', 'accomplice'], 2),
  forkLate,
  family('fork-collusion', 'two-faced peers back each other in each half of the network', ['fork-colluding']),
  stranding,
  strandingHelped,
  family('double-vote', 'peers vote twice for the same', ['double-vote']),
  family('false-accuser', 'peers accuse correct ones of what they have not done', ['false-accuser']),
  family('accomplice', 'a peer votes twice, another one sees it and accuses nobody', ['double-vote', 'accomplice'], 2),
  family('silent-adversary', 'peers are silent, silent to some, or slow', ['silent', 'selectively-silent', 'slow']),
  family('malformed', 'peers send bytes that are no messages', ['malformed']),
  family('genesis-malice', 'peers vote for Genesis not at all, again, or for another one', [
    'genesis-missing',
    'genesis-unexpected',
    'genesis-incorrect',
  ]),
  family('bad-parents', 'peers make events with parents that they cannot have', [
    'self-parent-by-other',
    'other-parent-by-itself',
  ]),
  family('bad-exchange', 'peers record what nobody asked them or answered them', [
    'invalid-request',
    'invalid-response',
  ]),
  prematureGossip,
  family('spam', 'peers send what is known, again and again, and vote for nonsense', ['spam']),
  family('replay', 'peers send their old messages again', ['replay']),
  lateReplay,
  adversarialScheduler,
  scenario('malice', 'any adversaries, as many as the protocol bears, in any network', anyMalice),
  malice31,
]
