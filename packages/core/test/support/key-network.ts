// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../../src/base/public-id.ts'
import { mockKeys } from '../../src/crypto/shared-key/keys.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'
import type { DkgResult } from '../../src/wire/observation.ts'
import type { ParsecOptions } from '../../src/parsec.ts'
import { seededRandom } from './keys.ts'
import { Network, chooser } from './network.ts'

export const ids = (names: readonly string[]): PublicId[] => names.map((name) => mockIdentity.publicId(name))
export const founders = ['Alice', 'Bob', 'Carol', 'Dave']

/** A network that generates keys. */
export class KeyNetwork extends Network {
  override get options(): ParsecOptions<string> {
    return { ...super.options, coin: 'threshold', keys: mockKeys, random: seededRandom('a key network') }
  }

  voteFor(observation: Parameters<Network['decide']>[0]): void {
    for (const peer of this.peers.values()) if (peer.canVote()) peer.voteFor(observation)
  }

  /** The keys that a peer has put out. */
  keysOf(name: string): DkgResult[] {
    return this.blocksOf(name).flatMap(({ observation }) => (observation.kind === 'DkgResult' ? [observation] : []))
  }

  /** Until all have so many keys. */
  awaitKeys(count: number, choose = chooser(1), exchanges = 4000): void {
    this.run(choose, () => [...this.peers.keys()].every((name) => this.keysOf(name).length >= count), exchanges)
  }

  /** Until all who voted for key generations have decided them. */
  awaitBeginning(choose = chooser(1)): void {
    this.run(choose, () =>
      [...this.peers.values()].every((peer) => peer.ourUnpolledObservations().every(({ kind }) => kind !== 'StartDkg')),
    )
  }
}
