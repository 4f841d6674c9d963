// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Strategy } from './strategy.ts'

/** Takes part in everything but sees no malice. */
export function accomplice(): Strategy {
  return { drive: 'hand' }
}
