// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CoinKind, ConsensusMode } from '@parsec-bft/core'
import { peerNames } from '../base/names.ts'
import type { Delay } from './delay.ts'
import type { Topic } from './topics.ts'

/**
 * `mock`: names and generated keys without security, fast. `ed25519`: real keys, derived from the
 * seed, and BLS12-381 for those that are generated.
 */
export type IdentityKind = 'mock' | 'ed25519'

/** A peer that misbehaves. */
export interface AdversaryOptions {
  /** One of the names in docs/adversaries.md. Several for one peer combine. */
  readonly strategy: string
  /** A founder, or a peer that is added. */
  readonly peer: string
  /** It is correct before this round, unless the strategy concerns its first events. */
  readonly round: number
}

/** At the start of a round `count` live members stop for ever; round 0: they never gossip. */
export interface Crash {
  readonly round: number
  readonly count: number
}

/** When the attacking scheduler takes hold of the network, and when it lets go: plain JSON. */
export interface StallOptions {
  /**
   * The attack begins in this round of the simulation, against the one payload that is due in it.
   * All else must be decided by then: if it is not, the run fails, as the check `stall`.
   */
  readonly fromRound: number
  /** How long the attack lasts, in rounds of the binary agreement. */
  readonly rounds: number
  /** It guesses the coins even where it could know them, to show what an unpredictable coin is good for. */
  readonly blind: boolean
}

/** What a user of `parsec simulate` asks for; `networkOf` plans a run from these numbers. */
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
  /** Decides every random choice. An integer is the same seed as its decimal digits. */
  readonly seed: string
  /** The scenario or the counts that gave these options, so that a failing run has a short name (see `commandFor`). */
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
  /** How likely each message is lost, until the network is fair. */
  readonly lossProbability: number
  /**
   * How likely each live member crashes in each round, until the network is fair. Fewer than a third
   * of the voters ever crash.
   */
  readonly crashProbability: number
  readonly crashes: readonly Crash[]
  /**
   * Together with those who crash they must be fewer than a third of the voters. The checkers count
   * correct peers only.
   */
  readonly adversaries: readonly AdversaryOptions[]
  /**
   * From this round on no message is lost and nobody crashes. Whatever enough peers have voted for
   * must then be put out.
   */
  readonly fairFromRound: number
  /** Peers sometimes try to vote twice for the same. The second vote must be refused and change nothing. */
  readonly duplicateVotes: boolean
  readonly topics: readonly Topic[]
  /** A scheduler that decides who gossips when and what arrives when, and keeps one election undecided. */
  readonly stall?: StallOptions
}

/** What most runs have in common; a run states what it has instead. */
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

/** Names of the peers that misbehave. */
export function adversaryNames({ adversaries }: Pick<SimulationOptions, 'adversaries'>): ReadonlySet<string> {
  return new Set(adversaries.map(({ peer }) => peer))
}

/** Names of all peers that are members at some time. */
export function memberNames({
  initialPeers,
  topics,
}: Pick<SimulationOptions, 'initialPeers' | 'topics'>): ReadonlySet<string> {
  return new Set([...peerNames(initialPeers), ...topics.flatMap((topic) => (topic.kind === 'add' ? [topic.peer] : []))])
}
