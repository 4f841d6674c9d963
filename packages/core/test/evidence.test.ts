// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import { describe, expect, test } from 'vitest'
import { chargeOf, charges } from '../src/base/malice-kinds.ts'
import type { MaliceKind } from '../src/base/malice-kinds.ts'
import { Reader, Writer } from '../src/base/encoding.ts'
import { limits } from '../src/base/limits.ts'
import type { SecretId } from '../src/crypto/identity.ts'
import { Evidence } from '../src/evidence.ts'
import { Event } from '../src/wire/event.ts'
import type { Cause } from '../src/wire/event.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { encodeGrounds } from '../src/wire/malice.ts'
import type { Malice } from '../src/wire/malice.ts'
import { accusationOf, encodeObservation, genesis, opaque, unprovable } from '../src/wire/observation.ts'
import type { Accusation, Observation } from '../src/wire/observation.ts'
import { Network, chooser, codeOf, thrownBy } from './support/network.ts'
import { initialEvent, voteEvent } from './support/vote-event.ts'

const names = ['Alice', 'Bob', 'Carol', 'Dave']
const ids = names.map((name) => mockIdentity.publicId(name))
const [aliceId, bobId] = ids as [(typeof ids)[0], (typeof ids)[0]]
const dave = mockIdentity.secretId('Dave')
const format = { codec: stringCodec, identities: mockIdentity }

const create = (cause: Cause<string>): Event<string> => Event.create(dave, cause, stringCodec)
const initial = initialEvent(dave)
const founding = voteEvent(dave, initial, genesis(ids))
const vote = voteEvent(dave, founding, opaque('x'))
const ask = (selfParent: Event<string>, recipient = aliceId): Event<string> =>
  create({ kind: 'Requesting', selfParent: selfParent.hash, recipient })

/** What Dave sends to Alice and to Bob. */
const malices: [MaliceKind, Event<string>[], Event<string>[]][] = [
  ['Fork', [initial, founding, vote, ask(vote)], [initial, founding, ask(founding, bobId)]],
  [
    'DuplicateVote',
    [initial, founding, vote, voteEvent(dave, vote, opaque('x')), ask(voteEvent(dave, vote, opaque('x')))],
    [],
  ],
  ['MissingGenesis', [initial, ask(initial)], []],
  [
    'UnexpectedGenesis',
    [initial, founding, vote, voteEvent(dave, vote, genesis(ids)), ask(voteEvent(dave, vote, genesis(ids)))],
    [],
  ],
  [
    'OtherParentBySameCreator',
    [initial, founding, create({ kind: 'Request', selfParent: founding.hash, otherParent: initial.hash })],
    [initial, founding, ask(founding, bobId)],
  ],
]

/** Three correct peers who have removed Dave, and the accusation that they decided first. */
function removed(
  toAlice: Event<string>[],
  toBob: Event<string>[],
): [Network, Observation<string> & { kind: 'Accusation' }] {
  const network = new Network(names)
  network.crash('Dave')
  codeOf(() => network.peer('Alice').handleMessage(dave.publicId, new Message('request', toAlice)))
  if (toBob.length > 0) network.peer('Bob').handleMessage(dave.publicId, new Message('request', toBob))
  const isAccused = (name: string): boolean =>
    network.blocksOf(name).some(({ observation }) => observation.kind === 'Accusation')
  network.run(chooser(1), () => ['Alice', 'Bob', 'Carol'].every(isAccused))
  expect(network.agrees).toBe(true)
  for (const { observation } of network.blocksOf('Carol'))
    if (observation.kind === 'Accusation') return [network, observation]
  throw new Error('no accusation')
}

