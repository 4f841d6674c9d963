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
import { Network, chooser, codeOf, textOf, thrownBy } from './support/network.ts'

const id = (name: string): PublicId => mockIdentity.publicId(name)

function recipientsOf(network: Network, name: string): string[] {
  return network
    .peer(name)
    .gossipRecipients()
    .map((peer) => peer.name)
}

function hasPutOut(network: Network, name: string, text: string): boolean {
  return network.blocksOf(name).some((block) => textOf(block) === text)
}

/**
 * Bob and Carol are removed at once; Bob knows of his removal, Alice and Dave of none, and Carol is
 * gone: the other two are no supermajority of four.
 */
function whereOnlyBobKnows(): { readonly network: Network; readonly seed: number } {
  const names = ['Alice', 'Bob', 'Carol', 'Dave']
  for (let seed = 1; seed < 1000; seed++) {
    const network = new Network(names)
    network.decide(opaque('before'), chooser(seed))
    for (const leaving of ['Bob', 'Carol']) {
      for (const peer of network.peers.values()) peer.voteFor(remove(id(leaving)))
    }
    const knows = (name: string): boolean => hasPutOut(network, name, 'Remove(Bob)')
    network.run(chooser(seed), () => names.some(knows))
    if (!names.every((name) => knows(name) === (name === 'Bob'))) continue
    network.crash('Carol')
    return { network, seed }
  }
  throw new Error('no seed')
}

describe('a removed peer that is the only one to know', () => {
  test('is needed: without it the others are stuck', () => {
    const { network, seed } = whereOnlyBobKnows()
    network.crash('Bob')
    expect(() => {
      network.run(chooser(seed), () => network.allHave('Remove(Bob)'))
    }).toThrow(/not done/)
  })

  test('tells those who stay, until at least a third of them know', () => {
    const { network, seed } = whereOnlyBobKnows()
    expect(recipientsOf(network, 'Bob')).toEqual(['Alice', 'Dave'])
    network.gossip('Bob', 'Dave')
    expect(hasPutOut(network, 'Dave', 'Remove(Bob)')).toBe(true)
    expect(recipientsOf(network, 'Bob')).toEqual([])
    network.crash('Bob')
    network.decide(opaque('after'), chooser(seed))
    expect(network.agrees).toBe(true)
  })

  test('answers those who ask, and puts out nothing more', () => {
    const { network } = whereOnlyBobKnows()
    const putOut = network.blocksOf('Bob').length
    network.gossip('Alice', 'Bob')
    expect(hasPutOut(network, 'Alice', 'Remove(Bob)')).toBe(true)
    network.gossip('Bob', 'Dave')
    expect(network.blocksOf('Bob').length).toBe(putOut)
    expect(network.agrees).toBe(true)
  })

  test('knows by a farewell that the other knows', () => {
    const { network } = whereOnlyBobKnows()
    // Alice knows, but Bob does not know that: he never hears what she makes of his answer.
    network.gossip('Alice', 'Bob')
    expect(recipientsOf(network, 'Bob')).toEqual(['Alice', 'Dave'])
    const before = network.peer('Alice').inspect().eventCount
    const request = network.peer('Bob').createGossip(id('Alice'))
    const farewell = network.peer('Alice').handleMessage(id('Bob'), request.toBytes())
    expect(farewell?.kind).toBe('farewell')
    expect(network.peer('Alice').inspect().eventCount).toBe(before)
    network.peer('Bob').handleMessage(id('Alice'), farewell?.toBytes() ?? new Uint8Array())
    expect(recipientsOf(network, 'Bob')).toEqual([])
  })

  test('is answered by a farewell if its own request has removed it', () => {
    const { network } = whereOnlyBobKnows()
    const request = network.peer('Bob').createGossip(id('Dave'))
    const farewell = network.peer('Dave').handleMessage(id('Bob'), request.toBytes())
    network.poll()
    expect(hasPutOut(network, 'Dave', 'Remove(Bob)')).toBe(true)
    expect(farewell?.kind).toBe('farewell')
    network.peer('Bob').handleMessage(id('Dave'), farewell?.toBytes() ?? new Uint8Array())
    expect(recipientsOf(network, 'Bob')).toEqual([])
  })

  test('takes in no shares of an election that it will never begin', () => {
    const { network } = whereOnlyBobKnows()
    const bob = network.peer('Bob')
    const alice = network.peer('Alice').createGossip(id('Bob'))
    const key = mockIdentity.secretId('Alice')
    const sharesOf = (election: number): Message<string> => {
      const coins = { election, attempt: 1 as const, shares: [{ round: 1, subject: 0, share: new Uint8Array(4) }] }
      const [selfParent] = alice.events.slice(-1)
      const shares = Event.create(
        key,
        { kind: 'CoinShares', selfParent: selfParent?.hash ?? new Uint8Array(), coins },
        stringCodec,
      )
      const asking = Event.create(
        key,
        { kind: 'Requesting', selfParent: shares.hash, recipient: id('Bob') },
        stringCodec,
      )
      return new Message('request', [...alice.events, shares, asking])
    }
    const { election } = bob.inspect()
    // Whether they are right it could not tell; so it would owe accusations that it knows nothing of.
    expect(codeOf(() => bob.handleMessage(id('Alice'), sharesOf(election + 1)))).toBe('PrematureCoinShares')
    expect(codeOf(() => bob.handleMessage(id('Alice'), sharesOf(election)))).toBeUndefined()
  })

  test('is not content with an answer from before its removal', () => {
    const choose = chooser(3)
    const network = new Network(['Alice', 'Bob'])
    network.decide(opaque('before'), choose)
    const request = network.peer('Bob').createGossip(id('Alice'))
    const answer = network.peer('Alice').handleMessage(id('Bob'), request.toBytes())
    for (const peer of network.peers.values()) peer.voteFor(remove(id('Bob')))
    for (let i = 0; i < 100 && network.peer('Bob').canVote(); i++) {
      const message = network.peer('Alice').createGossip(id('Bob')).toBytes()
      const response = network.peer('Bob').handleMessage(id('Alice'), message)
      const isLast = !network.peer('Bob').canVote()
      if (!isLast && response !== undefined) network.peer('Alice').handleMessage(id('Bob'), response.toBytes())
    }
    expect(recipientsOf(network, 'Bob')).toEqual(['Alice'])
    network.peer('Bob').handleMessage(id('Alice'), answer?.toBytes() ?? new Uint8Array())
    expect(recipientsOf(network, 'Bob')).toEqual(['Alice'])
  })
})

