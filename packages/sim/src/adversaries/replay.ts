// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Outgoing, Strategy } from './strategy.ts'

/** Sends its old messages again, to whom they were meant for and to others. */
export function replay(): Strategy {
  const sent: Outgoing[] = []
  return {
    drive: 'protocol',
    turn: (me) => {
      if (sent.length === 0) return
      for (let i = 0; i < 3; i++) {
        const old = me.random.pick(sent)
        me.world.send(me.name, me.random.chance(0.5) ? old : { ...old, to: me.random.pick(me.world.voters) })
      }
    },
    outgoing: (_me, outgoing) => {
      sent.push(outgoing)
      return [outgoing]
    },
  }
}
