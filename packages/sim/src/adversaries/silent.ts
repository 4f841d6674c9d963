// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Strategy } from './strategy.ts'

/** Listens and says nothing. */
export function silent(): Strategy {
  return { drive: 'protocol', outgoing: () => [] }
}
