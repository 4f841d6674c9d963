// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Message, opaque } from '@parsec-bft/core'
import type { Strategy } from './strategy.ts'

/** Most votes of one spammer: the run is to end. */
const mostVotes = 20

/** Sends everything that it knows each time, whatever the recipient has, and votes for nonsense. */
export function spam(): Strategy {
  let votes = 0
  return {
    drive: 'protocol',
    turn: (me) => {
      const { parsec } = me
      for (let i = 0; i < 2 && votes < mostVotes && parsec?.canVote() === true; i++) {
        parsec.voteFor(opaque(`nonsense ${String(votes++)} by ${me.name}`))
      }
    },
    outgoing: (me, outgoing) => {
      const { kind, message } = outgoing
      const last = message instanceof Uint8Array ? undefined : message.events.at(-1)
      if (last === undefined) return [outgoing]
      const events = [...me.store.events.filter(({ id }) => id !== last.id), last]
      return [{ ...outgoing, message: new Message(kind, events) }]
    },
  }
}
