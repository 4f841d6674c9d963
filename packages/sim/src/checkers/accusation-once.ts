// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { CheckFailure } from '../base/check-failure.ts'
import type { Checker } from './checker.ts'

/** No correct peer makes a charge against a peer twice, on whatever grounds (protocol.md section 8). */
export function accusationOnceChecker(): Checker {
  const name = 'accusation-once'
  const made = new Set<string>()
  let seen = 0
  return {
    name,
    onRound({ ledger }) {
      for (const { accuser, accusation } of ledger.accusations.slice(seen)) {
        const { offender, charge } = accusation
        const key = `${accuser} ${charge} ${offender.name}`
        if (made.has(key)) {
          throw new CheckFailure(name, `${accuser} accuses ${offender.name} twice of ${charge}`, accuser)
        }
        made.add(key)
      }
      seen = ledger.accusations.length
    },
  }
}
