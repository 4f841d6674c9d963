// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import {
  Block,
  Evidence,
  Message,
  Parsec,
  add,
  blsKeys,
  bytesCodec,
  ed25519Identity,
  mockIdentity,
  mockKeys,
  opaque,
  startDkg,
  stringCodec,
} from '../src/index.ts'
import type { Format, ParsecOptions, PayloadCodec, PublicId, SecretId } from '../src/index.ts'
import { Reader, toHex, utf8Bytes } from '../src/base/encoding.ts'
import { platform as browser } from '../src/crypto/platform/browser.ts'
import { platform as node } from '../src/crypto/platform/node.ts'
import { Secret } from '../src/crypto/shared-key/secret.ts'
import { Event } from '../src/wire/event.ts'
import { encodeObservation } from '../src/wire/observation.ts'
import { seededRandom } from './support/keys.ts'
import { Network, chooser, codeOf, pick, seedOf } from './support/network.ts'
import { initialEvent, voteEvent } from './support/vote-event.ts'

/** The bytes in a Buffer of Node's pool, in the middle of a larger slab. */
function pooled(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafe(bytes.length)
  copy.set(bytes)
  return copy
}

/** Hands over bytes in a Buffer that is overwritten as soon as the call is done. */
function lent<T>(bytes: Uint8Array, call: (buffer: Buffer) => T): T {
  const buffer = pooled(bytes)
  try {
    return call(buffer)
  } finally {
    buffer.fill(0xff)
  }
}

/** A function that always returns the same Buffer, with other bytes each time. */
function reusing<A extends unknown[]>(make: (...parameters: A) => Uint8Array): (...parameters: A) => Uint8Array {
  const slab = Buffer.alloc(1 << 16)
  return (...parameters) => {
    const bytes = make(...parameters)
    slab.fill(0xee)
    slab.set(bytes)
    return slab.subarray(0, bytes.length)
  }
}

const names = ['Alice', 'Bob', 'Carol', 'Dave']

/** Four peers whose every byte comes in a Buffer that is overwritten afterwards. */
class LentNetwork {
  readonly options: ParsecOptions<Uint8Array>
  readonly peers = new Map<string, Parsec<Uint8Array>>()
  readonly blocks = new Map<string, Block<Uint8Array>[]>()
  readonly #secrets = new Map<string, SecretId>()
  readonly #receiveBuffer = Buffer.alloc(1 << 20)

  constructor() {
    const codec: PayloadCodec<Uint8Array> = { ...bytesCodec, encode: reusing((payload) => payload) }
    this.options = { codec, keys: mockKeys, random: reusing(seededRandom('lent')) }
    for (const name of [...names, 'Eve']) {
      this.#secrets.set(
        name,
        lent(seedOf(name), (seed) => ed25519Identity.secretIdFromSeed(seed, name)),
      )
    }
    const founders = names.map((name) => this.id(name))
    for (const name of names) this.#enter(name, Parsec.fromGenesis(this.secret(name), { ...this.options, founders }))
  }

  secret(name: string): SecretId {
    const secret = this.#secrets.get(name)
    if (secret === undefined) throw new RangeError(name)
    return secret
  }

  id(name: string): PublicId {
    return lent(this.secret(name).publicId.bytes, (bytes) => ed25519Identity.publicId(bytes, name))
  }

  join(name: string): void {
    const founders = names.map((founder) => this.id(founder))
    this.#enter(name, Parsec.fromExisting(this.secret(name), { ...this.options, founders, present: founders }))
  }

  run(done: () => boolean): void {
    const choose = chooser(1)
    for (let i = 0; i < 1500; i++) {
      if (done()) return
      const [name, peer] = pick([...this.peers], choose)
      const recipients = peer.gossipRecipients().filter((id) => this.peers.has(id.name))
      if (recipients.length === 0) continue
      const recipient = pick(recipients, choose)
      const response = this.#deliver(recipient.name, this.id(name), peer.createGossip(recipient))
      if (response !== undefined) this.#deliver(name, recipient, response)
    }
    throw new Error('not done')
  }

  /** Has every peer put out a block of which this holds? */
  allHave(holds: (block: Block<Uint8Array>) => boolean): boolean {
    return [...this.blocks.values()].every((blocks) => blocks.some(holds))
  }

  #deliver(to: string, sender: PublicId, message: Message<Uint8Array>): Message<Uint8Array> | undefined {
    const bytes = message.toBytes()
    this.#receiveBuffer.set(bytes)
    const peer = this.peers.get(to)
    const back = peer?.handleMessage(sender, this.#receiveBuffer.subarray(0, bytes.length))
    this.#receiveBuffer.fill(0xff)
    for (const block of peer?.blocks() ?? []) this.blocks.get(to)?.push(block)
    return back
  }

  #enter(name: string, peer: Parsec<Uint8Array>): void {
    this.peers.set(name, peer)
    this.blocks.set(name, [...peer.blocks()])
  }
}

