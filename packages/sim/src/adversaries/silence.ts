// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { halfOf } from './forks.ts'
import type { Strategy } from './strategy.ts'

/** Listens and says nothing. */
export function silent(): Strategy {
  return { drive: 'protocol', outgoing: () => [] }
}

/** Sends nothing to half of the network, not even answers. */
export function selectivelySilent(): Strategy {
  return { drive: 'protocol', outgoing: (me, outgoing) => (halfOf(me, outgoing.to) === 0 ? [outgoing] : []) }
}

/** Speaks and answers up to ten rounds late. */
export function slow(): Strategy {
  return {
    drive: 'protocol',
    outgoing: (me, outgoing) => [
      { ...outgoing, delayMs: (outgoing.delayMs ?? 0) + me.random.integer(0, 10 * me.world.roundMs) },
    ],
  }
}
