// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { opaque } from '@parsec-bft/core'
import type { Branch } from './puppet.ts'
import type { Me, Strategy } from './strategy.ts'

/**
 * So many branches after an event of ours, the first of them on the branch given, each with a vote
 * of its own; any two of their first events prove the fork.
 */
export function forkHere(me: Me, count: number, after: Branch = me.puppet.main): Branch[] {
  const { tip } = after
  const others = Array.from({ length: count - 1 }, () => me.puppet.branchAfter(tip))
  const branches = [after, ...others]
  const firsts = branches.map((branch, i) => {
    return me.puppet.vote(branch, opaque(`${me.name} on branch ${String(i)} at ${tip?.id.slice(0, 8) ?? ''}`))
  })
  me.commit('Fork', firsts)
  return branches
}

/** Two events with the same self-parent; each peer it meets is shown one branch or the other, by chance. */
export function forkSimple(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 2)
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}
