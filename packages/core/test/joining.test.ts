// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import type { PublicId } from '../src/base/public-id.ts'
import { describe, expect, test } from 'vitest'
import { Event } from '../src/wire/event.ts'
import { limits } from '../src/base/limits.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { add, opaque, remove } from '../src/wire/observation.ts'
import { Parsec } from '../src/parsec.ts'
import { KeyNetwork } from './support/key-network.ts'
import { Network, chooser, codeOf, textOf, thrownBy } from './support/network.ts'
import { initialEvent, voteEvent } from './support/vote-event.ts'

const id = (name: string): PublicId => mockIdentity.publicId(name)

function causesBy(network: Network, owner: string, creator: string): string[] {
  const inspection = network.peer(owner).inspect()
  const events = Array.from({ length: inspection.eventCount }, (_, x) => inspection.event(x))
  const index = inspection.peers().findIndex(({ name }) => name === creator)
  return events.filter((event) => event.creator === index).map(({ cause }) => cause)
}

function voterNames(network: Network, owner: string): string[] {
  const inspection = network.peer(owner).inspect()
  return inspection.voters().map((peer) => inspection.peers()[peer]?.name ?? '')
}

describe('a peer that joins', () => {
  test.each([1, 2, 3])('replays the whole history and then takes part, seed %i', (seed) => {
    const choose = chooser(seed)
    const network = new Network(['Alice', 'Bob', 'Carol'])
    network.decide(opaque('before'), choose)
    for (const peer of network.peers.values()) peer.voteFor(add(id('Dave')))
    network.join('Dave')
    network.run(choose, () => network.allHave('Add(Dave)'))
    expect(network.agrees).toBe(true)
    expect(network.peer('Dave').canVote()).toBe(true)
    expect(causesBy(network, 'Dave', 'Dave')[0]).toBe('Initial')
    for (const name of network.peers.keys()) {
      expect(voterNames(network, name)).toEqual(['Alice', 'Bob', 'Carol', 'Dave'])
    }

    network.decide(opaque('together'), choose)
    network.crash('Carol')
    network.decide(opaque('without Carol, so by the newcomer'), choose)
    expect(network.agrees).toBe(true)
    const last = network.blocksOf('Alice').at(-1)
    expect(last?.proofs.map(({ voter }) => voter.name)).toEqual(['Alice', 'Bob', 'Dave'])
    last?.verify(['Alice', 'Bob', 'Carol', 'Dave'].map(id), { codec: stringCodec })
  })

  test('a network grows from one', () => {
    const choose = chooser(9)
    const network = new Network(['Alice'])
    for (const name of ['Bob', 'Carol', 'Dave', 'Eve']) {
      for (const peer of network.peers.values()) peer.voteFor(add(id(name)))
      network.join(name)
      network.run(choose, () => network.allHave(`Add(${name})`))
    }
    network.decide(opaque('x'), choose)
    expect(network.agrees).toBe(true)
    expect(voterNames(network, 'Eve')).toHaveLength(5)
  })

  test('takes in the history slice by slice, whatever slices and receipts are lost', () => {
    const choose = chooser(4)
    const network = new KeyNetwork(['Alice', 'Bob', 'Carol'])
    for (const name of ['Dave', 'Eve']) {
      for (const peer of network.peers.values()) peer.voteFor(add(id(name)))
      network.join(name)
      network.run(choose, () => network.allHave(`Add(${name})`))
    }
    network.run(choose, () => [...network.peers.values()].every((peer) => peer.inspect().coinThreshold === 1))
    for (let i = 0; i < 12; i++) network.decide(opaque(String(i)), choose)
    network.decide(add(id('Frank')), choose)
    const alice = network.peer('Alice')
    expect(alice.inspect().eventCount).toBeGreaterThan(3 * limits.sliceEvents)
    const texts = network.blocksOf('Alice').map(textOf)
    for (let seed = 0; seed < 5; seed++) {
      const lose = chooser(seed)
      const founders = ['Alice', 'Bob', 'Carol'].map(id)
      const frank = Parsec.fromExisting(network.secretId('Frank'), {
        ...network.options,
        founders,
        present: [id('Alice')],
      })
      let lost = 0
      for (let i = 0; i < 40; i++) {
        let message: Message<string> | undefined = alice.createGossip(id('Frank'))
        for (let to = 'Frank'; message !== undefined; to = to === 'Frank' ? 'Alice' : 'Frank') {
          if (lose(3) === 0) {
            lost++
            break
          }
          expect(message.events.length).toBeLessThanOrEqual(limits.sliceEvents)
          const bytes: Uint8Array = message.toBytes()
          // Frank answers as a member as soon as he is one; that is another story.
          if (to === 'Alice' && message.kind !== 'receipt') break
          message = to === 'Frank' ? frank.handleMessage(id('Alice'), bytes) : alice.handleMessage(id('Frank'), bytes)
        }
      }
      expect(lost).toBeGreaterThan(0)
      for (const text of texts) expect(textOf(frank.poll())).toBe(text)
      expect(frank.poll()).toBeUndefined()
    }
  })

  test('begins its line before it takes in what can only be understood after a later decision', () => {
    const choose = chooser(6)
    const present = ['Alice', 'Bob', 'Carol', 'Dave', 'Fred', 'Gina', 'Hank']
    const network = new KeyNetwork(present)
    network.decide(add(id('Eve')), choose)
    const admittedAt = network.peer('Alice').inspect().election
    const hasKey = (name: string): boolean => network.peer(name).inspect().coinThreshold !== undefined
    network.run(choose, () => present.every(hasKey))
    const firstShares = (name: string): number => {
      const inspection = network.peer(name).inspect()
      const events = Array.from({ length: inspection.eventCount }, (_, x) => inspection.event(x))
      return events.findIndex(({ coins }) => coins !== undefined && coins.election > admittedAt)
    }
    for (let i = 0; firstShares('Alice') < 0 && i < 100; i++) network.decide(opaque(String(i)), choose)
    network.join('Eve')
    network.gossip('Alice', 'Eve')
    const inspection = network.peer('Eve').inspect()
    const ours = inspection.peers().findIndex(({ name }) => name === 'Eve')
    const shares = firstShares('Eve')
    const initial = Array.from({ length: shares }, (_, x) => inspection.event(x).creator).indexOf(ours)
    expect(initial).toBeGreaterThan(0)
    network.decide(opaque('together'), choose)
    expect(network.agrees).toBe(true)
  })

  test('holds back its events until it is a voter', () => {
    const choose = chooser(5)
    const network = new Network(['Alice', 'Bob', 'Carol', 'Mallory'])
    network.crash('Mallory')
    const dave = network.join('Dave')
    // Mallory gossips to Dave before anybody has decided to add him.
    const mallory = mockIdentity.secretId('Mallory')
    const initial = initialEvent(mallory)
    const cause = { kind: 'Requesting', selfParent: initial.hash, recipient: id('Dave') } as const
    const ask = Event.create(mallory, cause, stringCodec)
    expect(dave.handleMessage(id('Mallory'), new Message('request', [initial, ask]))?.kind).toBe('receipt')
    expect(causesBy(network, 'Dave', 'Dave')).toEqual([])

    for (const name of ['Alice', 'Bob', 'Carol']) network.peer(name).voteFor(add(id('Dave')))
    network.run(choose, () => network.allHave('Add(Dave)'))
    // Mallory has not voted for Genesis: that is the accusation.
    expect(causesBy(network, 'Dave', 'Dave').slice(0, 4)).toEqual(['Initial', 'Conclusion', 'Observation', 'Request'])
    network.decide(opaque('x'), choose)
    expect(network.agrees).toBe(true)
  })

  test('can vote and gossip when the message that made it a voter ends with a fault', () => {
    const choose = chooser(6)
    const network = new Network(['Alice', 'Bob', 'Carol'])
    network.decide(add(id('Dave')), choose)
    const dave = network.join('Dave')
    const sender = [...network.peers].find(([, peer]) => peer.gossipRecipients().some(({ name }) => name === 'Dave'))
    if (sender === undefined) throw new Error('a peer that contacts the newcomer')
    const request = sender[1].createGossip(id('Dave'))
    const stranger = initialEvent(mockIdentity.secretId('Eve'))
    const faulty = new Message('request', [...request.events, stranger])
    expect(thrownBy(() => dave.handleMessage(id(sender[0]), faulty)).code).toBe('UnknownCreator')
    expect(dave.canVote()).toBe(true)

    dave.voteFor(opaque('by Dave'))
    const gossip = dave.createGossip(id(sender[0]))
    expect(gossip.events.at(-1)?.cause.kind).toBe('Requesting')
    expect(causesBy(network, 'Dave', 'Dave')).toEqual(['Initial', 'Conclusion', 'Observation', 'Requesting'])
    sender[1].handleMessage(id('Dave'), gossip.toBytes())
    network.decide(opaque('x'), choose)
    expect(network.agrees).toBe(true)
  })

  test('takes no events by those who were never voters, though they may contact it', () => {
    const network = new Network(['Alice', 'Bob'])
    const dave = Parsec.fromExisting(mockIdentity.secretId('Dave'), {
      ...network.options,
      founders: ['Alice', 'Bob'].map(id),
      present: [id('Zoe')],
    })
    const initial = initialEvent(mockIdentity.secretId('Zoe'))
    expect(thrownBy(() => dave.handleMessage(id('Zoe'), new Message('request', [initial]))).detail).toEqual({
      code: 'UnknownCreator',
      event: initial.id,
      creator: id('Zoe'),
    })
  })

  test('is contacted first, by founders, who have heard of each other from the start', () => {
    const network = new Network(['Alice', 'Bob', 'Carol'])
    network.decide(add(id('Dave')), chooser(7))
    for (const name of ['Alice', 'Bob', 'Carol']) {
      const recipients = network.peer(name).gossipRecipients()
      expect(recipients.map((peer) => peer.name)).toContain('Dave')
      expect(causesBy(network, name, 'Dave')).toEqual([])
    }
  })
})

