// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import {
  Block,
  Parsec,
  ParsecError,
  add,
  ed25519Identity,
  mockIdentity,
  opaque,
  remove,
  stringCodec,
} from '../src/index.ts'
import type { NetworkOptions, PeerStatus, PublicId } from '../src/index.ts'
import { genesis } from '../src/wire/observation.ts'
import { Event } from '../src/wire/event.ts'
import { Message } from '../src/wire/message.ts'
import { Network, chooser, codeOf, seedOf, textOf, thrownBy } from './support/network.ts'
import { accusingEvent, initialEvent, voteEvent } from './support/vote-event.ts'

const names = ['Alice', 'Bob', 'Carol', 'Dave']
const id = (name: string): PublicId => mockIdentity.publicId(name)

describe('an id', () => {
  test.each([
    ['Ed25519', (n: number) => ed25519Identity.secretIdFromSeed(seedOf(`seed ${String(n)}`)).publicId],
    ['mock', (n: number) => mockIdentity.secretId(`peer ${String(n)}`).publicId],
  ])('of kind %s is equal, and has the same key, whatever object stands for it', (_, make) => {
    const [one, again, other] = [make(1), make(1), make(2)]
    expect(one.equals(again)).toBe(true)
    expect(one.equals(other)).toBe(false)
    expect(new Map([[one.key, 'found']]).get(again.key)).toBe('found')
    expect(one.key).not.toBe(other.key)
  })
})

describe('an option that is missing or wrong is told when the peer is made', () => {
  const right = { founders: [id('Alice')], codec: stringCodec, identities: mockIdentity }
  test.each([
    ['codec', { codec: undefined }],
    ['codec', { codec: { encode: () => new Uint8Array() } }],
    ['mode', { mode: 'simple' }],
    ['coin', { coin: 'fair' }],
    ['identities', { identities: 5 }],
    ['keys', { keys: 5 }],
    ['founders', { founders: undefined }],
    ['founders', { founders: [ed25519Identity.secretIdFromSeed(seedOf('another kind')).publicId] }],
  ])('%s', (option, wrong) => {
    const options = { ...right, ...wrong } as unknown as NetworkOptions<string> & { founders: PublicId[] }
    const { detail } = thrownBy(() => Parsec.fromGenesis(mockIdentity.secretId('Alice'), options))
    expect(detail).toMatchObject({ code: 'InvalidOptions', option })
  })
})

test('who joins is told that its key is of another kind than the network, or that nothing is given', () => {
  const us = mockIdentity.secretId('Eve')
  const ids = [ed25519Identity.secretIdFromSeed(seedOf('Alice')).publicId]
  const options = { founders: ids, present: ids, codec: stringCodec }
  expect(thrownBy(() => Parsec.fromExisting(us, options)).detail).toMatchObject({
    code: 'InvalidOptions',
    option: 'us',
  })
  const nothing = undefined as unknown as typeof options
  expect(thrownBy(() => Parsec.fromExisting(us, nothing)).code).toBe('InvalidOptions')
})

test('an error is narrowed by its code, and carries the id that it is about', () => {
  const network = new Network(names)
  try {
    network.peer('Alice').createGossip(id('Zoe'))
  } catch (error) {
    expect(ParsecError.is(error)).toBe(true)
    expect(ParsecError.is(error, 'InvalidBlock', 'InvalidMessage')).toBe(false)
    if (!ParsecError.is(error, 'UnknownPeer')) throw error
    expect(error.detail.peer.equals(id('Zoe'))).toBe(true)
    expect(error.message).toBe('UnknownPeer: peer Zoe')
    return
  }
  throw new Error('no error')
})

