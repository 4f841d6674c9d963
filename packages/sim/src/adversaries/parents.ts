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
