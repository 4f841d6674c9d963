// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { forkTwoFaced, halfOf } from './fork-two-faced.ts'
import type { Strategy } from './strategy.ts'

/**
 * Two-faced, together with all others who do the same: each half of the network gets a story in
 * which they back each other.
 */
export function forkColluding(): Strategy {
  const face = forkTwoFaced()
  return {
    ...face,
    branchFor: (me, peer) => {
      const isFellow = me.world.adversaries.some(({ name }) => name === peer)
      // Fellows are met on one side in one round, on the other in the next.
      const stand = isFellow ? me.world.correctVoters.find((name) => halfOf(me, name) === me.world.round % 2) : peer
      return face.branchFor?.(me, stand ?? peer) ?? me.puppet.main
    },
  }
}
