// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ed25519Identity, limits, stringCodec } from '@parsec-bft/core'
import type { SecretId } from '@parsec-bft/core'
import { Event } from '@parsec-bft/core/internals'
import type { Assault } from './assault.ts'
import type { Attack } from './attack.ts'
import type { Bounds } from './costs.ts'
import { messagesOf } from './wire.ts'

/** What holds for everybody without a member's key: nothing stays, nobody else notices, and the answer is short. */
const bounds = (): Bounds => ({ cpu: 1, peak: 8, kept: 1, answered: 0.1, relayed: 0.1, accusations: 0, delay: 1.5 })

function strangerOf({ network }: Assault): SecretId {
  return ed25519Identity.secretIdFromSeed(network.random.bytes(32))
}

function* sendEvents(assault: Assault, us: SecretId, events: readonly Event<string>[]): Generator<void> {
  for (const message of messagesOf('request', events)) {
    assault.send(us.publicId, assault.victim, message)
    yield
  }
}

function initialOf(us: SecretId): Event<string> {
  return Event.create(us, { kind: 'Initial' }, stringCodec)
}

export const strangers: readonly Attack[] = [
  {
    name: 'stranger-shares',
    what: 'a message full of coin shares, each without bytes of its own',
    by: 'stranger',
    bounds,
    *run(assault: Assault): Generator<void> {
      const us = strangerOf(assault)
      const selfParent = initialOf(us).hash
      const none = new Uint8Array()
      const shares = Array.from({ length: limits.coinShares }, (_, i) => ({ subject: i, round: 1, share: none }))
      const first = Event.create(us, { kind: 'CoinShares', selfParent, coins: { election: 0, shares } }, stringCodec)
      const events = Array.from({ length: Math.ceil(assault.scaled(32 << 20) / first.bytes.length) }, () => first)
      yield* sendEvents(assault, us, events)
    },
  },
  {
    name: 'stranger-repeats',
    what: 'one signed event of its own, again and again',
    by: 'stranger',
    bounds,
    *run(assault: Assault): Generator<void> {
      const us = strangerOf(assault)
      const initial = initialOf(us)
      const events = Array.from({ length: Math.ceil(assault.scaled(1 << 21) / initial.bytes.length) }, () => initial)
      yield* sendEvents(assault, us, events)
    },
  },
  {
    name: 'stranger-replays',
    what: 'one event of a member that everybody has, again and again, and an event of its own',
    by: 'stranger',
    bounds,
    *run(assault: Assault): Generator<void> {
      const us = strangerOf(assault)
      const [known] = assault.network.seen.events
      if (known === undefined) throw new Error('no event has been seen')
      const events = Array.from({ length: Math.ceil(assault.scaled(4 << 20) / known.bytes.length) }, () => known)
      yield* sendEvents(assault, us, [...events, initialOf(us)])
    },
  },
  {
    name: 'stranger-garbage',
    what: 'random bytes, with the beginning of a message',
    by: 'stranger',
    bounds,
    *run(assault: Assault): Generator<void> {
      const us = strangerOf(assault)
      const [head = new Uint8Array()] = messagesOf('request', [initialOf(us), initialOf(us)])
      const bytes = assault.network.random.bytes(assault.scaled(1 << 20))
      bytes.set(head.subarray(0, bytes.length))
      for (let i = 0; i < assault.scaled(8); i++) {
        assault.send(us.publicId, assault.victim, bytes)
        yield
      }
    },
  },
]
