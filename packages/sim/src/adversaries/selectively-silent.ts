// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { halfOf } from './fork-two-faced.ts'
import type { Strategy } from './strategy.ts'

/** Speaks to half of the network, and answers nobody else. */
export function selectivelySilent(): Strategy {
  return { drive: 'protocol', outgoing: (me, outgoing) => (halfOf(me, outgoing.to) === 0 ? [outgoing] : []) }
}
