// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import type { PublicId } from '../src/base/public-id.ts'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { encodeAck } from '../src/crypto/shared-key/dealing.ts'
import { ed25519Identity } from '../src/crypto/identities/ed25519.ts'
import { utf8Bytes } from '../src/base/encoding.ts'
import { Event } from '../src/wire/event.ts'
import { blsKeys, mockKeys } from '../src/crypto/shared-key/keys.ts'
import { DkgRuns } from '../src/consensus/dkg.ts'
import { encodeDkgMessage } from '../src/wire/dkg-message.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { add, observationText, opaque, remove, startDkg } from '../src/wire/observation.ts'
import type { ParsecOptions } from '../src/parsec.ts'
import { KeyNetwork, founders, ids } from './support/key-network.ts'
import { participantsOf, seededRandom } from './support/keys.ts'
import { chooser } from './support/network.ts'
import { voteEvent } from './support/vote-event.ts'

const message = utf8Bytes('a message')

/** Any t + 1 participants sign, as one; nobody else has a share. */
function expectUseful(network: KeyNetwork, place: number): void {
  const [anyone] = network.peers.keys()
  const key = network.keysOf(anyone ?? '')[place]
  if (key === undefined) throw new Error('no key')
  const { publicKeySet, participants } = key
  const shares = new Map<number, Uint8Array>()
  for (const name of network.peers.keys()) {
    const own = network.keysOf(name)[place]
    expect(own?.publicKeySet.toBytes()).toEqual(publicKeySet.toBytes())
    const at = participants.findIndex((id) => id.name === name)
    expect(own?.secretKeyShare !== undefined, name).toBe(at >= 0)
    if (own?.secretKeyShare !== undefined) shares.set(at, own.secretKeyShare.sign(message, 'test'))
  }
  for (const [at, share] of shares) expect(publicKeySet.verifyShare(at, message, 'test', share)).toBe(true)
  const needed = publicKeySet.threshold + 1
  const signature = publicKeySet.combine(new Map([...shares].slice(0, needed)))
  expect(publicKeySet.combine(new Map([...shares].slice(-needed)))).toEqual(signature)
  expect(publicKeySet.verify(message, 'test', signature)).toBe(true)
  expect(publicKeySet.verify(message, 'other', signature)).toBe(false)
}

