// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ed25519Identity, limits, stringCodec } from '@parsec-bft/core'
import type { SecretId } from '@parsec-bft/core'
import { Event } from '@parsec-bft/core/internals'
import type { Assault } from './assault.ts'
import type { Attack } from './attack.ts'
import type { Bounds } from './costs.ts'
import { messageOf, mostStrangerBytes } from './wire.ts'

/** What holds for everybody without a member's key: nothing stays, nobody else notices, and the answer is short. */
const bounds = (): Bounds => ({ cpu: 1, peak: 8, kept: 1, answered: 0.1, relayed: 0.1, accusations: 0, delay: 1.5 })

function strangerOf({ network }: Assault): SecretId {
  return ed25519Identity.secretIdFromSeed(network.random.bytes(32))
}

/** Over how many rounds an attack is spread. */
const rounds = 8

/** Sends a message again and again, until so many bytes are sent. */
function* sendAgain(assault: Assault, us: SecretId, message: Uint8Array, bytes: number): Generator<void> {
  const count = Math.ceil(assault.scaled(bytes) / message.length)
  for (let i = 1; i <= count; i++) {
    assault.send(us.publicId, assault.victim, message)
    if (i % Math.ceil(count / rounds) === 0) yield
  }
}

/** A message that repeats an event as often as it may, if so many bytes are wanted; its end is by the stranger. */
function repeating(assault: Assault, us: SecretId, event: Event<string>, bytes: number): Uint8Array {
  const size = event.bytes.length + 8
  const most = Math.min(limits.messageEvents, Math.floor(mostStrangerBytes / size)) - 1
  const count = Math.max(1, Math.min(most, Math.floor(assault.scaled(bytes) / size)))
  const events = Array.from({ length: count }, () => event)
  return messageOf('request', [...events, initialOf(us)])
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
      const shares = Array.from({ length: Math.min(limits.coinShares, 2048) }, (_, i) => ({
        subject: i,
        round: 1,
        share: none,
      }))
      const first = Event.create(
        us,
        { kind: 'CoinShares', selfParent, coins: { election: 0, attempt: 1, shares } },
        stringCodec,
      )
      yield* sendAgain(assault, us, repeating(assault, us, first, 1 << 25), 1 << 25)
    },
  },
  {
    name: 'stranger-repeats',
    what: 'one signed event of its own, again and again',
    by: 'stranger',
    bounds,
    *run(assault: Assault): Generator<void> {
      const us = strangerOf(assault)
      yield* sendAgain(assault, us, repeating(assault, us, initialOf(us), 1 << 21), 1 << 21)
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
      yield* sendAgain(assault, us, repeating(assault, us, known, 1 << 22), 1 << 22)
    },
  },
  {
    name: 'stranger-garbage',
    what: 'random bytes, with the beginning of a message',
    by: 'stranger',
    bounds,
    *run(assault: Assault): Generator<void> {
      const us = strangerOf(assault)
      const head = messageOf('request', [initialOf(us), initialOf(us)])
      const bytes = assault.network.random.bytes(Math.min(assault.scaled(1 << 20), mostStrangerBytes))
      bytes.set(head.subarray(0, bytes.length))
      yield* sendAgain(assault, us, bytes, 1 << 23)
    },
  },
]
