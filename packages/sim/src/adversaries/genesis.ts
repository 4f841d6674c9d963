// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { opaque } from '@parsec-bft/core'
import { genesis } from '@parsec-bft/core/internals'
import type { Strategy } from './strategy.ts'

/** A founder whose second event is not a vote for Genesis. Newcomers need not vote for it, so they do nothing wrong. */
export function genesisMissing(): Strategy {
  return {
    drive: 'scratch',
    begin: (me) => {
      if (!me.world.isFounder(me.name)) return
      const branch = me.puppet.branchAfter(undefined)
      me.commit('MissingGenesis', [me.puppet.vote(branch, opaque(`instead of Genesis by ${me.name}`))])
    },
  }
}

/** Votes for Genesis when it must not: a second time, or as a newcomer. */
export function genesisUnexpected(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      me.commit('UnexpectedGenesis', [me.puppet.vote(me.puppet.main, me.world.genesis)])
    },
  }
}

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