describe('a removed peer that does not know', () => {
  test('gets what it needs to decide that, and nothing of what came later', () => {
    const choose = chooser(5)
    const network = new Network(['Alice', 'Bob', 'Carol', 'Dave'])
    network.decide(opaque('before'), choose)
    const dave = network.peer('Dave')
    for (const peer of network.peers.values()) peer.voteFor(remove(id('Dave')))
    network.crash('Dave')
    const others = ['Alice', 'Bob', 'Carol']
    network.run(choose, () => network.allHave('Remove(Dave)', others))
    network.decide(opaque('secret'), choose)

    expect(dave.canVote()).toBe(true)
    const farewell = network.peer('Bob').handleMessage(id('Dave'), dave.createGossip(id('Bob')).toBytes())
    const payloads = farewell?.events.map(({ cause }) =>
      cause.kind === 'Observation' ? cause.vote.observation : cause,
    )
    expect(payloads).not.toContainEqual(opaque('secret'))
    dave.handleMessage(id('Bob'), farewell?.toBytes() ?? new Uint8Array())
    expect(dave.canVote()).toBe(false)
    const blocks: string[] = []
    for (let block = dave.poll(); block !== undefined; block = dave.poll()) blocks.push(textOf(block))
    expect(blocks.at(-1)).toBe('Remove(Dave)')
    // Bob, at least, knows: that is a third of those who stay.
    expect(dave.gossipRecipients()).toEqual([])
  })

  test('only a removed peer takes a farewell', () => {
    const network = new Network(['Alice', 'Bob'])
    network.gossip('Bob', 'Alice')
    const events = network.peer('Alice').createGossip(id('Bob')).events
    const farewell = new Message('farewell', events)
    const bob = network.peer('Bob')
    expect(
      thrownBy(() => {
        bob.handleMessage(id('Alice'), farewell)
      }).detail,
    ).toEqual({ code: 'InvalidMessage', reason: 'a farewell, and we are not removed' })
    expect(codeOf(() => bob.handleMessage(id('Alice'), farewell))).toBe('InvalidMessage')
    network.decide(opaque('x'), chooser(1))
  })
})

