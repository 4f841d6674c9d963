// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader } from './base/encoding.ts'
import { ParsecError } from './base/errors.ts'
import type { PublicId } from './base/public-id.ts'
import type { IdentityScheme } from './crypto/identity.ts'
import type { KeyScheme } from './crypto/shared-key/key-scheme.ts'
import { blsKeys } from './crypto/shared-key/keys.ts'
import { completeFormat, consensusModes } from './wire/format.ts'
import type { CompleteFormat, Format } from './wire/format.ts'
import { sortedIds } from './wire/observation.ts'
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
  if (typeof options !== 'object') throw invalidOptions('options', 'missing: give at least founders and codec')
  const { coin = 'threshold', keys = blsKeys } = options
  const { codec, identities, mode } = completeFormat(options)
  // Who writes JavaScript is not told by a compiler.
  if (!hasMethods(codec, 'encode', 'decode')) {
    throw invalidOptions('codec', 'missing: give stringCodec, bytesCodec or one of your own')
  }
  if (!hasMethods(identities, 'decodePublicId')) throw invalidOptions('identities', 'no kind of identities')
  if (!hasMethods(keys, 'deal')) throw invalidOptions('keys', 'no kind of keys')
  if (!consensusModes.includes(mode)) throw invalidOptions('mode', `${mode} is none of ${consensusModes.join(', ')}`)
  if (!coinKinds.includes(coin)) throw invalidOptions('coin', `${coin} is none of ${coinKinds.join(', ')}`)
  return { codec, identities, mode, coin, keys }
}

function invalidOptions(option: string, reason: string): ParsecError {
  return new ParsecError({ code: 'InvalidOptions', option, reason })
}

/**
 * The ids that an option gives, ascending; throws `InvalidOptions` if it gives none, or ids of another
 * kind than the network's.
 */
export function idsOf(option: string, given: Iterable<PublicId>, identities: IdentityScheme): PublicId[] {
  const isIterable = hasMethods(given, Symbol.iterator)
  if (!isIterable) throw invalidOptions(option, 'missing: give a list of public ids')
  const ids = [...given]
  for (const id of ids) checkKind(option, id, identities)
  return sortedIds(ids)
}

/** Can the other peers read an id? Throws `InvalidOptions`. */
export function checkKind(option: string, id: PublicId, identities: IdentityScheme): void {
  const isReadable = (): boolean => {
    try {
      const reader = new Reader(id.bytes)
      const read = identities.decodePublicId(reader)
      reader.end()
      return read.equals(id)
    } catch {
      return false
    }
  }
  if (!isReadable()) throw invalidOptions(option, `not an id of kind ${identities.name}`)
}

function hasMethods(value: unknown, ...names: readonly PropertyKey[]): boolean {
  return names.every((name) => typeof (value as Record<PropertyKey, unknown> | undefined)?.[name] === 'function')
}
