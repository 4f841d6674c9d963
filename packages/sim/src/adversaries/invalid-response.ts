// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { recordWrongly } from './bad-exchange.ts'
import type { Strategy } from './strategy.ts'

/** Takes for an answer what answers somebody else, or what it has taken for one before. */
export function invalidResponse(): Strategy {
  return {
    drive: 'hand',
    turn: (me) => {
      recordWrongly(me, 'Response')
    },
  }
}