describe('a block', () => {
  test('has the same index at every peer, from 0 on, without a gap', () => {
    const network = new Network(names)
    for (const text of ['x', 'y', 'z']) network.decide(opaque(text), chooser(text.charCodeAt(0)))
    for (const name of names) expect(network.blocksOf(name).map(({ index }) => index)).toEqual([0, 1, 2, 3])
    const textAt = (name: string): string[] => network.blocksOf(name).map(textOf)
    for (const name of names) expect(textAt(name)).toEqual(textAt('Alice'))
  })

  test('says whose payload it is in single mode, also when it is read back, and never else', () => {
    const single = new Network(names, 'single')
    single.peer('Bob').voteFor(opaque('mine'))
    single.run(chooser(1), () => single.allHave('OpaquePayload(mine)'))
    for (const name of names) {
      const [founding, mine] = single.blocksOf(name)
      expect(founding?.submitter).toBeUndefined()
      expect(mine?.submitter?.name).toBe('Bob')
      const bytes = mine?.toBytes(single.options) ?? new Uint8Array()
      const read = Block.decode(bytes, { ...single.options, index: 1 })
      expect(read.submitter?.name).toBe('Bob')
      read.verify(single.peer(name).voters(), single.options)
      const merged = new Block(1, read.observation, [...read.proofs, ...(founding?.proofs.slice(0, 1) ?? [])], 'single')
      expect(
        codeOf(() => {
          merged.verify(single.peer(name).voters(), single.options)
        }),
      ).toBe('InvalidBlock')
    }
    const together = new Network(names)
    together.decide(opaque('ours'), chooser(1))
    expect(together.blocksOf('Alice').map(({ submitter }) => submitter)).toEqual([undefined, undefined])
  })

  test('is iterated once', () => {
    const alone = Parsec.fromGenesis(mockIdentity.secretId('Alice'), {
      founders: [id('Alice')],
      codec: stringCodec,
      identities: mockIdentity,
    })
    alone.voteFor(opaque('x'))
    expect([...alone.blocks()].map(({ observation }) => observation.kind)).toEqual(['Genesis', 'OpaquePayload'])
    expect([...alone.blocks()]).toEqual([])
  })
})

describe('the status of a peer', () => {
  test('of one that joins and leaves, and the voters at each time', () => {
    const network = new Network(names)
    network.decide(add(id('Eve')), chooser(1))
    const eve = network.join('Eve')
    const seen: PeerStatus[] = []
    const watch = (): void => {
      if (seen.at(-1) !== eve.status) seen.push(eve.status)
      expect(eve.canVote()).toBe(eve.status === 'voter')
    }
    watch()
    expect(network.peer('Alice').status).toBe('voter')
    const request = network.peer('Alice').createGossip(id('Eve'))
    // The message is cut off; what came is kept.
    const part = new Message('request', request.events.slice(0, 10))
    expect(codeOf(() => eve.handleMessage(id('Alice'), part))).toBe('InvalidMessage')
    watch()
    eve.handleMessage(id('Alice'), request)
    watch()
    const voterNames = (): string[] => eve.voters().map(({ name }) => name)
    expect(voterNames()).toEqual([...names, 'Eve'])
    network.run(chooser(2), () => network.allHave('Add(Eve)'))
    for (const peer of network.peers.values()) peer.voteFor(remove(id('Eve')))
    network.run(chooser(3), () => {
      watch()
      return eve.status === 'removed'
    })
    expect(seen).toEqual(['joining', 'replaying', 'voter', 'leaving', 'removed'])
    expect(eve.gossipRecipients()).toEqual([])
    expect(voterNames()).toEqual(names)
  })

  test('is outdated once it meets what somebody else signed with its key', () => {
    const network = new Network(names)
    const dave = mockIdentity.secretId('Dave')
    const stolen = [initialEvent(dave)]
    for (const observation of [genesis(names.map(id)), opaque('stolen')]) {
      stolen.push(voteEvent(dave, stolen.at(-1) ?? initialEvent(dave), observation))
    }
    const david = network.peer('Dave')
    expect(david.status).toBe('voter')
    expect(codeOf(() => david.handleMessage(id('Bob'), new Message('request', stolen)))).toBe('UnknownOwnEvent')
    expect(david.status).toBe('outdated')
    expect(david.canVote()).toBe(false)
  })

  test('is distrusted while at least a third of the voters accuse it', () => {
    const network = new Network(names)
    const accuseDave = (name: string): Message<string> => {
      const us = mockIdentity.secretId(name)
      const initial = initialEvent(us)
      const founding = voteEvent(us, initial, genesis(names.map(id)))
      const malice = { kind: 'Fork', selfParentHash: new Uint8Array(32).fill(7) } as const
      const accusing = accusingEvent(us, founding, id('Dave'), malice)
      const cause = { kind: 'Requesting', selfParent: accusing.hash, recipient: id('Dave') } as const
      return new Message('request', [initial, founding, accusing, Event.create(us, cause, stringCodec)])
    }
    const dave = network.peer('Dave')
    dave.handleMessage(id('Alice'), accuseDave('Alice'))
    expect(dave.status).toBe('voter')
    dave.handleMessage(id('Bob'), accuseDave('Bob'))
    expect(dave.status).toBe('distrusted')
    expect(network.peer('Carol').status).toBe('voter')
  })
})
