// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import { Parsec, add, bytesCodec, mockIdentity, opaque, stringCodec, unprovable } from '../src/index.ts'
import type { Block, Message, PayloadCodec, Proposal } from '../src/index.ts'
import { toHex, utf8Bytes } from '../src/base/encoding.ts'
import { encodeObservation } from '../src/wire/observation.ts'
import { Network, chooser, pick, textOf, thrownBy } from './support/network.ts'

const names = ['Alice', 'Bob', 'Carol', 'Dave']
const founders = names.map((name) => mockIdentity.publicId(name))
const common = { founders, identities: mockIdentity, coin: 'predictable' } as const

/** Peers in one process: messages are passed as objects, and whoever gets a block writes all over it. */
class OneProcess<P> {
  readonly peers: readonly Parsec<P>[]
  readonly blocks: Block<P>[][] = names.map(() => [])
  readonly #codec: PayloadCodec<P>
  readonly #asBytes: boolean

  /** @param asBytes - are messages passed as bytes, so that each peer has events of its own? */
  constructor(codec: PayloadCodec<P>, asBytes = false) {
    this.#codec = codec
    this.#asBytes = asBytes
    this.peers = names.map((name) => Parsec.fromGenesis(mockIdentity.secretId(name), { ...common, codec }))
  }