describe.each(malices)('%s: the block', (kind, toAlice, toBob) => {
  const [network, accusation] = removed(toAlice, toBob)
  const evidence = network.peer('Carol').evidence(accusation)

  test('says who was removed and for what, and is signed by a supermajority', () => {
    expect(accusation).toEqual({ kind: 'Accusation', offender: dave.publicId, charge: chargeOf(kind) })
    expect(evidence?.grounds.kind).toBe(kind)
    const block = network.blocksOf('Carol').find(({ observation }) => observation === accusation)
    block?.verify(ids, { codec: stringCodec })
    expect(block?.proofs.length).toBe(3)
  })

  test('comes with evidence that anybody can verify who knows the founding members', () => {
    if (evidence === undefined) throw new Error('no evidence')
    const options = { ...format, founders: ids }
    const bytes = evidence.toBytes(format)
    const read = Evidence.decode(bytes, options)
    read.verify(options)
    expect(read.accusation).toEqual(accusation)
    expect(read.grounds).toEqual(evidence.grounds)
    expect(codeOf(() => Evidence.decode(bytes.subarray(0, -1), options))).toBe('MalformedEncoding')
    const twice = new Evidence(accusation, evidence.grounds, [
      ...evidence.events.slice(0, 1),
      ...evidence.events,
    ]).toBytes(format)
    expect(codeOf(() => Evidence.decode(twice, options))).toBe('MalformedEncoding')
  })

  test('is not proven by a part of the events, nor is another one by them; repeated events do no harm', () => {
    if (evidence === undefined) throw new Error('no evidence')
    const { events, grounds } = evidence
    const verify = (some: readonly Event<string>[], said: Accusation = accusation): unknown =>
      codeOf(() => {
        new Evidence(said, grounds, some).verify({ ...format, founders: ids })
      })
    expect(verify([...events, ...events])).toBeUndefined()
    expect(verify(events.filter(({ creator }) => creator !== dave.publicId && creator.name !== 'Dave'))).toBeDefined()
    expect(verify([])).toBe('InvalidEvidence')
    expect(verify(events, { ...accusation, offender: bobId })).toBe('InvalidEvidence')
    const other = charges.find((charge) => charge !== accusation.charge) ?? accusation.charge
    expect(verify(events, { ...accusation, charge: other })).toBe('InvalidEvidence')
  })
})

test('what is unprovable has no evidence', () => {
  const network = new Network(names)
  expect(network.peer('Alice').evidence(unprovable(bobId, 'spam'))).toBeUndefined()
})

describe('bytes that claim to be evidence', () => {
  const mallory = mockIdentity.secretId('Mallory')
  const grounds: Malice = { kind: 'Fork', selfParentHash: initial.hash }
  const claim = accusationOf(bobId, grounds)

  /** How many payloads were decoded before it ended, and how it ended. */
  function cost(bytes: Uint8Array): [code: string | undefined, payloads: number] {
    let payloads = 0
    const codec = {
      ...stringCodec,
      decode(payload: Uint8Array) {
        payloads++
        return stringCodec.decode(payload)
      },
    }
    const code = codeOf(() => Evidence.decode(bytes, { ...format, codec, founders: ids }))
    return [code, payloads]
  }

  /** So many votes in a row. */
  function line(us: SecretId, count: number): Event<string>[] {
    const events = [initialEvent(us)]
    for (let i = 0; i < count; i++) events.push(voteEvent(us, events.at(-1) ?? initial, opaque(String(i))))
    return events
  }

  test('cost no more than what comes before the first event that is none of the network', () => {
    const foreign = line(mallory, 300)
    expect(cost(new Evidence(claim, grounds, foreign).toBytes(format))).toEqual(['UnknownCreator', 0])
    const orphans = line(dave, 300).slice(2)
    expect(cost(new Evidence(claim, grounds, orphans).toBytes(format))).toEqual(['UnknownParent', 1])
    const forged = [
      initial,
      founding,
      ...line(dave, 1)
        .slice(1)
        .map((event) => withoutSignature(event)),
      ...foreign,
    ]
    expect(cost(new Evidence(claim, grounds, forged).toBytes(format))).toEqual(['SignatureFailure', 1])
  })

  test('are read up to a size', () => {
    const tooLarge = new Uint8Array(limits.evidenceBytes + 1)
    expect(thrownBy(() => Evidence.decode(tooLarge, { ...format, founders: ids })).detail).toMatchObject({
      code: 'LimitExceeded',
      what: 'evidence bytes',
    })
    const head = new Writer().fixed(encodeObservation<string>(claim, stringCodec)).fixed(encodeGrounds(grounds))
    const many = head.length(limits.evidenceEvents + 1)
    expect(thrownBy(() => Evidence.decode(many.finish(), { ...format, founders: ids })).detail).toMatchObject({
      code: 'LimitExceeded',
      what: 'evidence events',
    })
  })
})

/** The same event with a signature that is none. */
function withoutSignature(event: Event<string>): Event<string> {
  const bytes = event.bytes.slice()
  bytes.fill(0, -mockIdentity.signatureLength)
  return Event.decode(new Reader(bytes), format)
}