describe('a network whose buffers are all used again', () => {
  const network = new LentNetwork()
  const payloads = ['tea', 'milk', 'sugar'].map((text) => utf8Bytes(text))
  const voters = [...network.peers.values()]
  const payload = Buffer.alloc(5)
  for (const bytes of payloads) {
    for (const peer of voters) {
      payload.fill(0x20)
      payload.set(bytes)
      const used = payload.subarray(0, bytes.length)
      peer.voteFor(opaque<Uint8Array>(used))
      expect(peer.haveVotedFor(opaque<Uint8Array>(used))).toBe(true)
    }
    payload.fill(0xff)
  }
  const address = utf8Bytes('eve.example:4000')
  for (const peer of voters) {
    lent(address, (info) => {
      peer.voteFor(add(network.id('Eve'), info))
    })
    peer.voteFor(startDkg(names.map((name) => network.id(name))))
  }
  network.join('Eve')
  network.run(
    () =>
      network.allHave(({ observation }) => observation.kind === 'DkgResult') &&
      network.allHave(({ observation }) => observation.kind === 'Add') &&
      [...network.peers.values()].every((peer) => peer.voters().length === 5),
  )
  const blocks = [...network.blocks.values()]

  test('decides what was voted for, alike at all, and everybody can verify it', () => {
    const length = Math.min(...blocks.map((list) => list.length))
    const encodings = blocks.map((list) =>
      list.slice(0, length).map(({ observation }) => toHex(encodeObservation(observation, bytesCodec))),
    )
    for (const encoding of encodings) expect(encoding).toEqual(encodings[0])
    const put = blocks[0]?.flatMap(({ observation }) =>
      observation.kind === 'OpaquePayload' ? [Buffer.from(observation.payload).toString()] : [],
    )
    expect(put?.sort()).toEqual(['milk', 'sugar', 'tea'])
    const added = blocks.flatMap((list) =>
      list.flatMap(({ observation }) => (observation.kind === 'Add' ? [observation] : [])),
    )
    for (const { peerId, relatedInfo } of added) {
      expect(peerId.equals(network.id('Eve'))).toBe(true)
      expect(relatedInfo).toEqual(address)
    }
    const ids = names.map((name) => network.id(name))
    for (const block of blocks.flat()) {
      if (block.observation.kind === 'DkgResult') continue
      block.verify(ids, network.options)
      lent(block.toBytes(network.options), (bytes) =>
        Block.decode(bytes, { ...network.options, index: block.index }),
      ).verify(ids, network.options)
    }
  })

  test('keeps of a message no more than its events: each owns its bytes', () => {
    const peer = network.peers.get('Alice')
    const message = lent(peer?.createGossip(network.id('Bob')).toBytes() ?? new Uint8Array(), (bytes) =>
      peer?.decodeMessage(bytes),
    )
    expect(message?.events.length).toBeGreaterThan(0)
    message?.verify()
    for (const { bytes } of message?.events ?? []) expect(bytes.buffer.byteLength).toBe(bytes.length)
  })
})

