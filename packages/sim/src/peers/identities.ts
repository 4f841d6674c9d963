// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { blsKeys, ed25519Identity, mockIdentity, mockKeys } from '@parsec-bft/core'
import type { IdentityScheme, KeyScheme, PublicId, SecretId } from '@parsec-bft/core'
import type { Random } from '../base/random.ts'
import type { IdentityKind } from '../options/options.ts'

/**
 * The identities of one network. There is one object per peer: a key that is decoded from a message
 * becomes that object, with its name and its cached key objects.
 */
export interface Identities {
  readonly scheme: IdentityScheme
  /** How keys are generated. */
  readonly keys: KeyScheme
  /** The same name gives the same identity. */
  secretId(name: string): SecretId
  /** A peer's source of randomness. */
  randomOf(name: string): (length: number) => Uint8Array
}

/**
 * @param random - what the Ed25519 keys are derived from. The key of a name does not depend on which
 *   names were asked for before.
 */
export function makeIdentities(kind: IdentityKind, random: Random): Identities {
  const randomOf = (name: string): ((length: number) => Uint8Array) => {
    const own = random.fork('randomness').fork(name)
    return (length) => own.bytes(length)
  }
  if (kind === 'mock') {
    return { scheme: mockIdentity, keys: mockKeys, secretId: (name) => mockIdentity.secretId(name), randomOf }
  }
  const secretIds = new Map<string, SecretId>()
  const publicIds = new Map<string, PublicId>()
  return {
    scheme: {
      ...ed25519Identity,
      decodePublicId: (reader) => {
        const id = ed25519Identity.decodePublicId(reader)
        return publicIds.get(String(id.bytes)) ?? id
      },
    },
    keys: blsKeys,
    randomOf,
    secretId(name) {
      let secretId = secretIds.get(name)
      if (secretId === undefined) {
        secretId = ed25519Identity.secretIdFromSeed(random.fork(name).bytes(32), name)
        secretIds.set(name, secretId)
        publicIds.set(String(secretId.publicId.bytes), secretId.publicId)
      }
      return secretId
    },
  }
}
