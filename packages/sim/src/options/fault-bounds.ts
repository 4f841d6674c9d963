// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { leastThird } from '@parsec-bft/core/internals'
import { adversaryNames } from './options.ts'
import type { SimulationOptions } from './options.ts'
import { isMembership } from './topics.ts'

/** The most of `voters` voters that may be faulty: fewer than a third; −1 of none. */
export function mostFaulty(voters: number): number {
  return leastThird(voters) - 1
}

/**
 * The most peers that may be faulty in a run. Enough voters must be left to decide at any time,
 * whatever the order in which membership changes that are under way get decided. A peer that is
 * being removed may be gone already, so it does not count as a voter that can be relied on. Negative
 * if nobody would be left.
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
 * How many of a key's participants may be faulty in addition to the adversaries among them, whatever
 * the order in which others are removed; negative if there are too many adversaries already.
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
