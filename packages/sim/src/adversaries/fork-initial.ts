// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Strategy } from './strategy.ts'

/** Two Initial events; of a founding member each with its vote for Genesis. */
export function forkInitial(): Strategy {
  return {
    drive: 'scratch',
    begin: (me) => {
      const { puppet, store, world } = me
      const isFounder = world.isFounder(me.name)
      // A newcomer already has one, in which its state machine believed.
      let first = isFounder ? puppet.branchAfter(undefined).tip : puppet.main.tip
      for (let at = first; at !== undefined; at = store.selfParent(at)) first = at
      const other = puppet.branchAfter(undefined).tip
      if (first !== undefined && other !== undefined) me.commit('Fork', [first, other])
      if (isFounder) for (const branch of puppet.branches) puppet.vote(branch, world.genesis)
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}
