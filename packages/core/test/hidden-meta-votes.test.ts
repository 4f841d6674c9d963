// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import { expect, test } from 'vitest'
import { Event } from '../src/wire/event.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { genesis, opaque } from '../src/wire/observation.ts'
import { EventBook } from './support/event-book.ts'
import { Network, chooser } from './support/network.ts'
import { initialEvent, voteEvent } from './support/vote-event.ts'

/*
 * Peers under load vote all the time. A Byzantine one records such votes, and not the sync events
 * after them, and gossips that: so the latest event of a voter that others know is one without
 * meta-votes. If they then took it for having none, they would rarely know those of more than one
 * correct voter at a time, and so decide nothing, though every message arrives.
 */

const correct = ['Alice', 'Bob', 'Carol', 'Dave', 'Eve']
const names = [...correct, 'Mallory', 'Oscar']

class Mallory {
  readonly #us = mockIdentity.secretId('Mallory')
  readonly #network: Network
  readonly #book = new EventBook()
  #last: Event<string>
  #votes = 0

  constructor(network: Network) {
    this.#network = network
    const first = initialEvent(this.#us)
    this.#last = voteEvent(this.#us, first, genesis(names.map((name) => network.id(name))))
    for (const event of [first, this.#last]) this.#book.add(event)
  }

  /** Asks a peer, so that it learns what we know; it votes then, and asks us: we record the vote. */
  recordVoteOf(name: string): void {
    const peer = this.#network.peer(name)
    const recipient = peer.ourPublicId
    const selfParent = this.#last.hash
    this.#append(Event.create(this.#us, { kind: 'Requesting', selfParent, recipient }, stringCodec))
    peer.handleMessage(this.#us.publicId, new Message('request', this.#book.ancestry([this.#last])))
    const text = `load ${String(this.#votes++)}`
    peer.voteFor(opaque(text))
    const { events } = peer.createGossip(this.#us.publicId)
    for (const event of events) this.#book.add(event)
    const vote = events.find(({ cause }) => cause.kind === 'Observation' && textIs(cause.vote.observation, text))
    if (vote === undefined) throw new Error('no vote')
    const asked = this.#last.hash
    this.#append(Event.create(this.#us, { kind: 'Response', selfParent: asked, otherParent: vote.hash }, stringCodec))
  }

  #append(event: Event<string>): void {
    this.#book.add(event)
    this.#last = event
  }
}

function textIs(observation: { readonly kind: string; readonly payload?: string }, text: string): boolean {
  return observation.kind === 'OpaquePayload' && observation.payload === text
}

test('an election is decided although somebody shows votes instead of the sync events after them', () => {
  const network = new Network(names)
  for (const name of ['Mallory', 'Oscar']) network.crash(name)
  network.run(chooser(1), () => network.allHave(`Genesis({${names.join(', ')}})`))
  for (const name of correct) network.peer(name).voteFor(opaque('x'))
  const mallory = new Mallory(network)
  for (const from of correct) {
    for (const to of correct) {
      if (from === to) continue
      // Twice: then all know the votes of all the others.
      for (const name of [...correct, ...correct]) mallory.recordVoteOf(name)
      network.gossip(from, to)
    }
  }
  network.poll()
  expect(network.allHave('OpaquePayload(x)')).toBe(true)
})
