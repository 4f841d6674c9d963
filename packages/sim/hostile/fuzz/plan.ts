// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { CoinKind, ConsensusMode } from '@parsec-bft/core'
import type { Random } from '../../src/base/random.ts'
import type { IdentityKind } from '../../src/options/options.ts'

/** What a network is like. */
export interface Plan {
  readonly voters: number
  /** Founders that lend their keys: fewer than a third. */
  readonly insiders: number
  readonly identities: IdentityKind
  readonly mode: ConsensusMode
  readonly coin: CoinKind
  /** Steps of gossip before the attack. */
  readonly steps: number
  /** Does a peer join, and does it do so before the attack? */
  readonly newcomer: 'none' | 'before' | 'during'
  /** Hostile messages that the network gets. */
  readonly messages: number
  /** How many mutations a message has at most. */
  readonly mostMutations: number
  /** How likely a message has only changes after which its insider may still be heard. */
  readonly mild: number
  /** How likely a message is sent once more, with bytes that are changed at random. */
  readonly mangled: number
}

/** Most are small and have mock identities, since these are fast. */
export function planOf(random: Random): Plan {
  const voters = random.pick([4, 4, 4, 4, 4, 5, 7, 7, 10])
  const identities = random.chance(0.03) ? 'ed25519' : 'mock'
  const coin = identities === 'mock' && random.chance(0.4) ? 'threshold' : 'predictable'
  const messages = random.integer(500, 2500)
  return {
    voters,
    insiders: Math.floor((voters - 1) / 3),
    identities,
    mode: random.chance(0.7) ? 'supermajority' : 'single',
    coin,
    steps: random.integer(voters, 20 * voters),
    newcomer: random.pick(['none', 'none', 'none', 'before', 'during']),
    messages: identities === 'mock' ? messages : Math.floor(messages / 5),
    mostMutations: random.integer(1, 4),
    mild: random.pick([0, 0.5, 1, 1]),
    mangled: random.pick([0.2, 0.4, 0.6]),
  }
}
