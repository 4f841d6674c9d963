// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import { limits } from '../src/base/limits.ts'
import type { PublicId } from '../src/base/public-id.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import type { Event } from '../src/wire/event.ts'
import { stringCodec } from '../src/wire/format.ts'
import { Message } from '../src/wire/message.ts'
import { add, opaque } from '../src/wire/observation.ts'
import type { Parsec } from '../src/parsec.ts'
import { Network, chooser, codeOf, pick, thrownBy } from './support/network.ts'
import { Line } from './support/line.ts'

const names = ['Alice', 'Bob', 'Carol', 'Dave']
const id = (name: string): PublicId => mockIdentity.publicId(name)

/** All messages of a conversation that a request begins. */
function conversation(network: Network, from: string, to: string): Message<string>[] {
  const all: Message<string>[] = []
  let message: Message<string> | undefined = network.peer(from).createGossip(id(to))
  for (let [sender, recipient] = [from, to]; message !== undefined; [sender, recipient] = [recipient, sender]) {
    all.push(message)
    message = network.peer(recipient).handleMessage(id(sender), message.toBytes())
    network.poll()
  }
  return all
}

/** The peer votes for as much as it may. Returns how many votes that were. */
function voteForAllThatFits(peer: Parsec<string>, payload: (i: number) => string): number {
  for (let i = 0; ; i++)
    if (
      codeOf(() => {
        peer.voteFor(opaque(payload(i)))
      }) === 'TooFarAhead'
    )
      return i
}

describe('a message', () => {
  test('is never larger than what is accepted: what does not fit follows in further slices', () => {
    const network = new Network(names)
    const large = (i: number): string => `${String(i)}${'x'.repeat(limits.payloadBytes - 10)}`
    const count = voteForAllThatFits(network.peer('Alice'), large)
    expect(count).toBeGreaterThan(2)
    const messages = conversation(network, 'Alice', 'Bob')
    const slices = messages.filter(({ kind }) => kind === 'request')
    expect(slices.length).toBeGreaterThan(count)
    for (const message of messages) expect(message.toBytes().length).toBeLessThanOrEqual(limits.messageBytes)
    expect(slices.map(({ hasMore }) => hasMore)).toEqual([...slices.slice(1).map(() => true), false])
    expect(messages.map(({ kind }) => kind)).toEqual([
      ...slices.slice(1).flatMap(() => ['request', 'receipt']),
      'request',
      'response',
    ])
    network.decide(opaque('afterwards'), chooser(1))
    expect(network.agrees).toBe(true)
  })

  test('of any event fits: an event is smaller than a message by the limits of its parts', () => {
    const ids = limits.groupSize * (limits.nameBytes + 8)
    const parts = [
      limits.payloadBytes,
      limits.dkgMessageBytes,
      ids + limits.relatedInfoBytes,
      limits.coinShares * (limits.signatureShareBytes + 16),
    ]
    // Creator, cause, parents, recipient, two signatures and a few lengths.
    for (const part of parts) expect(part + 2 ** 12).toBeLessThanOrEqual(limits.eventBytes)
    expect(limits.eventBytes + 2 ** 8).toBeLessThanOrEqual(limits.messageBytes)
    expect(limits.sliceEvents).toBeLessThanOrEqual(limits.messageEvents)
  })

  test('that is lost costs one more exchange, not all that came before', () => {
    const network = new Network(names)
    const alice = network.peer('Alice')
    voteForAllThatFits(alice, String)
    for (const to of ['Carol', 'Dave', 'Carol', 'Dave']) conversation(network, 'Alice', to)
    const many = voteForAllThatFits(alice, (i) => `more ${String(i)}`)
    expect(many).toBeGreaterThan(limits.windowEvents / 8)
    const total = alice.inspect().eventCount
    expect(total).toBeGreaterThan(limits.sliceEvents)
    // The first slice arrives, the second one is lost.
    const first = alice.createGossip(id('Bob'))
    const receipt = network.peer('Bob').handleMessage(id('Alice'), first.toBytes())
    expect(receipt?.receipt?.hasGap).toBe(false)
    expect(alice.handleMessage(id('Bob'), receipt?.toBytes() ?? new Uint8Array())).toBeDefined()
    // Bob asks, and gets at first what was not sent before: that is of no use to him.
    const messages = conversation(network, 'Bob', 'Alice').concat(conversation(network, 'Bob', 'Alice'))
    const events = messages.filter(({ kind }) => kind === 'response').flatMap((message) => message.events)
    expect(events.length).toBeLessThan(total - first.events.length + 100)
    expect(network.peer('Bob').inspect().eventCount).toBeGreaterThanOrEqual(total)
  })
})

