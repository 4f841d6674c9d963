// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Strategy } from './strategy.ts'

/** Makes events whose other-parent is its own. */
export function otherParentByItself(): Strategy {
  return {
    drive: 'hand',
    turn: (me) => {
      const { correctVoters } = me.world
      const { main } = me.puppet
      if (correctVoters.length === 0 || main.tip === undefined) return
      const own = me.store.events.filter(({ creator }, i) => creator.name === me.name && main.ancestors.has(i))
      const kind = me.random.pick(['Request', 'Response'] as const)
      const bad = me.puppet.make(main, { kind, otherParent: me.random.pick(own).hash })
      me.sendBad(main, kind === 'Request' ? 'request' : 'response', me.random.pick(correctVoters), [bad])
      me.commit('OtherParentBySameCreator', [bad], true)
    },
  }
}
