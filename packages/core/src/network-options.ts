// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ed25519Identity } from './crypto/identities/ed25519.ts'
import type { IdentityScheme } from './crypto/identity.ts'
import type { KeyScheme } from './crypto/shared-key/key-scheme.ts'
import { blsKeys } from './crypto/shared-key/keys.ts'
import type { ConsensusMode, PayloadCodec } from './wire/observation.ts'
import type { CoinKind } from './election/coin.ts'

/** What all peers of a network must be given alike. */
export interface NetworkOptions<P> {
  /** How the application's payload becomes bytes and back. */
  readonly codec: PayloadCodec<P>
  /** Kind of the network's identities; default Ed25519. */
  readonly identities?: IdentityScheme | undefined
  /** Default supermajority. */
  readonly mode?: ConsensusMode | undefined
  /**
   * Default threshold: nobody can foresee it, so nobody can delay messages in such a way that an
   * election never ends.
   */
  readonly coin?: CoinKind | undefined
  /** Kind of the keys that are generated; default BLS12-381. */
  readonly keys?: KeyScheme | undefined
}

/** The same with its defaults. */
export interface NetworkRules<P> {
  readonly codec: PayloadCodec<P>
  readonly identities: IdentityScheme
  readonly mode: ConsensusMode
  readonly coin: CoinKind
  readonly keys: KeyScheme
}

export function rulesOf<P>(options: NetworkOptions<P>): NetworkRules<P> {
  const { codec, identities = ed25519Identity, mode = 'supermajority', coin = 'threshold', keys = blsKeys } = options
  return { codec, identities, mode, coin, keys }
}
