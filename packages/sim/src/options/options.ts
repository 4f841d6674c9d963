// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CoinKind, ConsensusMode } from '@parsec-bft/core'
import type { StallOptions } from '../attacks/stall.ts'
import { strategyNames } from '../adversaries/registry.ts'
import { peerNames } from '../base/names.ts'

/**
 * `mock`: names and generated keys without security, fast. `ed25519`: real keys, derived from the
 * seed, and BLS12-381 for those that are generated.
 */
export type IdentityKind = 'mock' | 'ed25519'

/** How long a message takes, in virtual milliseconds. */
export type Delay =
  | { readonly kind: 'none' }
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'poisson'; readonly meanMs: number }
  | AdversarialDelay

/**
 * A scheduler that sees everything and delays messages to hurt progress. `halves`: two halves of
 * the network hear late from each other; `partitions`: likewise, and every few rounds the halves
 * are other ones; `leaders`: whoever is ahead is heard late.
 */
export interface AdversarialDelay {
  readonly kind: 'adversarial'
  readonly tactic: (typeof schedulerTactics)[number]
  readonly maxMs: number
}

export const schedulerTactics = ['halves', 'partitions', 'leaders'] as const

/** A peer that misbehaves. */
export interface AdversaryOptions {
  /** One of the names in docs/adversaries.md. Several for one peer combine. */
  readonly strategy: string
  /** A first member, or one that is added. */
  readonly peer: string
  /** It is correct before this round, unless the strategy is about its first events. */
  readonly round: number
}

/** Something to be voted for. */
export type Topic = PayloadTopic | MembershipTopic | KeyTopic

interface TopicTiming {
  /** First round in which a peer votes for it; 0 is before any gossip. */
  readonly round: number
  /** Each peer votes in a random round from `round` to `round + spreadRounds`. */
  readonly spreadRounds: number
}

export interface PayloadTopic extends TopicTiming {
  readonly kind: 'payload'
  readonly text: string
  /**
   * Who votes for it: so many random first members, those who are to be removed last, or `all`:
   * every first member and, in supermajority mode, whoever becomes a voter while it is undecided.
   */
  readonly by: number | 'all'
}

/** Voted for by every voter, the concerned peer included, and by whoever becomes a voter while it is undecided. */
export interface MembershipTopic extends TopicTiming {
  readonly kind: 'add' | 'remove'
  readonly peer: string
  /** A peer votes for it only after it has put out the first so many membership topics; 0: at once. */
  readonly after: number
}

/**
 * A key to be generated: voted for by every voter. It comes if some of its participants stay, and
 * the faulty ones among them are fewer than a third of these: of the staying ones and all faulty
 * ones.
 */
export interface KeyTopic extends TopicTiming {
  readonly kind: 'key'
  /** Names of members, of any time. */
  readonly participants: readonly string[]
}

export function isMembership(topic: Topic): topic is MembershipTopic {
  return topic.kind === 'add' || topic.kind === 'remove'
}

/** So many live members stop for ever at the start of a round; round 0: they never gossip. */
export interface Crash {
  readonly round: number
  readonly count: number
}

/** What `parsec simulate` is asked for: numbers from which {@link networkOf} plans a run. */
export interface NetworkCounts {
  readonly initialPeers: number
  readonly addPeers: number
  readonly removePeers: number
  /** Never more voters than this at a time. */
  readonly maxPeers: number
  /** Opaque payloads. */
  readonly opaque: number
  readonly maxRounds: number
  readonly mode: ConsensusMode
}

/** A run, described completely: plain JSON. The same options give the same run, byte for byte. */
export interface SimulationOptions {
  /** Owns every choice; an integer is the same seed as its decimal digits. */
  readonly seed: string
  /** Where the options come from, so that a failing run can be named shortly (see `commandFor`). */
  readonly scenario?: string
  readonly counts?: NetworkCounts
  readonly mode: ConsensusMode
  readonly coin: CoinKind
  readonly identities: IdentityKind
  /** Messages travel as bytes, are decoded and verified; otherwise as values. */
  readonly wire: boolean
  readonly initialPeers: number
  /** The run fails when it is not done by then. */
  readonly maxRounds: number
  /** Every live member starts one exchange per round, at a random millisecond of it. */
  readonly roundMs: number
  readonly delay: Delay
  /** Of each message, until the network is fair. */
  readonly lossProbability: number
  /** Of each live member in each round, until the network is fair; never more than fewer than a third of the voters. */
  readonly crashProbability: number
  readonly crashes: readonly Crash[]
  /** Together with those who crash fewer than a third of the voters. The checkers count correct peers only. */
  readonly adversaries: readonly AdversaryOptions[]
  /** From this round on no message is lost and nobody crashes: what enough peers voted for must be put out. */
  readonly fairFromRound: number
  /** Peers sometimes try to vote again for what they voted for; it must be refused and change nothing. */
  readonly duplicateVotes: boolean
  readonly topics: readonly Topic[]
  /** A scheduler that decides who gossips when and what arrives when, and keeps one election undecided. */
  readonly stall?: StallOptions
}