test('a kept event of 100 bytes does not keep the Buffer that it came in', () => {
  const us = ed25519Identity.secretIdFromSeed(seedOf('Alice'))
  const initial = initialEvent(us)
  const events = [initial, voteEvent(us, initial, add(us.publicId, utf8Bytes('here')))]
  for (const event of events) {
    const slab = Buffer.alloc(4 << 20)
    slab.set(event.bytes, 1000)
    const read = Event.decode(new Reader(slab.subarray(1000)), { codec: stringCodec, identities: ed25519Identity })
    slab.fill(0xff)
    read.verify()
    expect(read.id).toBe(event.id)
    expect(read.bytes).toEqual(event.bytes)
    const { cause, creator, hash } = read
    const held = [read.bytes, hash, creator.bytes, ...('selfParent' in cause ? [cause.selfParent] : [])]
    if (cause.kind === 'Observation') {
      held.push(cause.vote.signature)
      if (cause.vote.observation.kind === 'Add') held.push(cause.vote.observation.relatedInfo)
    }
    for (const bytes of held) expect(bytes.buffer.byteLength).toBeLessThanOrEqual(event.bytes.length)
  }
})

test('hashes and signatures are plain bytes, whose slice is a copy', () => {
  const us = ed25519Identity.secretIdFromSeed(seedOf('Alice'))
  const event = initialEvent(us)
  for (const bytes of [event.hash, event.bytes, event.signature, us.sign(utf8Bytes('x')), us.publicId.bytes]) {
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
  }
})

test('Reader reads a Buffer as it reads any bytes', () => {
  const buffer = pooled(Uint8Array.of(1, 2, 3, 4))
  const reader = new Reader(buffer)
  const bytes = reader.fixed(4, 'four bytes')
  const copy = bytes.slice()
  buffer.fill(0)
  expect(copy).toEqual(Uint8Array.of(1, 2, 3, 4))
  expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
})

describe('an id', () => {
  test('does not change with the Buffer that it was made from', () => {
    const { bytes } = ed25519Identity.secretIdFromSeed(seedOf('Alice')).publicId
    const id = lent(bytes, (buffer) => ed25519Identity.publicId(buffer))
    expect(id.bytes).toEqual(bytes)
    const read = lent(bytes, (buffer) => ed25519Identity.decodePublicId(new Reader(buffer)))
    expect(read.bytes).toEqual(bytes)
    const mock = mockIdentity.publicId('Alice')
    expect(lent(mock.bytes, (buffer) => mockIdentity.decodePublicId(new Reader(buffer))).bytes).toEqual(mock.bytes)
  })

  test.each([
    ['Node', node],
    ['a browser', browser],
  ])('signs and decrypts after its seed was wiped, on %s', (_, platform) => {
    const kept = { ...node }
    Object.assign(node, platform)
    try {
      const us = lent(seedOf('Alice'), (seed) => ed25519Identity.secretIdFromSeed(seed))
      const ciphertext = us.publicId.encrypt(utf8Bytes('secret'), utf8Bytes('context'), reusing(seededRandom(1)))
      expect(us.publicId.verify(utf8Bytes('x'), us.sign(utf8Bytes('x')))).toBe(true)
      expect(lent(ciphertext, (buffer) => us.decrypt(buffer, pooled(utf8Bytes('context'))))).toEqual(
        utf8Bytes('secret'),
      )
    } finally {
      Object.assign(node, kept)
    }
  })

  test('of a mock decrypts to bytes of their own', () => {
    const us = mockIdentity.secretId('Alice')
    const ciphertext = us.publicId.encrypt(utf8Bytes('secret'), utf8Bytes('context'), seededRandom(1))
    expect(lent(ciphertext, (buffer) => us.decrypt(buffer, utf8Bytes('context')))).toEqual(utf8Bytes('secret'))
  })

  test('to which nobody can encrypt gets random bytes of its own', () => {
    // y = 2 is not the coordinate of a point.
    const id = ed25519Identity.publicId(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 2 : 0)))
    const random = reusing(seededRandom(1))
    const first = id.encrypt(utf8Bytes('one'), utf8Bytes(''), random)
    const before = toHex(first)
    id.encrypt(utf8Bytes('two'), utf8Bytes(''), random)
    expect(toHex(first)).toBe(before)
  })
})

