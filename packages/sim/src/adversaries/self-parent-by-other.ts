// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Strategy } from './strategy.ts'

/** Makes events whose self-parent is somebody else's. */
export function selfParentByOther(): Strategy {
  return {
    drive: 'hand',
    turn: (me) => {
      const { correctVoters } = me.world
      if (correctVoters.length === 0) return
      const { main } = me.puppet
      const to = me.random.pick(correctVoters)
      const known = me.store.knownBy(to)
      const others = me.store.events.filter(
        (event, i) => event.creator.name !== me.name && (known.has(i) || main.ancestors.has(i)),
      )
      if (others.length === 0) return
      const selfParent = me.random.pick(others).hash
      const bad = me.puppet.sign({ kind: 'Requesting', selfParent, recipient: me.world.idOf(to) })
      me.sendBad(main, 'request', to, [bad])
      me.commit('SelfParentByDifferentCreator', [bad], true)
    },
  }
}
