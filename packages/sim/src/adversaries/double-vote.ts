// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { opaque } from '@parsec-bft/core'
import type { Strategy } from './strategy.ts'

/** Votes twice for the same. */
export function doubleVote(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      const { main } = me.puppet
      const observation = opaque(`twice by ${me.name}`)
      const first = me.puppet.vote(main, observation)
      if (me.random.chance(0.5)) me.puppet.vote(main, opaque(`between by ${me.name}`))
      me.commit('DuplicateVote', [first, me.puppet.vote(main, observation)])
    },
  }
}
