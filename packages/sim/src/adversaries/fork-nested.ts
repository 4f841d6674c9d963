// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { forkHere } from './fork-simple.ts'
import type { Strategy } from './strategy.ts'

/** A fork, and a second fork on one of its branches. */
export function forkNested(): Strategy {
  let turns = 0
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 2)
    },
    turn: (me) => {
      const second = me.puppet.branches[1]
      if (++turns === 2 && second !== undefined) forkHere(me, 2, second)
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}
