// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { recordWrongly } from './bad-exchange.ts'
import type { Strategy } from './strategy.ts'

/**
 * Shows each correct peer first a wrong event that it can prove to nobody, since its parent is on a
 * branch that nobody records, and then wrong events that it can.
 */
export function refusedDecoy(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      const { puppet, world } = me
      const [other] = me.store.events.filter(({ creator }) => creator.name !== me.name)
      if (other === undefined) return
      const side = puppet.branchAfter(me.store.selfParent(puppet.main.tip ?? other) ?? other)
      puppet.append(side, { kind: 'Requesting', recipient: me.id })
      const decoy = puppet.make(side, { kind: 'Request', otherParent: other.hash })
      for (const to of world.correctVoters) me.sendBad(side, 'request', to, [decoy])
    },
    turn: (me) => {
      recordWrongly(me, 'Request')
    },
  }
}
