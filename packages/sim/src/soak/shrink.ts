// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerNames } from '../base/names.ts'
import { checkOptions } from '../options/check-options.ts'
import { OptionsError } from '../options/options-error.ts'
import { adversaryNames } from '../options/options.ts'
import type { SimulationOptions } from '../options/options.ts'
import { isMembership } from '../options/topics.ts'
import type { Topic } from '../options/topics.ts'
import type { SimulationResult } from '../run/simulate.ts'

/** How a run is made: `simulate`, or what a test has instead. */
export type Simulate = (options: SimulationOptions) => SimulationResult

/**
 * Limits of the search, in runs and in messages of all these runs. They are not in time, so the search
 * gives the same on every machine.
 */
export const shrinkLimits = { attempts: 300, messages: 300_000 } as const

/**
 * Looks for smaller options with which the same checker fails. The search is greedy: as soon as some
 * fail, it goes on from these.
 *
 * @param checker - which fails with these options, see `SimulationFailure.checker`.
 * @returns the smallest options found; the given ones if none are smaller.
 */
export function shrink(options: SimulationOptions, checker: string, simulate: Simulate): SimulationOptions {
  let smallest = options
  let attempts = 0
  let messages = 0
  const isSpent = (): boolean => attempts >= shrinkLimits.attempts || messages >= shrinkLimits.messages
  const fails = (candidate: SimulationOptions): boolean => {
    if (isSpent() || !describesRun(candidate)) return false
    attempts++
    const result = simulate(candidate)
    messages += result.traffic.messages
    return result.failure?.checker === checker
  }
  const reduce = (step: Step): boolean => {
    for (const candidate of step(smallest)) {
      if (!fails(candidate)) continue
      smallest = candidate
      return true
    }
    return false
  }
  for (let before: SimulationOptions | undefined; before !== smallest;) {
    before = smallest
    for (const step of steps) while (reduce(step));
  }
  return smallest
}

function describesRun(options: SimulationOptions): boolean {
  try {
    checkOptions(options)
    return true
  } catch (error) {
    if (error instanceof OptionsError) return false
    throw error
  }
}

/**
 * Gives options with something less, beginning with those that take away most; not all of them
 * describe a run. `maxRounds` stays as it is: with too few rounds every run fails.
 */
type Step = (options: SimulationOptions) => Generator<SimulationOptions>

const steps: readonly Step[] = [fewerTopics, fewerAdversaries, fewerCrashes, fewerPeers, simplerNetwork, earlierRounds]

function* fewerTopics(options: SimulationOptions): Generator<SimulationOptions> {
  for (const topics of withoutParts(options.topics)) yield withTopics(options, topics)
}

function* fewerAdversaries(options: SimulationOptions): Generator<SimulationOptions> {
  for (const adversaries of withoutParts(options.adversaries)) yield { ...options, adversaries }
}

function* fewerCrashes(options: SimulationOptions): Generator<SimulationOptions> {
  for (const crashes of withoutParts(options.crashes)) yield { ...options, crashes }
}

function* fewerPeers(options: SimulationOptions): Generator<SimulationOptions> {
  const { initialPeers } = options
  for (const peers of new Set([4, Math.ceil(initialPeers / 2), initialPeers - 1])) {
    if (peers > 0 && peers < initialPeers) yield withPeers(options, peers)
  }
}

/** The list without all, then without each half, each quarter … each single item. */
function* withoutParts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let size = items.length; size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < items.length; start += size) yield items.toSpliced(start, size)
  }
}

function* simplerNetwork(options: SimulationOptions): Generator<SimulationOptions> {
  const { delay } = options
  const simple: Partial<SimulationOptions> = {
    wire: false,
    identities: 'mock',
    coin: 'predictable',
    lossProbability: 0,
    crashProbability: 0,
    duplicateVotes: false,
    roundMs: 100,
  }
  const { stall, ...free } = options
  if (stall !== undefined) yield free
  for (const [name, value] of Object.entries(simple)) {
    const simpler = { ...options, [name]: value }
    if (simpler[name as keyof SimulationOptions] !== options[name as keyof SimulationOptions]) yield simpler
  }
  if (delay.kind !== 'none') yield { ...options, delay: { kind: 'none' } }
  if (delay.kind === 'poisson' || delay.kind === 'adversarial')
    yield { ...options, delay: { kind: 'constant', ms: 30 } }
}

/**
 * Everything in round 0, or in half of the time; all votes for a topic in the same round; and a
 * network that is fair as soon as everything has begun.
 */
function* earlierRounds(options: SimulationOptions): Generator<SimulationOptions> {
  const { topics, adversaries, crashes, fairFromRound } = options
  for (const earlier of [(): number => 0, (round: number): number => Math.floor(round / 2)]) {
    const shift = <T extends { readonly round: number }>(items: readonly T[]): T[] =>
      items.map((item) => ({ ...item, round: earlier(item.round) }))
    const later = (items: readonly { readonly round: number }[]): boolean => items.some(({ round }) => round > 0)
    if (later(topics)) yield { ...options, topics: shift(topics) }
    if (later(adversaries)) yield { ...options, adversaries: shift(adversaries) }
    if (later(crashes)) yield { ...options, crashes: shift(crashes) }
  }
  if (topics.some(({ spreadRounds }) => spreadRounds > 0)) {
    yield { ...options, topics: topics.map((topic) => ({ ...topic, spreadRounds: 0 })) }
  }
  // As in scenarios, the network becomes fair only when the voting for every topic has begun.
  const lastStart = Math.max(1, ...topics.map(({ round }) => round), ...crashes.map(({ round }) => round + 1))
  if (lastStart < fairFromRound) yield { ...options, fairFromRound: lastStart }
}

/** Only these topics of the options. Each waits for those topics that are left of those it waited for. */
function withTopics(options: SimulationOptions, kept: readonly Topic[]): SimulationOptions {
  const changes = options.topics.filter(isMembership)
  const topics = kept.map((topic): Topic => {
    if (!isMembership(topic)) return topic
    return { ...topic, after: changes.slice(0, topic.after).filter((change) => kept.includes(change)).length }
  })
  return { ...options, topics }
}

/** Fewer founders. Adversaries among those that are left out are replaced by other founders. */
function withPeers(options: SimulationOptions, initialPeers: number): SimulationOptions {
  const gone = peerNames(options.initialPeers).slice(initialPeers)
  const adversaries = adversaryNames(options)
  const free = peerNames(initialPeers).filter((peer) => !adversaries.has(peer))
  const successors = new Map(gone.filter((peer) => adversaries.has(peer)).map((peer, i) => [peer, free[i] ?? peer]))
  return {
    ...options,
    initialPeers,
    adversaries: options.adversaries.map((it) => ({ ...it, peer: successors.get(it.peer) ?? it.peer })),
    topics: options.topics.map((topic) =>
      topic.kind === 'payload' && topic.by !== 'all' ? { ...topic, by: Math.min(topic.by, initialPeers) } : topic,
    ),
  }
}
