// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, mockIdentity, opaque, remove, startDkg } from '../src/index.ts'
import type { Block, Proposal } from '../src/index.ts'
import { KeyNetwork, founders, ids } from './support/key-network.ts'
import { Network, chooser, codeOf, pick, textOf, thrownBy } from './support/network.ts'

const id = (name: string) => mockIdentity.publicId(name)
const words = (n: number): Uint8Array => Uint8Array.of(n)

/** Who are the voters, for a client that knows only the blocks? Fails at a block that a strict client rejects. */
function follow(blocks: readonly Block<string>[]): string[] {
  const voters = new Set<string>()
  const removed = new Set<string>()
  for (const { observation } of blocks) {
    if (observation.kind === 'Genesis') for (const { name } of observation.group) voters.add(name)
    if (observation.kind === 'Add') {
      const { name } = observation.peerId
      if (removed.has(name) || voters.has(name)) throw new Error(`${name} cannot be added`)
      voters.add(name)
    }
    const leaving =
      observation.kind === 'Remove'
        ? observation.peerId
        : observation.kind === 'Accusation'
          ? observation.offender
          : undefined
    if (leaving !== undefined && voters.delete(leaving.name)) removed.add(leaving.name)
  }
  return [...voters].sort()
}

/** Votes as far as that is allowed. */
function tryToVote(network: Network, name: string, proposal: Proposal<string>): string | undefined {
  return codeOf(() => {
    network.peer(name).voteFor(proposal)
  })
}

function everybodyFollows(network: Network): void {
  for (const [name, peer] of network.peers) {
    const blocks = network.blocksOf(name)
    // Before its first block, the founders are the voters.
    if (blocks.length > 0) expect(follow(blocks)).toEqual(peer.voters().map((voter) => voter.name))
  }
}

describe('a vote for an Add that would add nobody', () => {
  test.each(['Dave', 'Bob'])('is refused, and nothing is appended: %s', (name) => {
    const network = new Network(founders)
    network.crash('Dave')
    network.decide(remove(id('Dave')), chooser(1))
    const alice = network.peer('Alice')
    const before = alice.inspect().eventCount
    const { detail } = thrownBy(() => {
      alice.voteFor(add(id(name), words(1)))
    })
    expect(detail).toMatchObject({ code: 'InvalidPeerState', peer: id(name), required: 'neither a voter nor removed' })
    expect(alice.inspect().eventCount).toBe(before)
    expect(alice.haveVotedFor(add(id(name), words(1)))).toBe(false)
  })

  test('has no effect if it was made before: nobody waits for its block', () => {
    const network = new Network(founders)
    for (const name of founders) tryToVote(network, name, add(id('Eve')))
    for (const name of ['Alice', 'Bob']) tryToVote(network, name, add(id('Eve'), words(1)))
    network.run(chooser(2), () => network.allHave('Add(Eve)'))
    network.decide(opaque('after'), chooser(3))
    // The others cannot make it a supermajority any more.
    for (const name of ['Carol', 'Dave']) {
      expect(tryToVote(network, name, add(id('Eve'), words(1)))).toBe('InvalidPeerState')
    }
    for (const peer of network.peers.values()) {
      expect(peer.hasUnpolledObservations()).toBe(false)
      expect(peer.ourUnpolledObservations()).toEqual([])
    }
    everybodyFollows(network)
  })

  test('has no effect either if the peer was removed that was no voter, so that the voters stay the same', () => {
    const network = new KeyNetwork(founders)
    network.voteFor(startDkg(ids([...founders, 'Zoe'])))
    network.awaitBeginning()
    for (const name of ['Alice', 'Bob']) tryToVote(network, name, add(id('Zoe')))
    network.voteFor(remove(id('Zoe')))
    network.run(chooser(4), () => network.allHave('Remove(Zoe)'))
    for (const name of ['Carol', 'Dave']) expect(tryToVote(network, name, add(id('Zoe')))).toBe('InvalidPeerState')
    network.awaitKeys(1)
    network.decide(opaque('after'), chooser(5))
    network.run(chooser(6), () => [...network.peers.values()].every((peer) => !peer.hasUnpolledObservations()))
    expect(network.outputs().Alice).not.toContain('Add(Zoe)')
    everybodyFollows(network)
  })
})

test('of two Adds of one peer that are decided together one makes a block', () => {
  const network = new Network(founders)
  for (const name of founders) {
    for (const proposal of [add(id('Eve')), add(id('Eve'), words(1))]) tryToVote(network, name, proposal)
  }
  network.decide(opaque('after'), chooser(1))
  const additions = network.outputs().Alice?.filter((text) => text.startsWith('Add'))
  expect(additions).toHaveLength(1)
  expect(network.agrees).toBe(true)
  everybodyFollows(network)
})

test('whoever follows the blocks knows the voters, whatever is voted for and when', () => {
  const proposals = [
    add(id('Eve')),
    add(id('Eve'), words(1)),
    add(id('Eve'), words(2)),
    remove(id('Eve')),
    remove(id('Dave')),
    add(id('Dave'), words(1)),
    remove(id('Eve'), words(1)),
  ]
  let decided = 0
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const choose = chooser(seed)
      const network = new Network(founders)
      network.crash('Dave')
      for (let i = 0; i < 120; i++) {
        if (choose(2) === 0) tryToVote(network, pick(['Alice', 'Bob', 'Carol'], choose), pick(proposals, choose))
        const from = network.peer(pick(['Alice', 'Bob', 'Carol'], choose))
        const to = from.gossipRecipients().filter(({ name }) => network.peers.has(name))
        if (to.length > 0) network.gossip(from.ourPublicId.name, pick(to, choose).name)
        everybodyFollows(network)
      }
      expect(network.agrees).toBe(true)
      decided += network.blocksOf('Alice').filter((block) => textOf(block).startsWith('Add')).length
    }),
    { numRuns: 40 },
  )
  expect(decided).toBeGreaterThan(20)
})