describe('a key that the application asks for', () => {
  test.each([
    ['all voters', founders],
    ['some of the voters', ['Alice', 'Carol']],
    ['one voter', ['Dave']],
  ])('is shared by %s, and the others see its public part', (_, participants) => {
    const network = new KeyNetwork(founders)
    network.voteFor(startDkg(ids(participants)))
    network.awaitKeys(1)
    expect(network.agrees).toBe(true)
    expect(network.keysOf('Bob')[0]?.participants.map(({ name }) => name)).toEqual(participants)
    expectUseful(network, 0)
  })

  test('is one of several at once', () => {
    const network = new KeyNetwork(founders)
    for (const participants of [founders, ['Alice', 'Bob'], ['Bob', 'Carol', 'Dave']]) {
      network.voteFor(startDkg(ids(participants)))
    }
    network.awaitKeys(3)
    expect(network.agrees).toBe(true)
    for (const place of [0, 1, 2]) expectUseful(network, place)
  })

  test.each([
    ['only they', ['Eve', 'Frank']],
    ['they and voters', ['Bob', 'Carol', 'Eve', 'Frank']],
  ])('can be for peers that are no members: %s; one of them is added later', (_, participants) => {
    const network = new KeyNetwork(founders)
    network.voteFor(startDkg(ids(participants)))
    for (const name of ['Eve', 'Frank']) network.join(name)
    network.awaitKeys(1)
    expectUseful(network, 0)
    expect(network.peer('Eve').canVote()).toBe(false)
    network.voteFor(add(mockIdentity.publicId('Eve')))
    network.run(chooser(2), () => network.allHave('Add(Eve)'))
    expect(network.peer('Eve').canVote()).toBe(true)
    network.voteFor(opaque('with Eve'))
    network.run(chooser(3), () => network.allHave('OpaquePayload(with Eve)'))
    expect(network.agrees).toBe(true)
  })

  test('is had by a participant that comes late, when all members that let it in are gone', () => {
    const network = new KeyNetwork(founders)
    network.voteFor(startDkg(ids([...founders, 'Eve'])))
    network.awaitKeys(1)
    const newcomers = ['Frank', 'Grace', 'Hank', 'Ivan']
    for (const name of newcomers) {
      network.voteFor(add(mockIdentity.publicId(name)))
      network.join(name)
    }
    network.run(chooser(2), () => newcomers.every((name) => network.allHave(`Add(${name})`)))
    for (const name of founders) network.voteFor(remove(mockIdentity.publicId(name)))
    network.run(chooser(3), () => founders.every((name) => network.allHave(`Remove(${name})`, newcomers)))
    for (const name of founders) network.crash(name)
    network.join('Eve')
    network.run(chooser(4), () => network.keysOf('Eve').length > 0)
    expect(network.keysOf('Eve')[0]?.secretKeyShare).toBeDefined()
  })

  test('comes although a participant is silent', () => {
    const network = new KeyNetwork(founders)
    network.voteFor(startDkg(ids(founders)))
    network.run(chooser(1), () => network.allHave('Genesis({Alice, Bob, Carol, Dave})'))
    network.crash('Dave')
    network.awaitKeys(1)
    expectUseful(network, 0)
  })

  test('comes although a participant deals two different parts', () => {
    const network = new KeyNetwork(founders)
    const dave = mockIdentity.secretId('Dave')
    const [alice] = ids(['Alice'])
    if (alice === undefined) throw new Error('no Alice')
    // His line from before he knows of any key.
    const events = [...network.peer('Dave').createGossip(alice).events]
    network.crash('Dave')
    network.voteFor(startDkg(ids(founders)))
    network.awaitBeginning()
    const group = { participants: ids(founders), context: Uint8Array.of(1, 0, 0, 0) }
    for (const seed of [1, 2]) {
      const bytes = mockKeys.encodePart(mockKeys.deal(group, 3, seededRandom(seed)))
      const message = encodeDkgMessage({ kind: 'Part', generation: 1, bytes })
      const last = events.at(-1)
      if (last !== undefined) events.push(voteEvent(dave, last, { kind: 'DkgMessage', text: 'DkgPart(1)', message }))
    }
    const selfParent = events.at(-1)?.hash ?? new Uint8Array()
    events.push(Event.create(dave, { kind: 'Requesting', selfParent, recipient: alice }, stringCodec))
    network.peer('Alice').handleMessage(dave.publicId, new Message('request', events))
    network.awaitKeys(1)
    network.decide(opaque('more'), chooser(2))
    expect(network.agrees).toBe(true)
    expectUseful(network, 0)
    for (const peer of network.peers.values()) {
      const inspection = peer.inspect()
      const decided = inspection.history().map((payload) => inspection.payload(payload))
      const parts = decided.filter(({ text }) => text === 'DkgMessage(DkgPart(1))')
      const dealers = parts.map(({ voter = 0 }) => inspection.peers()[voter]?.name)
      expect(dealers.filter((name) => name === 'Dave')).toHaveLength(2)
    }
  })

  test('is for those who are left of its participants when it begins; for nobody if all were removed', () => {
    const network = new KeyNetwork([...founders, 'Eve', 'Frank', 'Grace'])
    const staying = ['Alice', 'Carol', 'Eve', 'Frank', 'Grace']
    const removals = (name: string): number =>
      network.blocksOf(name).filter(({ observation }) => observation.kind === 'Remove').length
    for (const name of ['Bob', 'Dave']) network.voteFor(remove(mockIdentity.publicId(name)))
    network.run(chooser(1), () => staying.every((name) => removals(name) === 2))
    network.voteFor(startDkg(ids(['Bob', 'Dave'])))
    network.voteFor(startDkg(ids(founders)))
    network.run(chooser(2), () => staying.every((name) => network.keysOf(name).length > 0))
    const participants = staying.map((name) => network.keysOf(name).map((key) => key.participants.map((id) => id.name)))
    expect(participants).toEqual(staying.map(() => [['Alice', 'Carol']]))
  })

  describe('is begun anew among those who are left when these might not complete it', () => {
    function keyAfterRemovals(of: readonly string[], leaving: readonly string[], silent: readonly string[]): string[] {
      const network = new KeyNetwork([...founders, 'Eve', 'Frank', 'Grace', 'Hank', 'Ivan'])
      network.voteFor(startDkg(ids(of)))
      network.awaitBeginning()
      expect(network.keysOf('Ivan')).toEqual([])
      for (const name of silent) network.crash(name)
      for (const name of leaving) network.voteFor(remove(mockIdentity.publicId(name)))
      const staying = [...network.peers.keys()].filter((name) => !leaving.includes(name) && !silent.includes(name))
      network.run(chooser(2), () => staying.every((name) => network.keysOf(name).length > 0), 4000)
      expect(network.agrees).toBe(true)
      const [key, ...others] = new Set(
        staying.map((name) =>
          network
            .keysOf(name)[0]
            ?.participants.map((id) => id.name)
            .join(),
        ),
      )
      expect(others).toEqual([])
      return key?.split(',') ?? []
    }

    test('too few are left', () => {
      expect(keyAfterRemovals(founders, ['Alice', 'Bob'], [])).toEqual(['Carol', 'Dave'])
    })

    test('too few are left if some of them are faulty, fewer than a third', () => {
      const participants = [...founders, 'Eve', 'Frank', 'Grace']
      const left = ['Carol', 'Dave', 'Eve', 'Frank', 'Grace']
      expect(keyAfterRemovals(participants, ['Alice', 'Bob'], ['Grace'])).toEqual(left)
    })

    test('not if enough are left', () => {
      expect(keyAfterRemovals(founders, ['Alice'], [])).toEqual(founders)
    })
  })

  test('can be made by who is alone', () => {
    const network = new KeyNetwork(['Alice'])
    network.voteFor(startDkg(ids(['Alice'])))
    network.poll()
    expectUseful(network, 0)
    expect(network.peer('Alice').hasUnpolledObservations()).toBe(false)
  })

  test('is put out without proofs, and its secret is not printed, enumerated or serialised', () => {
    const network = new KeyNetwork(['Alice'])
    network.voteFor(startDkg(ids(['Alice'])))
    network.poll()
    const block = network.blocksOf('Alice').find(({ observation }) => observation.kind === 'DkgResult')
    const [key] = network.keysOf('Alice')
    const secret = key?.secretKeyShare?.toSecretBytes() ?? new Uint8Array()
    const texts = [
      JSON.stringify(block),
      inspect(block, { depth: 9, showHidden: true }),
      observationText(key ?? opaque('')),
    ]
    for (const text of texts) {
      expect(text).not.toContain(Buffer.from(secret).toString('hex'))
      expect(text).not.toContain([...secret].join(','))
    }
    expect(block?.proofs).toEqual([])
  })

  test('with real keys and identities', () => {
    class RealNetwork extends KeyNetwork {
      override get options(): ParsecOptions<string> {
        return { ...super.options, keys: blsKeys }
      }
    }
    const network = new RealNetwork(founders, 'supermajority', ed25519Identity)
    network.voteFor(startDkg(founders.map((name) => network.id(name))))
    network.awaitKeys(1)
    expectUseful(network, 0)
  })
})

