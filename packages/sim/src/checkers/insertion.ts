// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { CheckFailure } from '../base/check-failure.ts'
import type { Checker } from './checker.ts'

/**
 * No correct peer inserts an event that must be refused (protocol.md section 8). The eviction checker
 * would not see it: together with its creator's other events, such an event proves a fork, so its
 * creator would be removed all the same.
 */
export function insertionChecker(): Checker {
  const name = 'insertion'
  return {
    name,
    onRound({ ledger, peers }) {
      for (const commit of ledger.commits) {
        const peer = peers.find((correct) => ledger.hasInserted(commit, correct.name))
        if (peer === undefined) continue
        throw new CheckFailure(name, `${peer.name} inserted an event of ${commit.author}: ${commit.kind}`, peer.name)
      }
    },
  }
}
