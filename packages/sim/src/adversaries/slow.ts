// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Strategy } from './strategy.ts'

/** Speaks and answers up to ten rounds late. */
export function slow(): Strategy {
  return {
    drive: 'protocol',
    outgoing: (me, outgoing) => [
      { ...outgoing, delayMs: (outgoing.delayMs ?? 0) + me.random.integer(0, 10 * me.world.roundMs) },
    ],
  }
}
