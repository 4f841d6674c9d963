// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Proposal } from '../src/wire/observation.ts'
import { stringCodec } from '../src/wire/format.ts'
import type { PublicId } from '../src/base/public-id.ts'
import { describe, expect, test } from 'vitest'
import { ed25519Identity } from '../src/crypto/identities/ed25519.ts'
import { limits } from '../src/base/limits.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { add, genesis, observationText, opaque, remove, startDkg } from '../src/wire/observation.ts'
import { Parsec } from '../src/parsec.ts'
import type { DecisionView } from '../src/consensus/views.ts'
import { Network, chooser, pick, seedOf, thrownBy } from './support/network.ts'
import { initialEvent } from './support/vote-event.ts'

const id = (name: string): PublicId => mockIdentity.publicId(name)
const founders = ['Alice', 'Bob', 'Carol', 'Dave']
const options = { codec: stringCodec, identities: mockIdentity, coin: 'predictable' } as const

describe('making a peer', () => {
  const secretId = mockIdentity.secretId('Alice')

  test.each([
    ['fromGenesis without us', () => Parsec.fromGenesis(secretId, { ...options, founders: [id('Bob')] })],
    ['fromGenesis with nobody', () => Parsec.fromGenesis(secretId, { ...options, founders: [] })],
    [
      'fromExisting with us as founder',
      () => Parsec.fromExisting(secretId, { ...options, founders: [id('Alice')], present: [id('Bob')] }),
    ],
    [
      'fromExisting with us present',
      () => Parsec.fromExisting(secretId, { ...options, founders: [id('Bob')], present: [id('Alice')] }),
    ],
    [
      'fromExisting without founders',
      () => Parsec.fromExisting(secretId, { ...options, founders: [], present: [id('Bob')] }),
    ],
    [
      'fromExisting with nobody present',
      () => Parsec.fromExisting(secretId, { ...options, founders: [id('Bob')], present: [] }),
    ],
  ])('%s is refused', (_, make) => {
    expect(thrownBy(make).detail.code).toBe('InvalidGroup')
  })

  test('more founders than the limit are refused', () => {
    const group = Array.from({ length: limits.groupSize }, (_, i) => id(String(i)))
    expect(thrownBy(() => Parsec.fromGenesis(secretId, { ...options, founders: [...group, id('Alice')] })).code).toBe(
      'InvalidGroup',
    )
    expect(
      thrownBy(() => Parsec.fromExisting(secretId, { ...options, founders: [...group, id('Bob')], present: group }))
        .code,
    ).toBe('InvalidGroup')
  })

  test('a founder begins with its Initial event and its vote for Genesis, and is active like all the others', () => {
    const parsec = Parsec.fromGenesis(secretId, { ...options, founders: [...founders, 'Bob'].reverse().map(id) })
    const inspection = parsec.inspect()
    expect([0, 1].map((x) => inspection.event(x).cause)).toEqual(['Initial', 'Observation'])
    expect(inspection.eventCount).toBe(2)
    expect(inspection.payload(0).text).toBe('Genesis({Alice, Bob, Carol, Dave})')
    expect(inspection.peers().map(({ state }) => state.toString())).toEqual(
      founders.map(() => 'PeerState(VOTE|SEND|RECV)'),
    )
    expect(parsec.canVote()).toBe(true)
    expect(parsec.mode).toBe('supermajority')
    expect(parsec.ourPublicId.name).toBe('Alice')
    expect(parsec.gossipRecipients().map(({ name }) => name)).toEqual(['Bob', 'Carol', 'Dave'])
  })

  test('a joiner has no events, may receive only, and founders vote for it to come', () => {
    const parsec = Parsec.fromExisting(secretId, {
      ...options,
      founders: ['Bob', 'Carol'].map(id),
      present: ['Carol', 'Dave'].map(id),
    })
    expect(parsec.inspect().eventCount).toBe(0)
    const states = parsec
      .inspect()
      .peers()
      .map(({ name, state }) => `${name} ${state.toString()}`)
    expect(states).toEqual([
      'Alice PeerState(RECV)',
      'Bob PeerState(VOTE|SEND)',
      'Carol PeerState(VOTE|SEND)',
      'Dave PeerState(SEND)',
    ])
    expect(parsec.canVote()).toBe(false)
    expect(parsec.gossipRecipients()).toEqual([])
    expect(parsec.hasUnpolledObservations()).toBe(false)
  })
})