describe('a peer that is removed', () => {
  const names = ['Alice', 'Bob', 'Carol', 'Dave']

  test.each([1, 2, 3])('puts out nothing more, and its messages are refused, seed %i', (seed) => {
    const choose = chooser(seed)
    const network = new Network(names)
    const dave = network.peer('Dave')
    network.decide(opaque('before'), choose)
    for (const peer of network.peers.values()) peer.voteFor(remove(id('Dave')))
    const others = ['Alice', 'Bob', 'Carol']
    network.run(choose, () => network.allHave('Remove(Dave)', others))
    const message = new Message<string>('request', [])
    const answer = new Message<string>('response', [])
    expect(
      thrownBy(() => {
        network.peer('Alice').handleMessage(id('Dave'), answer)
      }).detail,
    ).toEqual({ code: 'InvalidPeerState', peer: id('Dave'), required: 'SEND', actual: 'PeerState()' })
    expect(network.peer('Alice').handleMessage(id('Dave'), message)?.kind).toBe('farewell')
    expect(thrownBy(() => network.peer('Alice').createGossip(id('Dave'))).detail).toMatchObject({
      code: 'InvalidPeerState',
      required: 'DKG|RECV',
    })

    if (dave.canVote()) network.crash('Dave')
    else {
      expect(network.outputs().Dave?.at(-1)).toBe('Remove(Dave)')
      expect(
        thrownBy(() => {
          dave.voteFor(opaque('x'))
        }).detail,
      ).toEqual({
        code: 'InvalidSelfState',
        required: 'VOTE',
        actual: 'PeerState()',
      })
      network.crash('Dave')
    }
    network.decide(opaque('after'), choose)
    expect(network.agrees).toBe(true)
    expect(voterNames(network, 'Alice')).toEqual(others)
  })

  test('is shown what removed it, and stops there', () => {
    const network = new Network(['Alice', 'Bob'])
    const bob = network.peer('Bob')
    for (const name of ['Alice', 'Bob']) {
      network.peer(name).voteFor(remove(id('Bob')))
      for (const payload of ['x', 'y']) network.peer(name).voteFor(opaque(payload))
    }
    network.run(chooser(1), () => network.allHave('Remove(Bob)', ['Bob']) || !bob.canVote())
    expect(network.outputs().Bob?.at(-1)).toBe('Remove(Bob)')
    expect(bob.poll()).toBeUndefined()
    expect(bob.canVote()).toBe(false)
  })

  test('puts out nothing that was decided later, though it learns of both at once', () => {
    const choose = chooser(4)
    const five = ['Alice', 'Carol', 'Dave', 'Faye', 'Gus']
    const network = new Network([...five, 'Bob', 'Eve'])
    // Nobody has ever heard Bob and Eve.
    const bob = network.peer('Bob')
    network.crash('Bob')
    network.crash('Eve')
    network.decide(remove(id('Bob')), choose)
    network.decide(opaque('later'), choose)

    const eve = mockIdentity.secretId('Eve')
    const initial = initialEvent(eve)
    const cause = { kind: 'Requesting', selfParent: initial.hash, recipient: id('Bob') } as const
    const everything = network.peer('Alice').createGossip(id('Eve')).events
    const events = [...everything, initial, Event.create(eve, cause, stringCodec)]
    bob.handleMessage(id('Eve'), new Message('request', events).toBytes())
    expect([bob.poll(), bob.poll(), bob.poll()].map(textOf)).toEqual([
      'Genesis({Alice, Bob, Carol, Dave, Eve, Faye, Gus})',
      'Remove(Bob)',
      'none',
    ])
  })

  test('is heard no more, but its events arrive through others', () => {
    const choose = chooser(8)
    const network = new Network(names)
    network.crash('Dave')
    const dave = mockIdentity.secretId('Dave')
    const initial = initialEvent(dave)
    const cause = { kind: 'Requesting', selfParent: initial.hash, recipient: id('Alice') } as const
    const ask = Event.create(dave, cause, stringCodec)
    network.peer('Alice').handleMessage(id('Dave'), new Message('request', [initial, ask]))
    network.decide(remove(id('Dave')), choose)

    const late = voteEvent(dave, ask, opaque('after'))
    const request = network.peer('Bob').createGossip(id('Alice'))
    network.peer('Alice').handleMessage(id('Bob'), new Message('request', [late, ...request.events]).toBytes())
    expect(causesBy(network, 'Alice', 'Dave')).toEqual(['Initial', 'Requesting', 'Observation'])
    const states = network.peer('Alice').inspect().peers()
    expect(states.find(({ name }) => name === 'Dave')?.state.toString()).toBe('PeerState()')
    network.decide(opaque('after'), choose)
    expect(network.agrees).toBe(true)
    // Its vote is known, but it is no proof any more.
    const block = network.blocksOf('Alice').at(-1)
    expect(textOf(block)).toBe('OpaquePayload(after)')
    expect(block?.proofs.map(({ voter }) => voter.name)).not.toContain('Dave')
    block?.verify(['Alice', 'Bob', 'Carol'].map(id), { codec: stringCodec })
  })

  test('does not return under the same id', () => {
    const choose = chooser(2)
    const network = new Network(names)
    network.crash('Dave')
    network.decide(remove(id('Dave')), choose)
    for (const peer of network.peers.values()) {
      expect(
        codeOf(() => {
          peer.voteFor(add(id('Dave')))
        }),
      ).toBe('InvalidPeerState')
    }
    network.decide(opaque('after'), choose)
    expect(voterNames(network, 'Bob')).toEqual(['Alice', 'Bob', 'Carol'])
    expect(
      network
        .peer('Bob')
        .gossipRecipients()
        .map(({ name }) => name),
    ).toEqual(['Alice', 'Carol'])
  })

  test('who never was a member: nothing changes', () => {
    const choose = chooser(3)
    const network = new Network(['Alice', 'Bob'])
    network.decide(remove(id('Eve')), choose)
    network.decide(opaque('after'), choose)
    expect(voterNames(network, 'Bob')).toEqual(['Alice', 'Bob'])
    expect(network.agrees).toBe(true)
  })

  test('the only voter can remove itself', () => {
    const network = new Network(['Alice'])
    const alice = network.peer('Alice')
    alice.voteFor(remove(id('Alice')))
    network.poll()
    expect(network.outputs().Alice).toEqual(['Genesis({Alice})', 'Remove(Alice)'])
    expect(alice.canVote()).toBe(false)
    expect(
      thrownBy(() => {
        alice.voteFor(opaque('x'))
      }).code,
    ).toBe('InvalidSelfState')
  })
})