/** What most runs have in common; a run says what is different. */
export const defaultOptions: Omit<SimulationOptions, 'seed'> = {
  mode: 'supermajority',
  coin: 'threshold',
  identities: 'mock',
  wire: false,
  initialPeers: 4,
  maxRounds: 1000,
  roundMs: 100,
  delay: { kind: 'poisson', meanMs: 30 },
  lossProbability: 0,
  crashProbability: 0,
  crashes: [],
  adversaries: [],
  fairFromRound: 1,
  duplicateVotes: false,
  topics: [],
}

/** Limits of a simulation: beyond them it would not end in reasonable time. */
export const simulationLimits = {
  peers: 100,
  opaque: 1000,
  rounds: 1_000_000,
  delayMs: 1_000_000,
} as const

/** Options that describe no run. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'
  /** Which option is wrong. */
  readonly option: string
  /** The largest (or, for a lower bound, smallest) value that works, where there is one. */
  readonly bound: number | undefined

  constructor(option: string, reason: string, bound?: number) {
    super(`${option}: ${reason}`)
    this.option = option
    this.bound = bound
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

/** How many of so many voters may be faulty: fewer than a third. */
export function mostFaulty(voters: number): number {
  return Math.ceil(voters / 3) - 1
}

/**
 * How many peers may be faulty in a run so that enough are left to decide, in whatever order
 * changes under way are decided; negative if nobody would be left. A peer that is being removed
 * counts for the elections that it is a voter of, and no longer.
 */
export function mostCrashes(options: Pick<SimulationOptions, 'initialPeers' | 'topics'>): number {
  const changes = options.topics.filter(isMembership)
  const allowed = [0, ...changes.map((change) => change.after)].map((done) => {
    const voters = changes
      .slice(0, done)
      .reduce((sum, { kind }) => sum + (kind === 'add' ? 1 : -1), options.initialPeers)
    const leaving = changes.slice(done).filter(({ kind, after }) => kind === 'remove' && after <= done)
    return mostFaulty(voters - leaving.length)
  })
  return Math.min(...allowed)
}

/**
 * Checks options, from wherever they come.
 *
 * Throws {@link OptionsError} for what describes no run, or one in which a third of the voters or more could be faulty.
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

/** Who misbehaves. */
export function adversaryNames({ adversaries }: Pick<SimulationOptions, 'adversaries'>): ReadonlySet<string> {
  return new Set(adversaries.map(({ peer }) => peer))
}

/** Names of all who ever are members. */
export function memberNames({
  initialPeers,
  topics,
}: Pick<SimulationOptions, 'initialPeers' | 'topics'>): ReadonlySet<string> {
  return new Set([...peerNames(initialPeers), ...topics.flatMap((topic) => (topic.kind === 'add' ? [topic.peer] : []))])
}

function checkAdversaries(options: SimulationOptions): void {
  const known = memberNames(options)
  for (const { strategy, peer, round } of options.adversaries) {
    checkInteger('adversaries.round', round, 0, simulationLimits.rounds)
    if (!strategyNames.includes(strategy)) throw new OptionsError('adversaries.strategy', `there is no ${strategy}`)
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

/**
 * How many more of a key's participants may be faulty, after its adversaries, in whatever order
 * others are removed; negative if it is too many already.
 */
export function mostFaultyInKey(
  participants: readonly string[],
  options: Pick<SimulationOptions, 'topics' | 'adversaries'>,
): number {
  const adversaries = adversaryNames(options)
  const leaving = new Set(options.topics.flatMap((topic) => (topic.kind === 'remove' ? [topic.peer] : [])))
  const faulty = participants.filter((name) => adversaries.has(name)).length
  const staying = participants.filter((name) => !adversaries.has(name) && !leaving.has(name)).length
  return mostFaulty(staying + faulty) - faulty
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