describe('a wrong call', () => {
  const big = 'x'.repeat(limits.payloadBytes + 1)
  const calls: [string, (parsec: Parsec<string>) => unknown, object][] = [
    [
      'a second vote',
      (p) => {
        p.voteFor(opaque('voted'))
      },
      { code: 'DuplicateVote', observation: 'OpaquePayload(voted)' },
    ],
    [
      'a vote for Genesis',
      (p) => {
        p.voteFor(genesis([id('Alice')]) as unknown as Proposal<string>)
      },
      { code: 'InvalidObservation', kind: 'Genesis' },
    ],
    [
      'a vote for what is internal',
      (p) => {
        p.voteFor({ kind: 'DkgMessage', text: '', message: new Uint8Array() } as unknown as Proposal<string>)
      },
      { code: 'InvalidObservation', kind: 'DkgMessage' },
    ],
    [
      'a vote for a key that nobody has',
      (p) => {
        p.voteFor(startDkg([]))
      },
      { code: 'MalformedEncoding', expected: 'a participant' },
    ],
    [
      'a vote that is too large',
      (p) => {
        p.voteFor(opaque(big))
      },
      { code: 'LimitExceeded', what: 'payload' },
    ],
    ['gossip to a stranger', (p) => p.createGossip(id('Eve')), { code: 'UnknownPeer', peer: id('Eve') }],
    [
      'gossip to ourselves',
      (p) => p.createGossip(id('Alice')),
      { code: 'InvalidPeerState', peer: id('Alice'), required: 'DKG|RECV', actual: 'PeerState(VOTE|SEND|RECV)' },
    ],
    [
      'a request from a stranger',
      (p) => p.handleMessage(id('Eve'), new Message('request', [initialEvent(mockIdentity.secretId('Eve'))])),
      { code: 'UnknownCreator', creator: id('Eve') },
    ],
    [
      'a response from a stranger',
      (p) => {
        p.handleMessage(id('Eve'), new Message('response', []).toBytes())
      },
      { code: 'UnknownPeer' },
    ],
  ]

  test.each(calls)('%s is refused, and the network goes on', (_, call, expected) => {
    const network = new Network(founders)
    const alice = network.peer('Alice')
    alice.voteFor(opaque('voted'))
    const before = alice.inspect().eventCount
    expect(thrownBy(() => call(alice)).detail).toMatchObject(expected)
    expect(alice.inspect().eventCount).toBe(before)
    network.decide(opaque('afterwards'), chooser(1))
    expect(network.agrees).toBe(true)
  })

  test('a vote that nobody could read is refused: an id of another kind, a payload that decodes to another', () => {
    const network = new Network(founders)
    const alice = network.peer('Alice')
    const stranger = ed25519Identity.secretIdFromSeed(seedOf('Eve')).publicId
    expect(
      thrownBy(() => {
        alice.voteFor(add(stranger))
      }).code,
    ).toMatch(/^(MalformedEncoding|LimitExceeded)$/)
    expect(alice.haveVotedFor(add(stranger))).toBe(false)
    network.decide(opaque('afterwards'), chooser(1))

    const trimming = { ...stringCodec, decode: (bytes: Uint8Array) => stringCodec.decode(bytes).trim() }
    const alone = Parsec.fromGenesis(mockIdentity.secretId('Alice'), {
      founders: [id('Alice')],
      ...options,
      codec: trimming,
    })
    expect(
      thrownBy(() => {
        alone.voteFor(opaque(' x'))
      }).code,
    ).toBe('MalformedPayload')
    expect(alone.inspect().history()).toHaveLength(1)
    alone.voteFor(opaque('x'))
    expect(alone.inspect().history()).toHaveLength(2)
  })

  test('a joiner may neither vote nor gossip yet', () => {
    const joiner = Parsec.fromExisting(mockIdentity.secretId('Eve'), {
      ...options,
      founders: [id('Alice')],
      present: [id('Alice')],
    })
    const actual = 'PeerState(RECV)'
    expect(
      thrownBy(() => {
        joiner.voteFor(opaque('x'))
      }).detail,
    ).toEqual({ code: 'InvalidSelfState', required: 'VOTE', actual })
    expect(thrownBy(() => joiner.createGossip(id('Alice'))).detail).toEqual({
      code: 'InvalidSelfState',
      required: 'SEND',
      actual,
    })
    expect(joiner.haveVotedFor(opaque('x'))).toBe(false)
  })
})

