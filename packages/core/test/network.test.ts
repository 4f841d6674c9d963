// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import { describe, expect, test } from 'vitest'
import { ed25519Identity } from '../src/crypto/identities/ed25519.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { opaque } from '../src/wire/observation.ts'
import { Parsec } from '../src/parsec.ts'
import { Network, chooser } from './support/network.ts'

const names = ['Alice', 'Bob', 'Carol', 'Dave']
const payloads = ['a', 'b', 'c', 'd', 'e']

describe.each([
  ['mock', mockIdentity],
  ['ed25519', ed25519Identity],
])('four peers with %s identities', (_, identities) => {
  const seeds = identities === mockIdentity ? [1, 2, 3, 4, 5, 6, 7, 8] : [1]

  test.each(seeds)('agree on what all voted for, seed %i', (seed) => {
    const choose = chooser(seed)
    const network = new Network(names, 'supermajority', identities)
    for (const payload of payloads) for (const peer of network.peers.values()) peer.voteFor(opaque(payload))
    network.run(choose, () => payloads.every((payload) => network.allHave(`OpaquePayload(${payload})`)))

    expect(network.agrees).toBe(true)
    for (const name of names) {
      const blocks = network.blocksOf(name)
      expect(blocks).toHaveLength(payloads.length + 1)
      expect(blocks[0]?.observation.kind).toBe('Genesis')
      expect(new Set(network.outputs()[name]).size).toBe(blocks.length)
      const voters = names.map((voter) => network.id(voter))
      for (const block of blocks) {
        block.verify(voters, { codec: stringCodec })
      }
      expect(network.peer(name).hasUnpolledObservations()).toBe(false)
      expect(network.peer(name).ourUnpolledObservations()).toEqual([])
    }
  })

  test.each(seeds)('agree on each single vote, seed %i', (seed) => {
    const choose = chooser(seed)
    const network = new Network(names, 'single', identities)
    for (const [i, name] of names.entries()) network.peer(name).voteFor(opaque(payloads[i] ?? ''))
    network.peer('Alice').voteFor(opaque('shared'))
    network.peer('Bob').voteFor(opaque('shared'))
    network.run(choose, () => names.every((name) => network.blocksOf(name).length === names.length + 3))

    expect(network.agrees).toBe(true)
    const voters = names.map((voter) => network.id(voter))
    for (const name of names) {
      for (const block of network.blocksOf(name)) {
        block.verify(voters, { codec: stringCodec, mode: 'single' })
        if (block.observation.kind === 'OpaquePayload') expect(block.proofs).toHaveLength(1)
      }
      expect(network.outputs()[name]?.filter((text) => text === 'OpaquePayload(shared)')).toHaveLength(2)
    }
  })
})

test('Ed25519 is what a peer has unless it is told otherwise', () => {
  const us = ed25519Identity.secretIdFromSeed(new Uint8Array(32).fill(7), 'Us')
  const parsec = Parsec.fromGenesis(us, { founders: [us.publicId], codec: stringCodec })
  const message = new Network(['Alice', 'Bob']).peer('Alice').createGossip(mockIdentity.publicId('Bob'))
  expect(() => parsec.decodeMessage(message.toBytes())).toThrow('MalformedEncoding')
  expect(parsec.mode).toBe('supermajority')
})

describe('the only voter', () => {
  test.each(['supermajority', 'single'] as const)('decides each of its votes at once, mode %s', (mode) => {
    const network = new Network(['Alice'], mode)
    for (const payload of payloads) {
      network.peer('Alice').voteFor(opaque(payload))
      network.poll()
    }
    expect(network.outputs().Alice).toEqual(['Genesis({Alice})', ...payloads.map((text) => `OpaquePayload(${text})`)])
    expect(network.peer('Alice').gossipRecipients()).toEqual([])
    expect(network.peer('Alice').hasUnpolledObservations()).toBe(false)
  })
})
