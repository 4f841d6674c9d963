// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { forkHere } from './fork-simple.ts'
import type { Branch } from './puppet.ts'
import type { Me, Strategy } from './strategy.ts'

/** Which half of the network a peer belongs to: the same for all adversaries. */
export function halfOf(me: Me, peer: string): 0 | 1 {
  const names = [...me.world.voters].sort()
  return names.indexOf(peer) % 2 === 0 ? 0 : 1
}

/**
 * Each half of the network is shown another branch; what one half says is never recorded on the
 * branch for the other.
 */
export function forkTwoFaced(): Strategy {
  const faces = new Map<string, Branch>()
  return {
    drive: 'hand',
    begin: (me) => {
      const branches = forkHere(me, 2)
      for (const peer of me.world.voters) {
        const branch = branches[halfOf(me, peer)]
        if (branch !== undefined) faces.set(peer, branch)
      }
    },
    branchFor: (me, peer) => faces.get(peer) ?? me.puppet.main,
  }
}
