// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mockKeys } from '../../src/crypto/shared-key/keys.ts'
import type { KeyScheme, PublicKeySet, SecretKeyShare } from '../../src/crypto/shared-key/key-scheme.ts'

/** The object, with some of its members replaced. */
function changed<T extends object>(object: T, changes: Partial<T>): T {
  return new Proxy(object, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(name in changes ? changes : target, name, target)
      return typeof value === 'function' && !(name in changes) ? value.bind(target) : value
    },
  })
}

/** Mock keys that count how many signature shares are verified, and remember all shares of secrets. */
export class CountingKeys {
  /** How often shares were verified: each one singly, or all of a batch together. */
  checks = 0
  /** How many of these were of a batch. */
  batches = 0
  /** The participants' latest shares of a secret, by their numbers. */
  readonly secrets = new Map<number, SecretKeyShare>()
  readonly scheme: KeyScheme = changed(mockKeys, {
    publicKeySetOf: (parts) => this.counting(mockKeys.publicKeySetOf(parts)),
    secretKeyShareOf: (...args) => {
      const share = mockKeys.secretKeyShareOf(...args)
      if (share !== undefined) this.secrets.set(share.index, share)
      return share
    },
  })

  counting(set: PublicKeySet): PublicKeySet {
    return changed(set, {
      verifyShare: (...args) => {
        this.checks++
        return set.verifyShare(...args)
      },
      verifyShares: (...args) => {
        this.checks++
        this.batches++
        return set.verifyShares(...args)
      },
    })
  }
}