  run(done: () => boolean, taken: (block: Block<P>) => void = () => undefined): void {
    const choose = chooser(3)
    const take = (): void => {
      for (const [i, peer] of this.peers.entries()) {
        for (const block of peer.blocks()) {
          this.blocks[i]?.push(block)
          taken(block)
        }
      }
    }
    take()
    for (let i = 0; i < 500 && !done(); i++) {
      const peer = pick(this.peers, choose)
      const to = pick(peer.gossipRecipients(), choose)
      const other = this.peers[names.indexOf(to.name)]
      const sent = (message: Message<P>): Message<P> | Uint8Array => (this.#asBytes ? message.toBytes() : message)
      const response = other?.handleMessage(peer.ourPublicId, sent(peer.createGossip(to)))
      if (response !== undefined) peer.handleMessage(to, sent(response))
      take()
    }
    if (!done()) throw new Error('not done')
  }

  encodings(): string[][] {
    return this.blocks.map((list) => list.map(({ observation }) => toHex(encodeObservation(observation, this.#codec))))
  }
}

/** Overwrites all bytes that can be reached from here, but for those of ids, which peers share. */
function writeOver(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value) || 'verify' in value) return
  seen.add(value)
  if (value instanceof Uint8Array) value.fill(0xff)
  else for (const part of Object.values(value)) writeOver(part, seen)
}

describe('a block is the caller’s own', () => {
  test.each([
    ['nothing is written over', false, false],
    ['peers share events', true, false],
    ['each has events of its own', true, true],
  ])('writing over it changes nothing: %s', (_, isWriting, asBytes) => {
    const network = new OneProcess(bytesCodec, asBytes)
    const [alice] = network.peers
    const eve = mockIdentity.secretId('Eve')
    const texts: string[] = []
    const decide = (proposal: Proposal<Uint8Array>): void => {
      const length = (network.blocks[0]?.length ?? 0) + 1
      for (const peer of network.peers) peer.voteFor(proposal)
      network.run(
        () => network.blocks.every((list) => list.length >= length),
        (block) => {
          texts.push(toHex(encodeObservation(block.observation, bytesCodec)))
          if (!isWriting) return
          writeOver(block.observation)
          for (const { signature } of block.proofs) signature.fill(0xff)
        },
      )
    }
    decide(opaque(utf8Bytes('tea')))
    decide(opaque(utf8Bytes('milk')))
    decide(add(eve.publicId, utf8Bytes('eve.example:4000')))
    expect(texts.length).toBe(4 * names.length)
    // Whoever comes later gets all events as they were signed.
    const joiner = Parsec.fromExisting(eve, { ...common, present: founders, codec: bytesCodec })
    joiner.handleMessage(
      alice?.ourPublicId ?? eve.publicId,
      alice?.createGossip(eve.publicId).toBytes() ?? new Uint8Array(),
    )
    const replayed = [...joiner.blocks()].map(({ observation }) => toHex(encodeObservation(observation, bytesCodec)))
    expect(new Set(texts)).toEqual(new Set(replayed))
  })

  test('what we voted for and still wait for is a copy, too', () => {
    const network = new OneProcess(bytesCodec)
    for (const peer of network.peers) peer.voteFor(opaque(utf8Bytes('tea')))
    for (const peer of network.peers) for (const ours of peer.ourUnpolledObservations()) writeOver(ours)
    network.run(() => network.blocks.every((list) => list.length === 2))
    for (const list of network.encodings()) expect(list[1]).toBe('040000000300000000000000746561')
  })
})

describe('a vote', () => {
  test('is for what the others read, whatever becomes of the object that was given', () => {
    const codec: PayloadCodec<{ items: string[] }> = {
      encode: ({ items }) => utf8Bytes(JSON.stringify({ items })),
      decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as { items: string[] },
    }
    const network = new OneProcess(codec)
    const given = { items: ['tea'], only: 'ours' }
    for (const peer of network.peers) peer.voteFor(opaque<{ items: string[] }>(given))
    given.items.push('milk')
    network.run(() => network.blocks.every((list) => list.length === 2))
    for (const list of network.blocks) {
      expect(list[1]?.observation).toEqual({ kind: 'OpaquePayload', payload: { items: ['tea'] } })
    }
    const payloads = network.blocks.map((list) => (list[1]?.observation as { payload: object } | undefined)?.payload)
    expect(new Set(payloads).size).toBe(names.length)
  })

  test.each<[string, Proposal<string>]>([
    ['half a surrogate pair', opaque('\ud83c')],
    ['half a surrogate pair among other text', opaque('tea \udf75 milk')],
    ['what is no string', opaque(5 as unknown as string)],
  ])('for %s is refused, and nothing is appended', (_, proposal) => {
    const network = new Network(names)
    const alice = network.peer('Alice')
    const before = alice.inspect().eventCount
    const { code } = thrownBy(() => {
      alice.voteFor(proposal)
    })
    expect(code).toBe('MalformedPayload')
    expect(alice.inspect().eventCount).toBe(before)
    network.decide(opaque('\ud83c\udf75'), chooser(1))
    expect(network.agrees).toBe(true)
  })

  test.each<[string, Partial<PayloadCodec<string>>]>([
    ['encodes to no bytes', { encode: (text) => text as unknown as Uint8Array }],
    ['refuses what it has encoded', { decode: () => JSON.parse('{') as string }],
    ['decodes to another payload', { decode: (bytes) => stringCodec.decode(bytes).trim() }],
  ])('is refused if the codec %s', (_, wrong) => {
    const codec = { ...stringCodec, ...wrong }
    const alice = Parsec.fromGenesis(mockIdentity.secretId('Alice'), { ...common, codec })
    expect(
      thrownBy(() => {
        alice.voteFor(opaque(' x'))
      }).code,
    ).toBe('MalformedPayload')
    expect(alice.inspect().eventCount).toBe(2)
  })

  test('for what cannot be proven makes the same block everywhere, without anybody’s reason', () => {
    const network = new Network(names)
    network.crash('Dave')
    for (const [name, peer] of network.peers) peer.voteFor(unprovable(network.id('Dave'), `${name} says so`))
    network.run(chooser(1), () => network.allHave('Accusation(Dave, Unprovable)'))
    expect(network.agrees).toBe(true)
    const [alice, bob] = ['Alice', 'Bob'].map((name) => network.blocksOf(name).map(textOf))
    expect(alice).toEqual(bob)
  })
})

test('events that peers of one process share cannot be changed', () => {
  const network = new Network(names)
  network.peer('Alice').voteFor(opaque('tea'))
  const { events }: Message<string> = network.peer('Alice').createGossip(network.id('Bob'))
  for (const event of events) {
    expect(Object.isFrozen(event)).toBe(true)
    expect(Object.isFrozen(event.cause)).toBe(true)
    expect(Object.isFrozen(event.parents)).toBe(true)
    if (event.cause.kind === 'Observation') expect(Object.isFrozen(event.cause.vote)).toBe(true)
  }
})
