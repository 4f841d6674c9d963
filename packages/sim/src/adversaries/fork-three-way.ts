// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { forkHere } from './fork-simple.ts'
import type { Strategy } from './strategy.ts'

/** Three events with the same self-parent. */
export function forkThreeWay(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 3)
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}