describe('members that do not know each other', () => {
  test('a newcomer is reached by members that came after it was told who they are', () => {
    const choose = chooser(4)
    const network = new Network(['Alice', 'Bob', 'Carol'])
    const dave = Parsec.fromExisting(mockIdentity.secretId('Dave'), {
      ...network.options,
      founders: ['Alice', 'Bob', 'Carol'].map(id),
      present: [id('Bob')],
    })
    for (const name of ['Eve', 'Faye', 'Gina']) {
      for (const peer of network.peers.values()) peer.voteFor(add(id(name)))
      network.join(name)
      network.run(choose, () => network.allHave(`Add(${name})`))
    }
    network.decide(add(id('Dave')), choose)
    // Whoever Dave knows is gone before anyone has contacted him.
    for (const name of ['Alice', 'Bob', 'Carol']) {
      network.decide(remove(id(name)), choose)
      network.crash(name)
    }
    expect(recipientsOf(network, 'Eve')).toContain('Dave')
    network.peers.set('Dave', dave)
    network.unpolled.add('Dave')
    network.gossip('Eve', 'Dave')
    expect(dave.canVote()).toBe(true)
    expect(dave.gossipRecipients().map(({ name }) => name)).toEqual(['Eve', 'Faye', 'Gina'])
  })

  test('a message of a stranger that is not small is not even read', () => {
    const network = new Network(['Alice', 'Bob'])
    for (let i = 0; i < 2; i++)
      network.peer('Bob').voteFor(opaque(`${String(i)}${'x'.repeat(limits.strangerBytes / 2)}`))
    const { events } = network.peer('Bob').createGossip(id('Alice'))
    const alice = network.peer('Alice')
    const before = alice.inspect().eventCount
    for (const message of [new Message('request', events), new Message('request', events).toBytes()]) {
      expect(thrownBy(() => alice.handleMessage(id('Eve'), message)).detail).toMatchObject({
        code: 'LimitExceeded',
        what: 'bytes of a stranger',
      })
    }
    expect(alice.inspect().eventCount).toBe(before)
  })

  test('newcomers among themselves and a founder that was never heard contact who joins', () => {
    const choose = chooser(6)
    const network = new Network(['Alice', 'Bob', 'Carol', 'Dave'])
    network.crash('Alice')
    for (const name of ['Eve', 'Faye', 'Gina', 'Hank']) {
      for (const peer of network.peers.values()) peer.voteFor(add(id(name)))
      network.join(name)
      network.run(choose, () => network.allHave(`Add(${name})`))
    }
    for (const name of ['Bob', 'Carol', 'Dave']) {
      network.decide(remove(id(name)), choose)
      network.crash(name)
    }
    network.decide(add(id('Iris')), choose)
    expect(recipientsOf(network, 'Eve')).toContain('Iris')
    network.join('Iris')
    network.run(choose, () => network.allHave('Add(Iris)'))
    network.decide(opaque('x'), choose)
    expect(network.agrees).toBe(true)
  })
})

test('who decides to be alone while it answers gives an answer that counts', () => {
  for (let seed = 0; seed < 30; seed++) {
    const choose = chooser(7919 * seed + 13)
    const network = new Network(['Alice', 'Bob'])
    // A vote that stays open makes who is alone go on by itself.
    network.peer('Bob').voteFor(opaque('open'))
    for (const peer of network.peers.values()) peer.voteFor(remove(id('Bob')))
    network.run(choose, () => network.allHave('Remove(Bob)'))
    network.peer('Alice').voteFor(opaque('x'))
    network.poll()
    expect(hasPutOut(network, 'Alice', 'OpaquePayload(x)')).toBe(true)
  }
})