describe('votes', () => {
  test('are remembered before, at and after the decision', () => {
    const network = new Network(['Alice', 'Bob'])
    const alice = network.peer('Alice')
    expect(alice.haveVotedFor(opaque('x'))).toBe(false)
    expect(alice.haveVotedFor(genesis([id('Alice'), id('Bob')]))).toBe(true)
    network.decide(opaque('x'), chooser(1))
    expect(alice.haveVotedFor(opaque('x'))).toBe(true)
    expect(alice.haveVotedFor(opaque('y'))).toBe(false)
    expect(alice.haveVotedFor(add(id('Eve')))).toBe(false)
    alice.voteFor(add(id('Eve'), Uint8Array.of(1)))
    expect(alice.haveVotedFor(add(id('Eve')))).toBe(false)
    expect(alice.haveVotedFor(remove(id('Eve'), Uint8Array.of(1)))).toBe(false)
    expect(
      thrownBy(() => {
        alice.voteFor(opaque('x'))
      }).code,
    ).toBe('DuplicateVote')
  })

  test('of ours that are not polled: first what is decided, in order, then the rest in the order of our votes', () => {
    const network = new Network(founders)
    network.unpolled.add('Alice')
    const alice = network.peer('Alice')
    const ours = (): string[] => alice.ourUnpolledObservations().map((observation) => observationText(observation))
    const genesisText = 'Genesis({Alice, Bob, Carol, Dave})'
    for (const payload of ['3', '1', '2', '4']) alice.voteFor(opaque(payload))
    const inVoteOrder = ['3', '1', '2', '4'].map((payload) => `OpaquePayload(${payload})`)
    expect(ours()).toEqual([genesisText, ...inVoteOrder])
    for (const name of ['Bob', 'Carol', 'Dave']) for (const p of ['4', '2']) network.peer(name).voteFor(opaque(p))

    const others = ['Bob', 'Carol', 'Dave']
    const isDecided = (): boolean => alice.inspect().history().length === 3
    network.run(
      chooser(3),
      () => isDecided() && ['2', '4'].every((p) => network.allHave(`OpaquePayload(${p})`, others)),
    )
    const decided = network.outputs().Bob ?? []
    expect(ours()).toEqual([...decided, 'OpaquePayload(3)', 'OpaquePayload(1)'])
    expect(alice.hasUnpolledObservations()).toBe(true)

    const polled = [alice.poll(), alice.poll()].map((block) => block && observationText(block.observation))
    expect(polled).toEqual(decided.slice(0, 2))
    expect(ours()).toEqual([...decided.slice(2), 'OpaquePayload(3)', 'OpaquePayload(1)'])
    alice.poll()
    expect(alice.poll()).toBeUndefined()
    expect(alice.hasUnpolledObservations()).toBe(true)
    expect(ours()).toEqual(['OpaquePayload(3)', 'OpaquePayload(1)'])
  })

  test('of others count as unpolled too', () => {
    const network = new Network(founders)
    network.decide(opaque('first'), chooser(1))
    const carol = network.peer('Carol')
    network.run(chooser(2), () => !carol.hasUnpolledObservations())
    network.peer('Bob').voteFor(opaque('by Bob'))
    network.gossip('Bob', 'Carol')
    expect(carol.hasUnpolledObservations()).toBe(true)
    expect(carol.ourUnpolledObservations()).toEqual([])
  })
})

