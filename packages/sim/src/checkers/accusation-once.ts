// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { maliceText, stringCodec } from '@parsec-bft/core'
import { observationHash, toHex } from '@parsec-bft/core/internals'
import { CheckFailure } from '../base/check-failure.ts'
import type { Checker } from './checker.ts'

/** No correct peer makes the same accusation twice (protocol.md section 8). */
export function accusationOnceChecker(): Checker {
  const name = 'accusation-once'
  const made = new Set<string>()
  let seen = 0
  return {
    name,
    onRound({ ledger }) {
      for (const { accuser, offender, malice } of ledger.accusations.slice(seen)) {
        const hash = observationHash<string>({ kind: 'Accusation', offender, malice }, stringCodec)
        const key = `${accuser} ${toHex(hash)}`
        if (made.has(key)) {
          throw new CheckFailure(name, `${accuser} accuses ${offender.name} twice of ${maliceText(malice)}`, accuser)
        }
        made.add(key)
      }
      seen = ledger.accusations.length
    },
  }
}
