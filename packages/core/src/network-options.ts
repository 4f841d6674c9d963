// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from './base/errors.ts'
import type { KeyScheme } from './crypto/shared-key/key-scheme.ts'
import { blsKeys } from './crypto/shared-key/keys.ts'
import { completeFormat, consensusModes } from './wire/format.ts'
import type { CompleteFormat, Format } from './wire/format.ts'
import { coinKinds } from './election/coin.ts'
import type { CoinKind } from './election/coin.ts'

/** What all peers of a network must be given alike. */
export interface NetworkOptions<P> extends Format<P> {
  /**
   * The common coin of elections; default `threshold`: nobody can foresee it, so nobody can delay
   * messages in such a way that an election never ends.
   */
  readonly coin?: CoinKind | undefined
  /** Kind of the keys that peers generate together; default BLS12-381. */
  readonly keys?: KeyScheme | undefined
}

/** The same with its defaults. */
export interface NetworkRules<P> extends CompleteFormat<P> {
  readonly coin: CoinKind
  readonly keys: KeyScheme
}

/** Fills in the defaults; throws `InvalidOptions` for what is none of the values. */
export function rulesOf<P>(options: NetworkOptions<P>): NetworkRules<P> {
  const { coin = 'threshold', keys = blsKeys } = options
  const { codec, identities, mode } = completeFormat(options)
  // Who writes JavaScript is not told by a compiler.
  const given = codec as Partial<typeof codec> | undefined
  if (typeof given?.encode !== 'function' || typeof given.decode !== 'function') {
    throw invalidOptions('codec', 'missing: give stringCodec, bytesCodec or one of your own')
  }
  if (!consensusModes.includes(mode)) throw invalidOptions('mode', `${mode} is none of ${consensusModes.join(', ')}`)
  if (!coinKinds.includes(coin)) throw invalidOptions('coin', `${coin} is none of ${coinKinds.join(', ')}`)
  return { codec, identities, mode, coin, keys }
}

function invalidOptions(option: string, reason: string): ParsecError {
  return new ParsecError({ code: 'InvalidOptions', option, reason })
}
