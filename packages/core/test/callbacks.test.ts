// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import { Message, Parsec, add, mockIdentity, opaque, remove, stringCodec } from '../src/index.ts'
import type { ParsecOptions, PublicId } from '../src/index.ts'
import { Event } from '../src/wire/event.ts'
import { genesis } from '../src/wire/observation.ts'
import { Network, chooser, codeOf, pick, textOf, thrownBy } from './support/network.ts'
import { initialEvent, voteEvent } from './support/vote-event.ts'

const names = ['Alice', 'Bob', 'Carol', 'Dave']
const ids = names.map((name) => mockIdentity.publicId(name))
const id = (name: string): PublicId => mockIdentity.publicId(name)
const options = { founders: ids, codec: stringCodec, identities: mockIdentity, coin: 'predictable' } as const

/** Gossip among four peers; the first has callbacks. Returns what its calls threw, and all outputs. */
function run(callbacks: Pick<ParsecOptions<string>, 'onDecision' | 'onReport'>): [unknown[], string[][]] {
  const peers = names.map((name, i) =>
    Parsec.fromGenesis(mockIdentity.secretId(name), { ...options, ...(i === 0 ? callbacks : {}) }),
  )
  const outputs: string[][] = names.map(() => [])
  const thrown: unknown[] = []
  const quietly = <T>(call: () => T): T | undefined => {
    try {
      return call()
    } catch (error) {
      thrown.push(error)
      return undefined
    }
  }
  for (const peer of peers) for (const payload of ['tea', 'milk', 'sugar']) peer.voteFor(opaque(payload))
  const choose = chooser(7)
  for (let i = 0; i < 400; i++) {
    const from = pick(peers, choose)
    const to = pick(from.gossipRecipients(), choose)
    const other = peers[names.indexOf(to.name)]
    const request = quietly(() => from.createGossip(to))
    const response = request && quietly(() => other?.handleMessage(from.ourPublicId, request))
    if (response !== undefined) quietly(() => from.handleMessage(to, response))
    for (const [j, peer] of peers.entries()) outputs[j]?.push(...[...peer.blocks()].map(textOf))
  }
  return [thrown, outputs]
}

describe('a callback that throws', () => {
  test('does not stop decisions: the peer finishes its work, and the first error is thrown once that is done', () => {
    const failure = new Error('the picture could not be written')
    let decisions = 0
    const [thrown, outputs] = run({
      onDecision() {
        decisions++
        throw failure
      },
    })
    expect(decisions).toBeGreaterThan(0)
    expect(thrown.length).toBeGreaterThan(0)
    expect(new Set(thrown)).toEqual(new Set([failure]))
    expect(outputs[0]?.length).toBe(4)
    for (const output of outputs) expect(output).toEqual(outputs[0])
  })

  test('of several errors of one call the first is thrown, and none later', () => {
    const network = new Network(names)
    for (const payload of ['tea', 'milk', 'sugar']) network.decide(opaque(payload), chooser(1))
    const eve = mockIdentity.secretId('Eve')
    network.decide(add(eve.publicId), chooser(2))
    const failures: Error[] = []
    const joiner = Parsec.fromExisting(eve, {
      ...options,
      present: ids,
      onDecision() {
        failures.push(new Error(String(failures.length)))
        throw failures.at(-1) as Error
      },
    })
    const history = network.peer('Alice').createGossip(eve.publicId).toBytes()
    expect(() => joiner.handleMessage(id('Alice'), history)).toThrow(/^0$/)
    expect(failures.length).toBeGreaterThan(3)
    expect([...joiner.blocks()].map(textOf)).toEqual(network.outputs().Alice)
    expect(joiner.status).toBe('voter')
    joiner.createGossip(id('Bob'))
  })

  test('is the cause of the error that the call itself throws', () => {
    const failure = new Error('the log is full')
    const alice = Parsec.fromGenesis(mockIdentity.secretId('Alice'), {
      ...options,
      onReport() {
        throw failure
      },
    })
    const dave = mockIdentity.secretId('Dave')
    const initial = initialEvent(dave)
    const wrong = voteEvent(dave, initial, genesis([dave.publicId]))
    const error = thrownBy(() => alice.handleMessage(dave.publicId, new Message('request', [initial, wrong])))
    expect(error.code).toBe('MaliciousEvent')
    expect(error.cause).toBe(failure)
    expect(codeOf(() => alice.createGossip(dave.publicId))).toBe('DistrustedPeer')
    alice.createGossip(id('Bob'))
  })
})

describe('createGossip that throws appends nothing:', () => {
  test.each<[string, (network: Network) => PublicId]>([
    ['UnknownPeer', () => id('Eve')],
    ['InvalidPeerState', () => id('Alice')],
    [
      'InvalidPeerState',
      (network) => {
        network.crash('Dave')
        network.decide(remove(id('Dave')), chooser(1))
        return id('Dave')
      },
    ],
    [
      'DistrustedPeer',
      (network) => {
        const dave = mockIdentity.secretId('Dave')
        const initial = initialEvent(dave)
        const founding = voteEvent(dave, initial, genesis(ids))
        const ask = (selfParent: Event<string>, recipient: string): Event<string> =>
          Event.create(dave, { kind: 'Requesting', selfParent: selfParent.hash, recipient: id(recipient) }, stringCodec)
        for (const asked of ['Alice', 'Bob']) {
          const request = new Message('request', [initial, founding, ask(founding, asked)])
          codeOf(() => network.peer('Alice').handleMessage(dave.publicId, request))
        }
        return id('Dave')
      },
    ],
    [
      'InvalidSelfState',
      (network) => {
        network.peer('Alice').listen()
        return id('Bob')
      },
    ],
  ])('%s', (code, prepare) => {
    const network = new Network(names)
    const recipient = prepare(network)
    const alice = network.peer('Alice')
    const before = alice.inspect().eventCount
    expect(codeOf(() => alice.createGossip(recipient))).toBe(code)
    expect(alice.inspect().eventCount).toBe(before)
  })
})
