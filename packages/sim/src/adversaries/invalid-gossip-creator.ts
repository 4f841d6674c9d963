// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Event } from '@parsec-bft/core'
import type { Branch } from './puppet.ts'
import type { Strategy } from './strategy.ts'

/**
 * Records gossip of a newcomer before it could know of it: it takes nothing in, so that nothing it makes descends from the votes for the newcomer, who is a
 * fellow with the strategy `premature-newcomer`.
 */
export function invalidGossipCreator(): Strategy {
  let isDone = false
  return {
    drive: 'hand',
    records: (me, peer) => {
      const isFellow = me.world.adversaries.some(({ name }) => name === peer)
      return isDone || (isFellow && !me.world.isFounder(peer))
    },
    turn: (me) => {
      const { tip } = me.puppet.main
      if (isDone || tip?.cause.kind !== 'Request') return
      const newcomer = me.store.get(tip.cause.otherParent)?.creator.name
      if (newcomer === undefined || me.world.isFounder(newcomer)) return
      isDone = true
      me.commit('InvalidGossipCreator', [tip])
    },
  }
}

/** A newcomer that, once added, makes requests as if it had learnt nothing: fellows record them. */
export function prematureNewcomer(): Strategy {
  let early: Branch | undefined
  let requested: Event<string> | undefined
  return {
    drive: 'hand',
    turn: (me) => {
      early ??= me.puppet.branchAfter(undefined)
      for (const { name, left } of me.world.adversaries) {
        if (requested !== undefined || name === me.name || left || !me.world.isFounder(name)) continue
        me.request(early, name)
        requested = early.tip
      }
    },
  }
}
