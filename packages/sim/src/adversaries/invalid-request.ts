// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { recordWrongly } from './bad-exchange.ts'
import type { Strategy } from './strategy.ts'

/** Answers what nobody asked it, or what it has answered before. */
export function invalidRequest(): Strategy {
  return {
    drive: 'hand',
    turn: (me) => {
      recordWrongly(me, 'Request')
    },
  }
}
