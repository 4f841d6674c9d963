// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import type { PublicId } from '../src/base/public-id.ts'
import { describe, expect, test } from 'vitest'
import { Event } from '../src/wire/event.ts'
import type { Cause } from '../src/wire/event.ts'
import type { SecretId } from '../src/crypto/identity.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { opaque } from '../src/wire/observation.ts'
import { Network, chooser, codeOf, thrownBy } from './support/network.ts'
import { initialEvent, voteEvent } from './support/vote-event.ts'

const id = (name: string): PublicId => mockIdentity.publicId(name)
const [alice, dave, eve] = ['Alice', 'Dave', 'Eve'].map((name) => mockIdentity.secretId(name)) as [
  SecretId,
  SecretId,
  SecretId,
]
const create = (us: SecretId, cause: Cause<string>): Event<string> => Event.create(us, cause, stringCodec)

const initial = initialEvent(dave)
const ask = create(dave, { kind: 'Requesting', selfParent: initial.hash, recipient: id('Alice') })
const carolsInitial = initialEvent(mockIdentity.secretId('Carol'))
const conclusion = create(dave, { kind: 'Conclusion', selfParent: initial.hash, otherParent: carolsInitial.hash })
const nowhere = new Uint8Array(32).fill(9)

/** Three correct peers, enough to go on, and Dave, who sends Alice whatever he likes. */
function network(): Network {
  const made = new Network(['Alice', 'Bob', 'Carol', 'Dave'])
  made.crash('Dave')
  return made
}

/** Each: the events of a request from Dave, what Alice says, and how many of the events she keeps. */
const requests: [string, Event<string>[], object, number][] = [
  ['no events', [], { code: 'InvalidMessage', reason: 'no events' }, 0],
  [
    "a last event that is not the sender's",
    [initial, ask, initialEvent(mockIdentity.secretId('Carol'))],
    { code: 'InvalidMessage', reason: 'its last event is not by the sender' },
    3,
  ],
  [
    'a last event that asks nothing',
    [initial],
    { code: 'InvalidMessage', reason: 'its last event is not a Requesting event addressed to us' },
    1,
  ],
  [
    'a request that is for somebody else',
    [initial, create(dave, { kind: 'Requesting', selfParent: initial.hash, recipient: id('Bob') })],
    { code: 'InvalidMessage', reason: 'its last event is not a Requesting event addressed to us' },
    2,
  ],
  [
    'a request for nobody that we know',
    [initial, create(dave, { kind: 'Requesting', selfParent: initial.hash, recipient: id('Nobody') })],
    { code: 'InvalidMessage' },
    2,
  ],
  [
    'an event by a stranger',
    [initial, initialEvent(eve), ask],
    { code: 'UnknownCreator', event: initialEvent(eve).id, creator: id('Eve') },
    1,
  ],
  [
    'a self-parent by somebody else',
    [initial, create(dave, { kind: 'Requesting', selfParent: initialEvent(alice).hash, recipient: id('Alice') })],
    { code: 'MaliciousEvent', malice: 'SelfParentByDifferentCreator' },
    1,
  ],
  [
    'a Conclusion that records what its line knows',
    [
      initial,
      carolsInitial,
      conclusion,
      create(dave, { kind: 'Conclusion', selfParent: conclusion.hash, otherParent: carolsInitial.hash }),
    ],
    { code: 'MaliciousEvent', malice: 'InvalidConclusion' },
    3,
  ],
  [
    'an other-parent of its own',
    [initial, ask, create(dave, { kind: 'Request', selfParent: ask.hash, otherParent: initial.hash })],
    { code: 'MaliciousEvent', malice: 'OtherParentBySameCreator' },
    2,
  ],
]

const forgedVote = create(dave, {
  kind: 'Observation',
  selfParent: initial.hash,
  vote: { observation: opaque('x'), signature: new Uint8Array(32) },
})
const forged = Event.create({ ...dave, publicId: id('Bob') }, { kind: 'Initial' as const }, stringCodec)
const forgedOfOurs = Event.create(
  { ...dave, publicId: id('Alice') },
  { kind: 'Requesting', selfParent: initialEvent(alice).hash, recipient: id('Dave') },
  stringCodec,
)

/** Only bytes can carry these: whoever makes an event as a value has signed it. */
const byteRequests: [string, Uint8Array, object, number][] = [
  ...requests.map(([name, events, expected, kept]): [string, Uint8Array, object, number] => [
    `${name} (bytes)`,
    new Message('request', events).toBytes(),
    expected,
    kept,
  ]),
  [
    'an event of ours signed by somebody else',
    new Message('request', [initial, forgedOfOurs, ask]).toBytes(),
    { code: 'SignatureFailure', event: forgedOfOurs.id, signed: 'event' },
    1,
  ],
  [
    'an event signed by somebody else',
    new Message('request', [initial, forged, ask]).toBytes(),
    { code: 'SignatureFailure', event: forged.id, signed: 'event' },
    1,
  ],
  [
    'a vote signed by nobody',
    new Message('request', [initial, forgedVote, ask]).toBytes(),
    { code: 'SignatureFailure', event: forgedVote.id, signed: 'vote' },
    1,
  ],
  ['no message', new Uint8Array(), { code: 'MalformedEncoding', offset: 0 }, 0],
  [
    'trailing bytes',
    Uint8Array.of(...new Message('request', [initial, ask]).toBytes(), 0),
    { code: 'MalformedEncoding', expected: 'the end of the input' },
    2,
  ],
  ['the kind of a response', new Message('response', [initial, ask]).toBytes(), { code: 'InvalidMessage' }, 2],
]

