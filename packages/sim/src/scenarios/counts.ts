// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerName, peerNames } from '../base/names.ts'
import { Random } from '../base/random.ts'
import { simulationLimits } from '../options/check-options.ts'
import { OptionsError } from '../options/options-error.ts'
import { defaultOptions } from '../options/options.ts'
import type { NetworkCounts, SimulationOptions } from '../options/options.ts'
import type { MembershipTopic, Topic } from '../options/topics.ts'

/** The fewest members that a run of `parsec simulate` ever has. */
export const fewestPeers = 3

/** What `parsec simulate` does without options. */
export const defaultCounts: NetworkCounts = {
  initialPeers: 4,
  addPeers: 1,
  removePeers: 1,
  maxPeers: 20,
  opaque: 3,
  maxRounds: 1000,
  mode: 'supermajority',
}

function atMost(option: string, value: number, most: number, reason: string): void {
  if (value > most) {
    throw new OptionsError(option, `${String(value)} is too many, ${reason}: at most ${String(most)}`, most)
  }
}

/**
 * Checks that there is a run with these numbers.
 *
 * @throws {@link OptionsError}, which names the largest value that works.
 */
export function checkCounts(counts: NetworkCounts): void {
  const { initialPeers, addPeers, removePeers, maxPeers, opaque, maxRounds } = counts
  for (const [option, value] of Object.entries({ initialPeers, addPeers, removePeers, maxPeers, opaque, maxRounds })) {
    if (!Number.isInteger(value) || value < 0) throw new OptionsError(option, `${String(value)} is not a whole number`)
  }
  atMost('maxPeers', maxPeers, simulationLimits.peers, 'a simulation has its limit')
  if (maxPeers < fewestPeers) throw new OptionsError('maxPeers', `at least ${String(fewestPeers)}`, fewestPeers)
  atMost('initialPeers', initialPeers, maxPeers, `maxPeers is ${String(maxPeers)}`)
  if (initialPeers < fewestPeers) throw new OptionsError('initialPeers', `at least ${String(fewestPeers)}`, fewestPeers)
  const canChange = maxPeers > fewestPeers
  const room = canChange ? maxPeers - initialPeers + removePeers : 0
  const mostAdded = Math.min(room, simulationLimits.peers - initialPeers)
  atMost('addPeers', addPeers, mostAdded, `there is room for ${String(maxPeers)} peers`)
  const mostRemoved = initialPeers + addPeers - fewestPeers
  atMost('removePeers', removePeers, mostRemoved, `at least ${String(fewestPeers)} peers stay at all times`)
  atMost('opaque', opaque, simulationLimits.opaque, 'a simulation has its limit')
  atMost('maxRounds', maxRounds, simulationLimits.rounds, 'a simulation has its limit')
}

/**
 * A random order of additions and removals. Each removal waits for what came before it, and
 * additions wait for the removals before them, so that the number of members stays within bounds.
 */
function planMembership(counts: NetworkCounts, random: Random): MembershipTopic[] {
  const members = peerNames(counts.initialPeers)
  let { addPeers: toAdd, removePeers: toRemove } = counts
  let next = counts.initialPeers
  let after = 0
  let round = 1
  const topics: MembershipTopic[] = []
  while (toAdd + toRemove > 0) {
    const canAdd = toAdd > 0 && members.length < counts.maxPeers
    const canRemove = toRemove > 0 && members.length > fewestPeers
    const timing = { round, spreadRounds: 3 }
    if (canAdd && (!canRemove || random.integer(1, toAdd + toRemove) <= toAdd)) {
      const peer = peerName(next++)
      topics.push({ kind: 'add', peer, ...timing, after })
      members.push(peer)
      toAdd--
    } else {
      const peer = random.pick(members)
      topics.push({ kind: 'remove', peer, ...timing, after: topics.length })
      members.splice(members.indexOf(peer), 1)
      toRemove--
      after = topics.length
    }
    round += random.integer(0, 6)
  }
  return topics
}

/**
 * Plans the run that `parsec simulate` shows: payloads and membership changes at random times,
 * messages with random delays.
 *
 * @throws {@link OptionsError} like {@link checkCounts}.
 */
export function networkOf(counts: NetworkCounts, seed: string | number): SimulationOptions {
  checkCounts(counts)
  const random = new Random(seed).fork('plan')
  const topics: Topic[] = planMembership(counts, random.fork('membership'))
  const lastRound = Math.max(10, ...topics.map((topic) => topic.round))
  for (let i = 0; i < counts.opaque; i++) {
    const round = random.integer(1, lastRound)
    topics.push({ kind: 'payload', text: String(i), round, spreadRounds: 3, by: counts.mode === 'single' ? 1 : 'all' })
  }
  return {
    ...defaultOptions,
    seed: String(seed),
    counts,
    mode: counts.mode,
    initialPeers: counts.initialPeers,
    maxRounds: counts.maxRounds,
    topics,
  }
}
