// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { forkHere } from './fork-simple.ts'
import type { Strategy } from './strategy.ts'

/** One branch is shown to the correct peers; the other only to fellow adversaries, who pass it on. */
export function forkTransitive(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 2)
    },
    turn: (me) => {
      const hidden = me.puppet.branches[1]
      for (const { name, left } of me.world.adversaries) {
        if (hidden !== undefined && name !== me.name && !left && me.random.chance(0.5)) me.request(hidden, name)
      }
    },
  }
}
