// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ed25519Identity, mockIdentity } from '@parsec-bft/core'
import type { IdentityScheme, PublicId, SecretId } from '@parsec-bft/core'
import type { IdentityKind } from './options.ts'
import type { Random } from './random.ts'

/** The identities of one network: one object per peer, so that keys met in messages keep their names and cached key objects. */
export interface Identities {
  readonly scheme: IdentityScheme
  /** The same name gives the same identity. */
  secretId(name: string): SecretId
}

/** @param random - where the Ed25519 keys come from; a name's key does not depend on which names were asked before. */
export function makeIdentities(kind: IdentityKind, random: Random): Identities {
  if (kind === 'mock') return { scheme: mockIdentity, secretId: (name) => mockIdentity.secretId(name) }
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
