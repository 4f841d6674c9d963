// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { forkHere } from './fork-simple.ts'
import type { Branch } from './puppet.ts'
import type { Strategy } from './strategy.ts'

/** Keeps one branch to itself until it has been removed for something else: then its fellows show it. */
export function forkLate(): Strategy {
  let hidden: Branch | undefined
  return {
    drive: 'hand',
    begin: (me) => {
      hidden = forkHere(me, 2)[1]
    },
    turn: (me) => {
      if (hidden === undefined || me.world.voters.includes(me.name)) return
      for (const { name, left } of me.world.adversaries) {
        if (name !== me.name && !left && me.world.voters.includes(name)) me.request(hidden, name)
      }
    },
  }
}
