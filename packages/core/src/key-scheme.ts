// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Dealing } from './dealing.ts'
import { Reader } from './encoding.ts'
import { ParsecError } from './errors.ts'
import { scalarOf } from './key-group.ts'
import type { KeyGroup, Point } from './key-group.ts'
import type { KeyScheme } from './keys.ts'
import { GroupPublicKeySet, GroupSecretKeyShare, readKeys } from './shared-keys.ts'

/** @param group - whose points the keys and signatures are. */
export function keySchemeOf<K extends Point<K>, S extends Point<S>>(group: KeyGroup<K, S>): KeyScheme {
  return {
    name: group.name,
    dealing: (participants, number) => new Dealing(group, participants, number),
    readPublicKeySet: (bytes) => {
      const reader = new Reader(bytes)
      const coefficients = readKeys(reader, group)
      reader.end()
      return new GroupPublicKeySet(group, coefficients)
    },
    readSecretKeyShare: (bytes) => {
      const secret = bytes.length === group.scalarLength ? scalarOf(bytes) : group.order
      if (secret >= group.order) throw new ParsecError({ code: 'MalformedEncoding', expected: 'a scalar', offset: 0 })
      return new GroupSecretKeyShare(group, secret)
    },
  }
}
