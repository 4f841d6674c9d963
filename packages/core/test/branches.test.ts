// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import { describe, expect, test } from 'vitest'
import { Event } from '../src/wire/event.ts'
import type { Cause } from '../src/wire/event.ts'
import type { SecretId } from '../src/crypto/identity.ts'
import { limits } from '../src/base/limits.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { genesis, opaque } from '../src/wire/observation.ts'
import type { Parsec } from '../src/parsec.ts'
import { Network, chooser, codeOf, thrownBy } from './support/network.ts'
import { initialEvent, voteEvent } from './support/vote-event.ts'

const correct = ['Alice', 'Bob', 'Carol', 'Frank', 'Grace']
const names = [...correct, 'Dave', 'Eve']
const ids = names.map((name) => mockIdentity.publicId(name))
const aliceId = mockIdentity.publicId('Alice')
const dave = mockIdentity.secretId('Dave')
const eve = mockIdentity.secretId('Eve')
const create = (us: SecretId, cause: Cause<string>): Event<string> => Event.create(us, cause, stringCodec)

/** Five correct peers of seven; Dave forks, Eve helps him. */
function network(): Network {
  const made = new Network(names)
  made.crash('Dave')
  made.crash('Eve')
  return made
}

function start(us: SecretId): [Event<string>, Event<string>] {
  const initial = initialEvent(us)
  return [initial, voteEvent(us, initial, genesis(ids))]
}

const davesStart = start(dave)

/** A branch of Dave's: a vote of its own, and a request to somebody. */
function branch(i: number, recipient = aliceId): [Event<string>, Event<string>] {
  const vote = voteEvent(dave, davesStart[1], opaque(`branch ${String(i)}`))
  return [vote, create(dave, { kind: 'Requesting', selfParent: vote.hash, recipient })]
}

function eventsBy(peer: Parsec<string>, name: string): number {
  const inspection = peer.inspect()
  const creator = inspection.peers().findIndex((other) => other.name === name)
  return Array.from({ length: inspection.eventCount }, (_, x) => inspection.event(x).creator).filter(
    (c) => c === creator,
  ).length
}

describe('branches of a forker', () => {
  const many = Array.from({ length: 3000 }, (_, i) => branch(i, eve.publicId))

  test('that nobody records are taken up to a limit per sender, after the first two', () => {
    const alice = network().peer('Alice')
    const [initial, founding] = start(eve)
    const ask = create(eve, { kind: 'Requesting', selfParent: founding.hash, recipient: aliceId })
    const events = [...davesStart, ...many.flat(), initial, founding, ask]
    const message = new Message('request', events)
    const few = 2 + limits.unrecordedBranches
    for (let i = 0; i < 2; i++) {
      expect(thrownBy(() => alice.handleMessage(eve.publicId, message)).detail).toMatchObject({
        code: 'LimitExceeded',
        what: 'unrecorded branches',
      })
      expect(eventsBy(alice, 'Dave')).toBe(2 + 2 * few)
    }
  })

  test('that nobody records come from all strangers together no more often than from one member', () => {
    const alice = network().peer('Alice')
    for (let i = 0; i < 10; i++) {
      const stranger = mockIdentity.publicId(`stranger ${String(i)}`)
      const events = [...davesStart, ...many.slice(100 * i, 100 * (i + 1)).flat()]
      expect(codeOf(() => alice.handleMessage(stranger, new Message('request', events)))).toBeDefined()
    }
    expect(eventsBy(alice, 'Dave')).toBe(2 + 2 * (2 + limits.unrecordedBranches))
  })

  test.each(['Request', 'Conclusion'] as const)(
    'that an accomplice records are refused from the third on, and nothing more is taken from it (%s)',
    (kind) => {
      const alice = network().peer('Alice')
      const [initial, founding] = start(eve)
      let last = founding
      const recorded = many.slice(0, 100).flatMap(([vote, ask]) => {
        last = create(eve, { kind, selfParent: last.hash, otherParent: ask.hash })
        return [vote, ask, last]
      })
      const ask = create(eve, { kind: 'Requesting', selfParent: last.hash, recipient: aliceId })
      const message = new Message('request', [...davesStart, initial, founding, ...recorded, ask])
      expect(codeOf(() => alice.handleMessage(eve.publicId, message))).toBe('MaliciousEvent')
      expect(eventsBy(alice, 'Dave')).toBe(2 + 2 * 3)
      expect(eventsBy(alice, 'Eve')).toBe(2 + 2)
      expect(codeOf(() => alice.handleMessage(eve.publicId, message))).toBe('DistrustedPeer')
    },
  )

  test.each(['Request', 'Conclusion'] as const)('may not be recorded by who knows of the fork (%s)', (kind) => {
    const alice = network().peer('Alice')
    const [initial, founding] = start(eve)
    const [[vote, ask], [otherVote, other]] = [branch(0, eve.publicId), branch(1, eve.publicId)]
    const later = create(dave, { kind: 'Requesting', selfParent: ask.hash, recipient: eve.publicId })
    let last = founding
    const records = [ask, other, later].map(
      ({ hash }) => (last = create(eve, { kind, selfParent: last.hash, otherParent: hash })),
    )
    const events = [...davesStart, vote, ask, otherVote, other, later, initial, founding, ...records]
    expect(thrownBy(() => alice.handleMessage(eve.publicId, new Message('request', events))).detail).toMatchObject({
      code: 'MaliciousEvent',
      event: last.id,
      malice: 'InvalidGossipCreator',
    })
  })

  test('cannot be had again and again by messages that fail', () => {
    const alice = network().peer('Alice')
    for (let i = 0; i < 100; i++) {
      const events = [...davesStart, ...many.slice(2 * i, 2 * i + 2).flat()]
      expect(codeOf(() => alice.handleMessage(dave.publicId, new Message('request', events)))).toBeDefined()
    }
    expect(eventsBy(alice, 'Dave')).toBeLessThanOrEqual(2 + 2 * 2)
  })

  test('that correct peers have recorded, two each, all come to all, and the forker goes', () => {
    const seven = network()
    for (const [i, name] of correct.entries()) {
      for (const k of [0, 1]) {
        const [vote, ask] = branch(2 * i + k, mockIdentity.publicId(name))
        const message = new Message('request', [...davesStart, vote, ask])
        seven.peer(name).handleMessage(dave.publicId, message)
      }
    }
    const isRemoved = (name: string): boolean =>
      seven.blocksOf(name).some(({ observation }) => observation.kind === 'Accusation')
    seven.run(chooser(3), () => correct.every(isRemoved))
    seven.decide(opaque('afterwards'), chooser(4))
    expect(seven.agrees).toBe(true)
    for (const name of correct)
      expect(eventsBy(seven.peer(name), 'Dave')).toBeGreaterThanOrEqual(2 + 2 * correct.length)
  })
})
