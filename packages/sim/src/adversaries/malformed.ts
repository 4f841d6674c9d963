// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Message } from '@parsec-bft/core'
import type { Random } from '../base/random.ts'
import type { Strategy } from './strategy.ts'

/**
 * Sends bytes that are no messages, or not what they should be: random, mutated, cut short,
 * lengthened, of the other kind.
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
