// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { opaque } from '@parsec-bft/core'
import type { Event } from '@parsec-bft/core'
import type { Me, Strategy } from './strategy.ts'

/**
 * Our first two events, as far as they are there. (There is only one Initial event of a creator:
 * nothing else is in it.)
 */
export function firstEvents(me: Me): readonly (Event<string> | undefined)[] {
  const line: Event<string>[] = []
  for (let at = me.puppet.main.tip; at !== undefined; at = me.store.selfParent(at)) line.push(at)
  return [line.at(-1), line.at(-2)]
}

/**
 * A fork as early as there can be one: two events after the Initial event, of which a founding
 * member's second is no vote for Genesis.
 */
export function forkInitial(): Strategy {
  return {
    drive: 'scratch',
    begin: (me) => {
      const { puppet, world } = me
      const isFounder = world.isFounder(me.name)
      if (isFounder) puppet.vote(puppet.branchAfter(undefined), world.genesis)
      const [initial, second] = firstEvents(me)
      const other = puppet.vote(puppet.branchAfter(initial), opaque(`${me.name} begins again`))
      if (second !== undefined) me.commit('Fork', [second, other])
      if (isFounder) me.commit('MissingGenesis', [other])
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}
