// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { genesis } from '@parsec-bft/core/internals'
import type { Strategy } from './strategy.ts'

/** Votes for a Genesis with another group, again and again. */
export function genesisIncorrect(): Strategy {
  return {
    drive: 'hand',
    turn: (me) => {
      const { voters, correctVoters } = me.world
      if (correctVoters.length === 0) return
      const { main } = me.puppet
      const bad = me.puppet.makeVote(main, genesis([me.id, me.world.idOf(me.random.pick(voters))]))
      me.sendBad(main, 'request', me.random.pick(correctVoters), [bad])
      me.commit('IncorrectGenesis', [bad], true)
    },
  }
}
