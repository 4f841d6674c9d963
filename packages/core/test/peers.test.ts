// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { PeerList, PeerState } from '../src/graph/peers.ts'

const flags = fc.subarray(['VOTE', 'DKG', 'SEND', 'RECV'] as const)

test('a state is read as it is printed', () => {
  fc.assert(
    fc.property(flags, (set) => {
      const state = new PeerState([...set].reverse())
      expect(state.toString()).toBe(`PeerState(${set.join('|')})`)
      expect(PeerState.parse(state.toString())?.toString()).toBe(state.toString())
    }),
  )
  expect(PeerState.ACTIVE.toString()).toBe('PeerState(VOTE|SEND|RECV)')
  for (const text of ['', 'PeerState', 'PeerState(VOTE|)', 'PeerState(vote)', 'PeerState(VOTE) ', 'PeerState(EAT)']) {
    expect(PeerState.parse(text), text).toBeUndefined()
  }
})

test('VOTE implies DKG, and flags are added to a copy', () => {
  fc.assert(
    fc.property(flags, flags, (before, added) => {
      const state = new PeerState(before)
      const after = state.with(...added)
      expect(state.vote).toBe(before.includes('VOTE'))
      expect(after.vote).toBe(before.includes('VOTE') || added.includes('VOTE'))
      expect(after.dkg).toBe(after.vote || before.includes('DKG') || added.includes('DKG'))
      expect(after.send).toBe(before.includes('SEND') || added.includes('SEND'))
      expect(after.recv).toBe(before.includes('RECV') || added.includes('RECV'))
    }),
  )
})

test('a peer keeps its number and its first state, and a removed one has none', () => {
  const peers = new PeerList()
  const alice = peers.add(mockIdentity.publicId('Alice'), PeerState.ACTIVE)
  const bob = peers.add(mockIdentity.publicId('Bob'), PeerState.NONE)
  expect([alice, bob]).toEqual([0, 1])
  expect(peers.add(mockIdentity.secretId('Alice').publicId, PeerState.NONE)).toBe(alice)
  expect(peers.at(alice).state).toBe(PeerState.ACTIVE)
  expect(peers.indexOf(mockIdentity.publicId('Carol'))).toBeUndefined()
  peers.setMember(alice)
  peers.remove(alice, 7)
  expect(peers.at(alice)).toMatchObject({ state: PeerState.NONE, member: true, removed: true, removedAt: 7 })
  expect(() => peers.at(2)).toThrow(RangeError)
})
