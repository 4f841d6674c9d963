// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Message, opaque } from '@parsec-bft/core'
import type { Random } from '../base/random.ts'
import type { Outgoing, Strategy } from './strategy.ts'

/** Sends its old messages again, to the same peers and to others. */
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

/**
 * Sends bytes that are no message, and messages that are wrong: random, mutated, cut short,
 * lengthened, shuffled, or a response instead of a request.
 */
export function malformed(): Strategy {
  return {
    drive: 'protocol',
    turn: (me) => {
      const kind = me.random.pick(['request', 'response'] as const)
      me.world.send(me.name, {
        kind,
        to: me.random.pick(me.world.voters),
        message: me.random.bytes(me.random.integer(0, 300)),
      })
    },
    outgoing: (me, outgoing) => {
      const { message } = outgoing
      if (message instanceof Uint8Array || me.random.chance(0.5)) return [outgoing]
      return [{ ...outgoing, message: spoilt(me.random, message) }, outgoing]
    },
  }
}

function spoilt(random: Random, message: Message<string>): Uint8Array | Message<string> {
  const bytes = message.toBytes()
  const { kind, events } = message
  switch (random.integer(0, 6)) {
    case 0:
      return bytes.slice(0, random.integer(0, bytes.length - 1))
    case 1:
      return new Uint8Array([...bytes, 0])
    case 2:
      return new Message(kind === 'request' ? 'response' : 'request', events)
    case 3:
      return new Message(kind, [])
    case 4:
      return new Message(kind, random.shuffle(events))
    case 5:
      return new Message(kind, events.slice(0, -1))
    default: {
      const mutated = bytes.slice()
      for (let i = random.integer(1, 4); i > 0; i--)
        mutated[random.integer(0, bytes.length - 1)] = random.integer(0, 255)
      return mutated
    }
  }
}

/** A spammer votes no more often than this, so that the run ends. */
const mostVotes = 20

/** Sends everything that it knows each time, whatever the recipient has, and votes for nonsense. */
export function spam(): Strategy {
  let votes = 0
  return {
    drive: 'protocol',
    turn: (me) => {
      const { parsec } = me
      for (let i = 0; i < 2 && votes < mostVotes && parsec?.voters().some((id) => id.equals(me.id)) === true; i++) {
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