describe('whoever asks again and again', () => {
  test('gets what it has been sent once more per request of ours, not per request of its', () => {
    const network = new Network(names)
    network.crash('Dave')
    const alice = network.peer('Alice')
    for (let i = 0; i < 100; i++) alice.voteFor(opaque(`${String(i)}${'x'.repeat(1000)}`))
    const dave = new Line('Dave')
    let answered = 0
    for (let i = 0; i < 20; i++) {
      dave.ask()
      const answer = alice.handleMessage(id('Dave'), new Message('request', dave.takeNew()).toBytes())
      answered += answer?.toBytes().length ?? 0
    }
    expect(answered).toBeLessThan(2.5 * 100 * 1300)
    network.decide(opaque('afterwards'), chooser(3))
  })

  test('is not heard before we have sent a request', () => {
    const network = new Network(names)
    network.crash('Dave')
    const alice = network.peer('Alice')
    const dave = new Line('Dave')
    const ask = (): string | undefined => {
      dave.ask()
      return codeOf(() => alice.handleMessage(id('Dave'), new Message('request', dave.takeNew())))
    }
    for (let i = 0; i < limits.requestsPerTick; i++) expect(ask()).toBeUndefined()
    expect(ask()).toBe('TooManyRequests')
    conversation(network, 'Alice', 'Bob')
    // The request that was not heard comes with the next one.
    const next = new Message('request', dave.events.slice(-limits.requestsPerTick))
    dave.ask()
    expect(codeOf(() => alice.handleMessage(id('Dave'), next))).toBe(undefined)
  })

  test('as a stranger, with one event all over again, has it verified once', () => {
    const network = new Network(names)
    const alice = network.peer('Alice')
    const [initial] = network.peer('Bob').createGossip(id('Alice')).events
    let verified = 0
    if (initial === undefined) throw new Error('an event')
    const identities = {
      ...mockIdentity,
      decodePublicId: (reader: Parameters<typeof mockIdentity.decodePublicId>[0]) => {
        const known = mockIdentity.decodePublicId(reader)
        const counting: PublicId = Object.create(known) as PublicId
        counting.verify = (signed, signature) => {
          verified++
          return known.verify(signed, signature)
        }
        return counting
      },
    }
    const bytes = new Message(
      'request',
      Array.from({ length: 300 }, () => initial),
    ).toBytes()
    const message = Message.decode(bytes, { codec: stringCodec, identities })
    expect(thrownBy(() => alice.handleMessage(id('Mallory'), message)).code).toBe('UnknownPeer')
    expect(verified).toBe(1)
  })
})

describe('the window', () => {
  test('refuses what is too far ahead of the others, and takes it when they have caught up', () => {
    const network = new Network(names)
    network.crash('Dave')
    const alice = network.peer('Alice')
    const dave = new Line('Dave')
    const give = (to: string, events: readonly Event<string>[]): string | undefined => {
      let code: string | undefined
      for (let from = 0; from < events.length && code === undefined; from += limits.sliceEvents) {
        const slice = events.slice(from, from + limits.sliceEvents)
        const message = new Message('request', slice, from + slice.length < events.length)
        code = codeOf(() => network.peer(to).handleMessage(id('Dave'), message.toBytes()))
      }
      return code
    }
    for (let i = 0; i < limits.windowEvents + 10; i++) dave.vote(opaque(String(i)))
    expect(give('Alice', dave.takeNew())).toBe('TooFarAhead')
    expect(alice.inspect().eventCount).toBeLessThan(limits.windowEvents + 10)
    // No correct peer distrusts it for that, and nobody accuses it.
    expect(alice.gossipRecipients().map(({ name }) => name)).toContain('Dave')
    network.decide(opaque('meanwhile'), chooser(1))
    network.decide(opaque('meanwhile, again'), chooser(2))
    expect(network.agrees).toBe(true)
  })

  test('leaves a correct peer room for requests, and tells the application when to wait with votes', () => {
    const network = new Network(names)
    const alice = network.peer('Alice')
    const made = voteForAllThatFits(alice, String)
    expect(alice.canVote()).toBe(false)
    expect(
      thrownBy(() => {
        alice.voteFor(opaque('one more'))
      }).code,
    ).toBe('TooFarAhead')
    network.run(chooser(1), () => alice.canVote())
    expect(made).toBe(limits.windowEvents / 4 - 1)
    alice.voteFor(opaque('one more'))
    expect(network.agrees).toBe(true)
  })

  test.each([1, 2, 3])('does not keep a network from going on after a long partition, seed %i', (seed) => {
    const choose = chooser(seed)
    const network = new Network(names)
    for (let i = 0; i < 3 * limits.windowEvents; i++) {
      const name = pick(names, choose)
      const recipients = network.peer(name).gossipRecipients()
      if (recipients.length > 0) network.peer(name).createGossip(pick(recipients, choose))
    }
    for (const name of names) expect(network.peer(name).inspect().eventCount).toBeLessThan(limits.windowEvents)
    network.run(choose, () => names.every((name) => network.peer(name).canVote()))
    network.decide(opaque('after the partition'), choose)
    network.decide(opaque('and again'), choose)
    expect(network.agrees).toBe(true)
  })
})

