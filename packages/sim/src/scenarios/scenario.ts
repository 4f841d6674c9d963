// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerName, peerNames } from '../base/names.ts'
import { Random } from '../base/random.ts'
import { defaultOptions } from '../options/options.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { MembershipTopic, PayloadTopic } from '../options/topics.ts'

/** A kind of run. The seed decides its sizes, times and choices. */
export interface Scenario {
  /** For the command line. */
  readonly name: string
  /** One line: what happens, and what is expected beyond what is checked in every run. */
  readonly description: string
  /** The same seed gives the same options. */
  options(seed: string | number): SimulationOptions
}

export type Differing = Partial<Omit<SimulationOptions, 'seed' | 'scenario'>>

export function scenario(name: string, description: string, differing: (random: Random) => Differing): Scenario {
  return {
    name,
    description,
    options: (seed) => {
      const options = { ...defaultOptions, ...differing(new Random(seed).fork(`scenario ${name}`)) }
      const lastStart = Math.max(0, ...options.topics.map((topic) => topic.round))
      return {
        ...options,
        seed: String(seed),
        scenario: name,
        fairFromRound: Math.max(options.fairFromRound, lastStart),
      }
    },
  }
}

/** Payloads for which the voting starts in random rounds, at the latest in `lastRound`. */
export function payloads(
  random: Random,
  count: number,
  lastRound: number,
  by: PayloadTopic['by'] = 'all',
): PayloadTopic[] {
  return Array.from({ length: count }, (_, i) => {
    const round = random.integer(Math.min(1, lastRound), lastRound)
    return { kind: 'payload', text: String(i), round, spreadRounds: lastRound === 0 ? 0 : 5, by }
  })
}

export function additions(random: Random, initialPeers: number, count: number, lastRound: number): MembershipTopic[] {
  return Array.from({ length: count }, (_, i) => {
    const round = random.integer(1, lastRound)
    return { kind: 'add', peer: peerName(initialPeers + i), round, spreadRounds: 3, after: 0 }
  })
}

export function removals(random: Random, initialPeers: number, count: number, round: number): MembershipTopic[] {
  const leaving = random.shuffle(peerNames(initialPeers)).slice(0, count)
  return leaving.map((peer) => ({ kind: 'remove', peer, round, spreadRounds: 3, after: 0 }))
}