describe('a request with', () => {
  const messages = requests.map(([name, events, expected, kept]): [string, Message<string>, object, number] => [
    name,
    new Message('request', events),
    expected,
    kept,
  ])

  test.each([...messages, ...byteRequests])('%s is refused, and the network goes on', (_, message, expected, kept) => {
    const three = network()
    const before = three.peer('Alice').inspect().eventCount
    expect(thrownBy(() => three.peer('Alice').handleMessage(id('Dave'), message)).detail).toMatchObject(expected)
    expect(three.peer('Alice').inspect().eventCount).toBe(before + kept)
    three.decide(opaque('afterwards'), chooser(2))
    expect(three.agrees).toBe(true)
  })

  test.each(['value', 'bytes'])('an event with our signature that we did not make ends our line (%s)', (form) => {
    const three = network()
    const other = voteEvent(alice, initialEvent(alice), opaque('not by us'))
    const message = new Message('request', [initial, other])
    const received = form === 'bytes' ? message.toBytes() : message
    const expected = { code: 'UnknownOwnEvent', event: other.id }
    expect(thrownBy(() => three.peer('Alice').handleMessage(id('Dave'), received)).detail).toEqual(expected)
    expect(three.peer('Alice').status).toBe('outdated')
    expect(thrownBy(() => three.peer('Alice').createGossip(id('Bob'))).detail).toEqual(expected)
  })

  test('nothing wrong is answered, also after all of these that a bad network could make', () => {
    const three = network()
    for (const [name, message, expected] of byteRequests) {
      const isMalice = 'code' in expected && expected.code === 'MaliciousEvent'
      // All of Dave's requests have the same self-parent: two of them are a fork.
      const isOther = /^a request (that is )?for/.test(name)
      if (!isMalice && !isOther) codeOf(() => three.peer('Alice').handleMessage(id('Dave'), message))
    }
    const askLater = create(dave, { kind: 'Requesting', selfParent: ask.hash, recipient: id('Alice') })
    const response = three.peer('Alice').handleMessage(id('Dave'), new Message('request', [initial, ask, askLater]))
    expect(response?.events.at(-1)?.cause.kind).toBe('Request')
    three.decide(opaque('afterwards'), chooser(3))
    expect(three.agrees).toBe(true)
  })

  test('nothing wrong is refused after an event that no correct peer sends', () => {
    const three = network()
    const bad = create(dave, { kind: 'Request', selfParent: ask.hash, otherParent: initial.hash })
    codeOf(() => three.peer('Alice').handleMessage(id('Dave'), new Message('request', [initial, ask, bad])))
    const askAgain = create(dave, { kind: 'Requesting', selfParent: ask.hash, recipient: id('Alice') })
    const again = new Message('request', [initial, ask, askAgain])
    expect(thrownBy(() => three.peer('Alice').handleMessage(id('Dave'), again)).detail).toEqual({
      code: 'DistrustedPeer',
      peer: id('Dave'),
      malice: 'OtherParentBySameCreator',
    })
    expect(three.peer('Alice').gossipRecipients()).not.toContain(id('Dave'))
    three.decide(opaque('afterwards'), chooser(3))
    expect(three.agrees).toBe(true)
  })
})

describe('a response', () => {
  test('whose last sync event answers no request of ours is refused', () => {
    const three = network()
    const asked = three.peer('Alice').createGossip(id('Dave')).events.at(-1)
    for (const events of [[initial], [initial, ask]]) {
      expect(
        thrownBy(() => {
          three.peer('Alice').handleMessage(id('Dave'), new Message('response', events))
        }).detail,
      ).toEqual({ code: 'InvalidMessage', reason: 'its last sync event does not answer a request of ours' })
    }
    // The answer itself, followed by a vote, is taken.
    const answer = create(dave, { kind: 'Request', selfParent: ask.hash, otherParent: asked?.hash ?? nowhere })
    const vote = voteEvent(dave, answer, opaque('x'))
    three.peer('Alice').handleMessage(id('Dave'), new Message('response', [initial, answer, vote]))
    // When it comes again, it is not recorded again.
    const recorded = three.peer('Alice').inspect().eventCount
    const again = voteEvent(dave, vote, opaque('y'))
    expect(three.peer('Alice').handleMessage(id('Dave'), new Message('response', [again]))).toBeUndefined()
    expect(three.peer('Alice').inspect().eventCount).toBe(recorded + 1)
    three.decide(opaque('afterwards'), chooser(4))
    expect(three.agrees).toBe(true)
  })

  test('that answers a request of somebody else is malicious', () => {
    const three = network()
    const bobsInitial = initialEvent(mockIdentity.secretId('Bob'))
    const answersBob = create(dave, { kind: 'Request', selfParent: initial.hash, otherParent: bobsInitial.hash })
    expect(
      thrownBy(() => {
        three.peer('Alice').handleMessage(id('Dave'), new Message('response', [bobsInitial, initial, answersBob]))
      }).detail,
    ).toMatchObject({ code: 'MaliciousEvent', malice: 'InvalidRequest' })
  })
})

describe('a message with an event whose parent is unknown', () => {
  test.each([
    ['self-parent', [ask], 0],
    ['other-parent', [initial, create(dave, { kind: 'Request', selfParent: initial.hash, otherParent: nowhere })], 1],
  ] as [string, Event<string>[], number][])('(its %s) is answered by what we have', (_, events, kept) => {
    const three = network()
    const alice = three.peer('Alice')
    const before = alice.inspect().eventCount
    const reply = alice.handleMessage(id('Dave'), new Message('request', events).toBytes())
    expect(reply?.receipt?.hasGap).toBe(true)
    expect(reply?.receipt?.tips.length).toBe(1 + kept)
    expect(alice.inspect().eventCount).toBe(before + kept)
    three.decide(opaque('afterwards'), chooser(2))
    expect(three.agrees).toBe(true)
  })
})
