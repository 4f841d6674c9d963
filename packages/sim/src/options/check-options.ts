// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerNames } from '../base/names.ts'
import { mostCrashes, mostFaultyInKey } from './fault-bounds.ts'
import { OptionsError } from './options-error.ts'
import { adversaryNames, memberNames } from './options.ts'
import type { SimulationOptions } from './options.ts'
import { isStrategyName } from './strategy-names.ts'
import { isMembership } from './topics.ts'
import type { KeyTopic } from './topics.ts'

/** Limits of a simulation. A larger one would not end in reasonable time. */
export const simulationLimits = {
  peers: 100,
  opaque: 1000,
  rounds: 1_000_000,
  delayMs: 1_000_000,
} as const

/**
 * Checks options, which may come from a user.
 *
 * @throws {@link OptionsError} if they describe no run, or one in which a third of the voters or
 *   more could be faulty.
 */
export function checkOptions(options: SimulationOptions): void {
  checkInteger('initialPeers', options.initialPeers, 1, simulationLimits.peers)
  checkInteger('maxRounds', options.maxRounds, 1, simulationLimits.rounds)
  checkInteger('roundMs', options.roundMs, 1, simulationLimits.delayMs)
  checkInteger('fairFromRound', options.fairFromRound, 0, simulationLimits.rounds)
  checkProbability('lossProbability', options.lossProbability)
  checkProbability('crashProbability', options.crashProbability)
  if (options.delay.kind === 'constant') checkInteger('delay.ms', options.delay.ms, 0, simulationLimits.delayMs)
  if (options.delay.kind === 'poisson') {
    const { meanMs } = options.delay
    if (!(meanMs >= 0 && meanMs <= 10_000))
      throw new OptionsError('delay.meanMs', `${String(meanMs)} is not from 0 to 10000`)
  }
  if (options.delay.kind === 'adversarial') checkInteger('delay.maxMs', options.delay.maxMs, 0, 10_000)
  checkTopics(options)
  checkAdversaries(options)
  checkStall(options)
  let crashing = 0
  for (const { round, count } of options.crashes) {
    checkInteger('crashes.round', round, 0, Math.max(0, options.fairFromRound - 1))
    checkInteger('crashes.count', count, 1, simulationLimits.peers)
    crashing += count
  }
  const most = mostCrashes(options) - adversaryNames(options).size
  if (crashing > most) {
    throw new OptionsError('crashes', `${String(crashing)} are not fewer than a third of the voters at all times`, most)
  }
}

function checkInteger(option: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    const bound = value > max ? max : min
    throw new OptionsError(option, `${String(value)} is not an integer from ${String(min)} to ${String(max)}`, bound)
  }
}

function checkProbability(option: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new OptionsError(option, `${String(value)} is not a probability below 1`)
}

function checkAdversaries(options: SimulationOptions): void {
  const known = memberNames(options)
  for (const { strategy, peer, round } of options.adversaries) {
    checkInteger('adversaries.round', round, 0, simulationLimits.rounds)
    if (!isStrategyName(strategy)) throw new OptionsError('adversaries.strategy', `there is no ${strategy}`)
    if (!known.has(peer)) throw new OptionsError('adversaries.peer', `${peer} is never a member`)
  }
  const count = adversaryNames(options).size
  const most = mostCrashes(options)
  if (count > 0 && count > most) {
    throw new OptionsError(
      'adversaries',
      `${String(count)} are not fewer than a third of the voters at all times`,
      most,
    )
  }
}

function checkStall(options: SimulationOptions): void {
  const { stall, initialPeers } = options
  if (stall === undefined) return
  checkInteger('stall.fromRound', stall.fromRound, 1, simulationLimits.rounds)
  checkInteger('stall.rounds', stall.rounds, 1, simulationLimits.rounds)
  if (initialPeers < 4 || initialPeers % 3 !== 1)
    throw new OptionsError('stall', `${String(initialPeers)} peers are not 4, 7, 10 or another 3f + 1`)
  const faults = options.adversaries.length + options.crashes.length + options.crashProbability
  if (faults > 0 || options.lossProbability > 0) throw new OptionsError('stall', 'its network has no other faults')
  if (options.topics.some(isMembership)) throw new OptionsError('stall', 'the members of its network do not change')
}

function checkKey({ participants }: KeyTopic, options: SimulationOptions): void {
  const members = memberNames(options)
  if (new Set(participants).size < participants.length) throw new OptionsError('topics', 'a participant of a key twice')
  for (const name of participants)
    if (!members.has(name)) throw new OptionsError('topics', `${name} takes part in a key and is never a member`)
  const crashing =
    options.crashes.reduce((sum, { count }) => sum + count, 0) +
    (options.crashProbability > 0 ? participants.length : 0)
  const most = mostFaultyInKey(participants, options)
  if (crashing > most)
    throw new OptionsError('topics', 'of the participants of a key that stay, a third or more are faulty', most)
}

function checkTopics(options: SimulationOptions): void {
  const present = new Set(peerNames(options.initialPeers))
  const used = new Set(present)
  const texts = new Set<string>()
  let changes = 0
  for (const topic of options.topics) {
    checkInteger('topics.round', topic.round, 0, simulationLimits.rounds)
    checkInteger('topics.spreadRounds', topic.spreadRounds, 0, simulationLimits.rounds)
    if (topic.kind === 'payload') {
      if (topic.by !== 'all') checkInteger('topics.by', topic.by, 1, options.initialPeers)
      if (texts.has(topic.text)) throw new OptionsError('topics', `payload ${topic.text} twice`)
      texts.add(topic.text)
      continue
    }
    if (topic.kind === 'key') {
      checkKey(topic, options)
      continue
    }
    checkInteger('topics.after', topic.after, 0, changes++)
    if (topic.kind === 'add') {
      if (used.has(topic.peer))
        throw new OptionsError('topics', `${topic.peer} cannot be added: the name was used before`)
      used.add(topic.peer)
      present.add(topic.peer)
    } else if (!present.delete(topic.peer)) {
      throw new OptionsError('topics', `${topic.peer} cannot be removed: it is no member then`)
    }
  }
  if (mostCrashes(options) < 0) throw new OptionsError('topics', 'all voters are removed at once')
  checkInteger('topics (peers in all)', used.size, 1, simulationLimits.peers)
}
