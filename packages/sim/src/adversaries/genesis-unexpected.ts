// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Strategy } from './strategy.ts'

/** Votes for Genesis when it is not the time: a second time, or as a newcomer. */
export function genesisUnexpected(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      me.commit('UnexpectedGenesis', [me.puppet.vote(me.puppet.main, me.world.genesis)])
    },
  }
}
