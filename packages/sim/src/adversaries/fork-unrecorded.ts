// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Strategy } from './strategy.ts'

/**
 * Shows its other branches only in messages that nobody records, since their last event answers
 * nobody: they are in the graphs of correct peers, but among no correct event's ancestors.
 */
export function forkUnrecorded(): Strategy {
  return {
    drive: 'hand',
    turn: (me) => {
      const { puppet, world } = me
      const { tip } = puppet.main
      if (tip === undefined) return
      const side = puppet.branchAfter(me.store.selfParent(tip) ?? tip)
      for (const to of world.correctVoters) {
        puppet.append(side, { kind: 'Requesting', recipient: me.id })
        me.send({ kind: 'request', to, message: puppet.message(side, 'request', to) })
      }
    },
  }
}
