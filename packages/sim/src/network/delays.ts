// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Random } from '../base/random.ts'
import type { AdversarialDelay } from '../options/delay.ts'
import type { SimulationOptions } from '../options/options.ts'

/** What a scheduler sees of a message. */
export interface Passage {
  readonly from: string
  readonly to: string
  readonly round: number
}

/** How long a message takes, in virtual milliseconds. */
export type Delays = (passage: Passage) => number

/** Rounds after which `partitions` divides the network in another way. */
const partitionRounds = 8

/** What a scheduler sees of the peers. */
export interface Players {
  /** Names of the live voters that have put out most. */
  readonly leaders: readonly string[]
  /** Does an adversary want messages from one peer to another to be late? */
  wantsLate(from: string, to: string): boolean
}

export function makeDelays({ delay }: SimulationOptions, random: Random, players: () => Players): Delays {
  switch (delay.kind) {
    case 'none':
      return () => 0
    case 'constant':
      return () => delay.ms
    case 'poisson':
      return () => random.poisson(delay.meanMs)
    case 'adversarial':
      return adversarialDelays(delay, random, players)
  }
}

/**
 * A scheduler that tries to prevent progress. It sees everything and delays messages as it likes, up
 * to a bound; it loses none.
 */
function adversarialDelays({ tactic, maxMs }: AdversarialDelay, random: Random, players: () => Players): Delays {
  const sides = new Map<string, boolean>()
  const sideOf = (peer: string, epoch: number): boolean => {
    const key = `${String(epoch)} ${peer}`
    const side = sides.get(key) ?? random.fork(key).chance(0.5)
    sides.set(key, side)
    return side
  }
  const isHeld = ({ from, to, round }: Passage): boolean => {
    if (tactic === 'leaders') return players().leaders.includes(from)
    if (tactic === 'collusion') return players().wantsLate(from, to)
    const epoch = tactic === 'halves' ? 0 : Math.floor(round / partitionRounds)
    return sideOf(from, epoch) !== sideOf(to, epoch)
  }
  return (passage) => {
    const quickMs = random.integer(0, Math.min(20, maxMs))
    return isHeld(passage) ? random.integer(Math.floor(maxMs / 2), maxMs) : quickMs
  }
}