describe('messages', () => {
  test('as values and as bytes give the same events, responses and blocks', () => {
    const [values, bytes] = [new Network(founders), new Network(founders)]
    const choose = chooser(11)
    for (const network of [values, bytes]) for (const peer of network.peers.values()) peer.voteFor(opaque('x'))
    for (let i = 0; i < 120; i++) {
      const from = pick(founders, choose)
      const to = pick(
        founders.filter((name) => name !== from),
        choose,
      )
      const request = values.peer(from).createGossip(id(to))
      const sent = bytes.peer(from).createGossip(id(to)).toBytes()
      expect(request.toBytes()).toEqual(sent)
      const response = values.peer(to).handleMessage(id(from), request)
      const answer = bytes.peer(to).handleMessage(id(from), sent)?.toBytes()
      expect(response?.toBytes()).toEqual(answer)
      if (response === undefined || answer === undefined) throw new Error('a response')
      values.peer(from).handleMessage(id(to), response)
      bytes.peer(from).handleMessage(id(to), answer)
    }
    values.poll()
    bytes.poll()
    expect(values.outputs()).toEqual(bytes.outputs())
    expect(values.allHave('OpaquePayload(x)')).toBe(true)
  })

  test('that arrive twice change nothing: a request is answered again, while its answer may be lost', () => {
    const network = new Network(founders)
    const choose = chooser(4)
    for (const peer of network.peers.values()) peer.voteFor(opaque('x'))
    for (let i = 0; i < 200 && !network.allHave('OpaquePayload(x)'); i++) {
      const from = pick(founders, choose)
      const to = pick(
        founders.filter((name) => name !== from),
        choose,
      )
      const request = network.peer(from).createGossip(id(to)).toBytes()
      const response = network.peer(to).handleMessage(id(from), request)?.toBytes() ?? new Uint8Array()
      network.peer(from).handleMessage(id(to), response)
      const counts = [from, to].map((name) => network.peer(name).inspect().eventCount)
      const again = network.peer(to).handleMessage(id(from), request)?.events.at(-1)
      if (again !== undefined)
        expect(again.bytes).toEqual(Message.decode(response, network.options).events.at(-1)?.bytes)
      expect(network.peer(from).handleMessage(id(to), response)).toBeUndefined()
      expect([from, to].map((name) => network.peer(name).inspect().eventCount)).toEqual(counts)
      network.poll()
    }
    expect(network.allHave('OpaquePayload(x)')).toBe(true)
    expect(network.agrees).toBe(true)
  })

  test('carry what the other lacks and end with the event that asks or answers', () => {
    const network = new Network(['Alice', 'Bob'])
    const request = network.peer('Alice').createGossip(id('Bob'))
    expect(request.events.map(({ cause }) => cause.kind)).toEqual(['Initial', 'Observation', 'Requesting'])
    const response = network.peer('Bob').handleMessage(id('Alice'), request)
    expect(response?.kind).toBe('response')
    expect(response?.events.map(({ cause }) => cause.kind)).toEqual(['Initial', 'Observation', 'Request'])
    network.peer('Alice').handleMessage(id('Bob'), response ?? new Message('response', []))
    const next = network.peer('Alice').createGossip(id('Bob'))
    expect(next.events.map(({ cause }) => cause.kind)).toEqual(['Response', 'Requesting'])
  })
})

test('a decision is shown with the election that it ends', () => {
  const decisions: { decision: DecisionView; texts: string[]; history: number; metaEvents: number }[] = []
  const alice = Parsec.fromGenesis(mockIdentity.secretId('Alice'), {
    founders: [id('Alice')],
    ...options,
    onDecision: (decision, inspection) => {
      decisions.push({
        decision,
        texts: decision.payloads.map((payload) => inspection.payload(payload).text),
        history: inspection.history().length,
        metaEvents: inspection.metaEvents().length,
      })
    },
  })
  alice.voteFor(opaque('x'))
  expect(decisions.map(({ texts }) => texts)).toEqual([['Genesis({Alice})'], ['OpaquePayload(x)']])
  expect(decisions.map(({ history }) => history)).toEqual([0, 1])
  expect(decisions.map(({ decision }) => decision.election)).toEqual([0, 1])
  for (const { decision, metaEvents } of decisions) {
    expect([...decision.subjects]).toEqual([[0, true]])
    expect(metaEvents).toBeGreaterThan(0)
  }
  expect(alice.inspect().history()).toHaveLength(2)
})