describe.each([
  ['BLS', blsKeys],
  ['mock', mockKeys],
])('shared keys of kind %s', (_, scheme) => {
  const { publicKeySet, shares } = scheme.dealKeys(4, reusing(seededRandom('keys')))
  const message = utf8Bytes('message')
  const label = utf8Bytes('label')

  test('work after what they were read from was overwritten', () => {
    const set = lent(publicKeySet.toBytes(), (bytes) => scheme.decodePublicKeySet(bytes))
    expect(set.equals(publicKeySet)).toBe(true)
    const read = shares.map((share) => lent(share.toSecretBytes(), (bytes) => scheme.decodeSecretKeyShare(bytes)))
    for (const [i, share] of read.entries()) expect(share.toSecretBytes()).toEqual(shares[i]?.toSecretBytes())
    const signed = new Map(read.map((share) => [share.index, pooled(share.sign(pooled(message), 'test'))]))
    for (const [index, share] of signed) expect(set.verifyShare(index, pooled(message), 'test', share)).toBe(true)
    const signature = set.combine(signed)
    for (const share of signed.values()) share.fill(0xff)
    expect(set.verify(message, 'test', pooled(signature))).toBe(true)
    const ciphertext = lent(utf8Bytes('secret'), (plaintext) =>
      set.encrypt(plaintext, pooled(label), reusing(seededRandom('encrypt'))),
    )
    const opening = new Map(
      read.map((share) => [share.index, pooled(share.decryptionShare(pooled(ciphertext), label))]),
    )
    expect(lent(ciphertext, (bytes) => set.decrypt(bytes, pooled(label), opening))).toEqual(utf8Bytes('secret'))
  })

  test('do not change with the bytes that a secret was made from', () => {
    const secret = lent(message, (bytes) => new Secret(bytes))
    expect(secret.toSecretBytes()).toEqual(message)
  })

  test('give out copies of their secrets', () => {
    const [share] = shares
    const before = toHex(share?.toSecretBytes() ?? message)
    share?.toSecretBytes().fill(0xff)
    expect(toHex(share?.toSecretBytes() ?? message)).toBe(before)
  })
})

test('evidence does not change with the Buffer that it was read from', () => {
  const network = new Network(names)
  const dave = network.secretId('Dave')
  network.crash('Dave')
  const initial = initialEvent(dave)
  const ask = Event.create(
    dave,
    { kind: 'Requesting', selfParent: initial.hash, recipient: network.id('Alice') },
    stringCodec,
  )
  const events = [initial, ask]
  codeOf(() => network.peer('Alice').handleMessage(dave.publicId, pooled(new Message('request', events).toBytes())))
  const isAccused = (name: string): boolean =>
    network.blocksOf(name).some(({ observation }) => observation.kind === 'Accusation')
  network.run(chooser(1), () => ['Alice', 'Bob', 'Carol'].every(isAccused))
  const block = network.blocksOf('Alice').find(({ observation }) => observation.kind === 'Accusation')
  if (block?.observation.kind !== 'Accusation') throw new Error('no accusation')
  const format: Format<string> = { codec: stringCodec, identities: mockIdentity }
  const options = { ...format, founders: names.map((name) => mockIdentity.publicId(name)) }
  const bytes = network.peer('Alice').evidence(block.observation)?.toBytes(format) ?? new Uint8Array()
  const read = lent(bytes, (buffer) => Evidence.decode(buffer, options))
  read.verify(options)
  expect(toHex(read.toBytes(format))).toBe(toHex(bytes))
})
