// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { opaque } from '@parsec-bft/core'
import type { Strategy } from './strategy.ts'

/** A founding member whose second event is not its vote for Genesis. A newcomer has nothing to miss. */
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
