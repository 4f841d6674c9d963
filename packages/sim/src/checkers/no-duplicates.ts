// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { CheckFailure } from '../base/check-failure.ts'
import type { Checker } from './checker.ts'

/** No peer puts anything out twice. */
export function noDuplicatesChecker(): Checker {
  const name = 'no-duplicates'
  const seen = new Map<string, Set<string>>()
  return {
    name,
    onBlocks(_network, peer, blocks) {
      let keys = seen.get(peer.name)
      if (keys === undefined) seen.set(peer.name, (keys = new Set()))
      for (const { key } of blocks) {
        if (keys.has(key)) throw new CheckFailure(name, `${peer.name} put ${key} out twice`, peer.name)
        keys.add(key)
      }
    },
  }
}