describe('a peer that was started again', () => {
  function withHistory(): Network {
    const network = new Network(names)
    const choose = chooser(4)
    network.decide(opaque('first'), choose)
    network.decide(opaque('second'), choose)
    return network
  }

  test('listens, and learns that others have events of its that it lacks', () => {
    const network = withHistory()
    network.crash('Dave')
    const fresh = new Network(names).peer('Dave')
    fresh.listen()
    expect(fresh.status).toBe('listening')
    expect(fresh.canVote()).toBe(false)
    expect(fresh.gossipRecipients()).toEqual([])
    expect(
      thrownBy(() => {
        fresh.voteFor(opaque('x'))
      }).code,
    ).toBe('InvalidSelfState')
    network.peers.set('Dave', fresh)
    network.unpolled.add('Dave')
    const codes = new Set<string | undefined>()
    for (let i = 0; i < 4; i++)
      codes.add(
        codeOf(() => {
          network.gossip('Alice', 'Dave')
        }),
      )
    expect(codes).toContain('UnknownOwnEvent')
    expect(fresh.status).toBe('outdated')
    for (const act of [
      () => {
        fresh.voteFor(opaque('x'))
      },
      () => fresh.createGossip(id('Alice')),
      () => {
        fresh.stopListening()
      },
    ]) {
      expect(thrownBy(act).code).toBe('UnknownOwnEvent')
    }
    network.crash('Dave')
    network.decide(opaque('third'), chooser(5))
    expect(network.agrees).toBe(true)
  })

  test('goes on where it was if nothing of its was lost', () => {
    const network = new Network(names)
    const dave = network.peer('Dave')
    dave.listen()
    const before = dave.inspect().eventCount
    for (const name of ['Alice', 'Bob', 'Carol']) {
      network.peer(name).voteFor(opaque('x'))
      network.gossip(name, 'Dave')
    }
    expect(dave.inspect().eventCount).toBeGreaterThan(before + 3)
    const ours = dave.inspect().ourIndex
    const events = Array.from({ length: dave.inspect().eventCount }, (_, x) => dave.inspect().event(x))
    expect(events.filter(({ creator }) => creator === ours)).toHaveLength(2)
    dave.stopListening()
    expect(dave.status).toBe('voter')
    dave.voteFor(opaque('x'))
    network.run(chooser(6), () => network.allHave('OpaquePayload(x)'))
    expect(network.agrees).toBe(true)
  })
})

test('a newcomer joins after more than any message could hold', () => {
  const network = new Network(['Alice', 'Bob'])
  const choose = chooser(7)
  const large = 'x'.repeat(limits.payloadBytes - 10)
  for (let i = 0; i < 4; i++) network.decide(opaque(`${String(i)}${large}`), choose)
  for (const peer of network.peers.values()) peer.voteFor(add(id('Carol')))
  network.run(choose, () => network.allHave('Add(Carol)'))
  const carol = network.join('Carol')
  network.run(choose, () => carol.canVote())
  network.decide(opaque('together'), choose)
  expect(network.agrees).toBe(true)
})