describe('the messages of a key generation', () => {
  const secretIds = participantsOf(4)
  const participants = secretIds.map(({ publicId }) => publicId)
  const random = seededRandom('messages')
  const group = { participants, context: new Uint8Array(4) }
  const parts = participants.map((_, dealer) => mockKeys.deal(group, dealer, random))
  const partOf = (dealer: number): Uint8Array =>
    encodeDkgMessage({ kind: 'Part', generation: 0, bytes: mockKeys.encodePart(parts[dealer] ?? noPart) })
  const noPart = { dealer: 0, commitment: [], rows: [] }

  function ackOf(dealer: number, from: number): Uint8Array {
    const us = secretIds[from]
    const row = us && mockKeys.readRow(parts[dealer] ?? noPart, group, from, us)
    if (row === undefined) throw new Error('no row')
    return encodeDkgMessage({ kind: 'Ack', generation: 0, bytes: encodeAck(mockKeys.acknowledge(row, group, random)) })
  }

  function begun(): { take: (from: number | PublicId, message: Uint8Array) => boolean } {
    const generations = new DkgRuns(mockKeys, undefined)
    generations.start(participants, false)
    const idOf = (from: number | PublicId): PublicId =>
      typeof from === 'number' ? (participants[from] ?? mockIdentity.publicId('nobody')) : from
    return { take: (from, message) => generations.take(message, idOf(from)) !== undefined }
  }

  test('make a key as soon as more than t parts have more than 2t acks each', () => {
    const { take } = begun()
    expect([take(0, partOf(0)), take(1, partOf(1)), take(2, partOf(2))]).toEqual([false, false, false])
    expect([0, 1, 2, 3].map((from) => take(from, ackOf(0, from)))).toEqual([false, false, false, false])
    expect([0, 1].map((from) => take(from, ackOf(1, from)))).toEqual([false, false])
    expect([0, 1].map((from) => take(from, ackOf(2, from)))).toEqual([false, false])
    expect(take(3, ackOf(1, 3))).toBe(true)
    expect(take(3, ackOf(2, 3))).toBe(false)
  })

  test.each<[string, (take: ReturnType<typeof begun>['take']) => void]>([
    ['an ack twice', (take) => take(0, ackOf(1, 0))],
    ['an ack of a part that nobody has dealt', (take) => take(2, ackOf(3, 2))],
    ['an ack by a stranger', (take) => take(mockIdentity.publicId('Mallory'), ackOf(1, 2))],
    [
      'a second part by a dealer',
      (take) =>
        take(
          1,
          encodeDkgMessage({
            kind: 'Part',
            generation: 0,
            bytes: mockKeys.encodePart(mockKeys.deal(group, 1, random)),
          }),
        ),
    ],
    ["another dealer's part", (take) => take(2, partOf(1))],
    [
      'garbage for a part',
      (take) => take(2, encodeDkgMessage({ kind: 'Part', generation: 0, bytes: new Uint8Array(9) })),
    ],
    [
      'garbage for an ack',
      (take) => take(2, encodeDkgMessage({ kind: 'Ack', generation: 0, bytes: new Uint8Array(9) })),
    ],
    [
      'an ack in another key generation',
      (take) => take(2, encodeDkgMessage({ kind: 'Ack', generation: 1, bytes: new Uint8Array(9) })),
    ],
  ])('count for nothing: %s', (_, disturb) => {
    const { take } = begun()
    for (const dealer of [0, 1]) take(dealer, partOf(dealer))
    for (const from of [0, 1, 3]) take(from, ackOf(0, from))
    for (const from of [0, 1]) take(from, ackOf(1, from))
    disturb(take)
    disturb(take)
    expect(take(2, ackOf(1, 2))).toBe(true)
  })
})
