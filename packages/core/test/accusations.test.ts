// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import { limits } from '../src/base/limits.ts'
import { ed25519Identity } from '../src/crypto/identities/ed25519.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import type { IdentityScheme } from '../src/crypto/identity.ts'
import type { Event } from '../src/wire/event.ts'
import { Message } from '../src/wire/message.ts'
import { opaque } from '../src/wire/observation.ts'
import { Network, chooser, codeOf, pick, secretIdOf } from './support/network.ts'
import { initialEvent, voteEvent } from './support/vote-event.ts'

/** What is in the graph of every correct peer in the end, and what they put out. */
interface Cost {
  /** Bytes of the events that accuse the offender. */
  readonly bytes: number
  /** The most accusations that one peer makes. */
  readonly accusations: number
  readonly blocks: number
}

/** An offender shows each of the others an event that none may insert: a vote of the largest size. */
function costOfOneRefusedEventEach(count: number, identities: IdentityScheme): Cost {
  const offender = secretIdOf(identities, 'Offender')
  const names = Array.from({ length: count - 1 }, (_, i) => `Peer ${String(i)}`)
  const network = new Network([...names, offender.publicId.name], 'supermajority', identities)
  network.crash(offender.publicId.name)
  for (const [i, name] of names.entries()) {
    const payload = String(i).padEnd(limits.payloadBytes, 'x')
    // It follows an event of the peer that gets it, which that peer surely has.
    const bad = voteEvent(offender, initialEvent(secretIdOf(identities, name)), opaque(payload))
    const code = codeOf(() => network.peer(name).handleMessage(offender.publicId, new Message('request', [bad])))
    expect(code).toBe('MaliciousEvent')
  }
  // Each makes an event before it hears of what another was shown.
  for (const [i, name] of names.entries())
    network.peer(name).createGossip(network.id(pick(names, () => (i + 1) % names.length)))
  const choose = chooser(count)
  const events = new Map<string, Event<string>>()
  const exchange = (from: string, to: string): void => {
    const request = network.peer(from).createGossip(network.id(to))
    const response = network.peer(to).handleMessage(network.id(from), request)
    if (response !== undefined) network.peer(from).handleMessage(network.id(to), response)
    for (const event of [...request.events, ...(response?.events ?? [])]) events.set(event.id, event)
    network.poll()
  }
  const gossip = (until: () => boolean): void => {
    for (let i = 0; i < 5000 && !until(); i++) {
      const from = pick(names, choose)
      const to = pick(network.peer(from).gossipRecipients(), choose).name
      if (to !== offender.publicId.name) exchange(from, to)
    }
    expect(until()).toBe(true)
  }
  const isOut = (name: string): boolean =>
    network.blocksOf(name).some(({ observation }) => observation.kind === 'Accusation')
  gossip(() => names.every(isOut))
  // Whatever else was due is decided before this.
  for (const name of names) network.peer(name).voteFor(opaque('end'))
  gossip(() => network.allHave('OpaquePayload(end)'))
  expect(network.agrees).toBe(true)

  const accusing = [...events.values()].filter(
    ({ cause }) => cause.kind === 'Observation' && cause.vote.observation.kind === 'Accusation',
  )
  const byEach = names.map((name) => accusing.filter(({ creator }) => creator.name === name).length)
  const blocks = network.blocksOf('Peer 0').filter(({ observation }) => observation.kind === 'Accusation')
  return {
    bytes: accusing.reduce((sum, event) => sum + event.bytes.length, 0),
    accusations: Math.max(...byEach),
    blocks: blocks.length,
  }
}

describe('an offender that shows each of the others another refused event of the largest size', () => {
  test.each([4, 7, 10, 13])('costs one small accusation by each of %i voters, and one block', (count) => {
    const { bytes, accusations, blocks } = costOfOneRefusedEventEach(count, mockIdentity)
    expect(accusations).toBe(1)
    expect(blocks).toBe(1)
    expect(bytes).toBeLessThanOrEqual((count - 1) * 512)
  })

  test('costs as many bytes as the threat model says', () => {
    const { bytes } = costOfOneRefusedEventEach(4, ed25519Identity)
    expect(bytes).toBe(1344)
  })
})
