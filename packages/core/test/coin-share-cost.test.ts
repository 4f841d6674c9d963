// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import { Event } from '../src/wire/event.ts'
import type { Cause } from '../src/wire/event.ts'
import { Message } from '../src/wire/message.ts'
import { coinMessage } from '../src/wire/coin-shares.ts'
import type { CoinShare } from '../src/wire/coin-shares.ts'
import { stringCodec } from '../src/wire/format.ts'
import { opaque } from '../src/wire/observation.ts'
import type { Accusation } from '../src/wire/observation.ts'
import { coinDomain } from '../src/election/threshold-coin.ts'
import type { ParsecOptions } from '../src/parsec.ts'
import { CountingKeys } from './support/counting-keys.ts'
import { KeyNetwork, founders, ids } from './support/key-network.ts'
import { chooser } from './support/network.ts'
import { signedAccusation } from './support/vote-event.ts'

const seven = [...founders, 'Eve', 'Fred', 'Grace']
const wrongShare = new Uint8Array(4).fill(7)

function networkWith(keys: CountingKeys, names: readonly string[]): KeyNetwork {
  class CountedNetwork extends KeyNetwork {
    override get options(): ParsecOptions<string> {
      return { ...super.options, keys: keys.scheme }
    }
  }
  return new CountedNetwork(names)
}

type Detail =
  Cause<string> extends infer C ? (C extends { selfParent: Uint8Array } ? Omit<C, 'selfParent'> : never) : never

/** A peer that goes on by hand after all that it has made so far. */
class Hand {
  readonly #network: KeyNetwork
  readonly #name: string
  readonly #events: Event<string>[]

  constructor(network: KeyNetwork, name: string) {
    this.#network = network
    this.#name = name
    const other = [...network.peers.keys()].find((one) => one !== name) ?? ''
    this.#events = [...network.peer(name).createGossip(network.id(other)).events]
    network.crash(name)
  }

  append(detail: Detail): Event<string> {
    const selfParent = this.#events.at(-1)?.hash ?? new Uint8Array()
    const event = Event.create(this.#network.secretId(this.#name), { ...detail, selfParent }, stringCodec)
    this.#events.push(event)
    return event
  }

  shares(election: number, shares: readonly CoinShare[]): Event<string> {
    return this.append({ kind: 'CoinShares', coins: { election, attempt: 1, shares } })
  }

  accuse(offender: string, eventHash: Uint8Array, place: number): Event<string> {
    const malice = { kind: 'WrongCoinShare', eventHash, place } as const
    const vote = signedAccusation(this.#network.secretId(this.#name), this.#network.id(offender), malice)
    return this.append({ kind: 'Observation', vote })
  }

  /** Asks a peer, which so gets everything. */
  ask(name: string): void {
    this.append({ kind: 'Requesting', recipient: this.#network.id(name) })
    const message = new Message('request', this.#events).toBytes()
    this.#network.peer(name).handleMessage(this.#network.id(this.#name), message)
  }
}

interface Scene {
  readonly keys: CountingKeys
  readonly network: KeyNetwork
  /** The election under way. */
  readonly election: number
  readonly dave: Hand
  /** Dave's right shares of that many rounds for each subject, or of an earlier election. */
  readonly sharesOf: (rounds: number, election?: number) => CoinShare[]
}

/** A network that has a key and has decided something with it; Dave goes on by hand, and nothing was counted yet. */
function scene(names: readonly string[] = founders): Scene {
  const keys = new CountingKeys()
  const network = networkWith(keys, names)
  const hasKey = (): boolean => [...network.peers.values()].every((peer) => peer.inspect().coinThreshold !== undefined)
  network.run(chooser(1), hasKey, 20_000)
  network.voteFor(opaque('on'))
  network.run(chooser(2), () => network.allHave('OpaquePayload(on)'), 20_000)
  network.run(chooser(3), () => new Set([...network.peers.values()].map((peer) => peer.inspect().election)).size === 1)
  const dave = new Hand(network, 'Dave')
  const { election } = network.peer('Alice').inspect()
  keys.checks = 0
  const subjects = [...names.keys()]
  const secret = keys.secrets.get(names.indexOf('Dave'))
  if (secret === undefined) throw new Error('Dave has no share')
  const sharesOf = (rounds: number, of = election): CoinShare[] =>
    Array.from({ length: rounds }, (_, i) => i + 1).flatMap((round) =>
      subjects.map((subject) => {
        return { subject, round, share: secret.sign(coinMessage(of, 1, subject, round), coinDomain) }
      }),
    )
  return { keys, network, election, dave, sharesOf }
}

function accusationsIn(network: KeyNetwork, name: string): Accusation[] {
  return network.blocksOf(name).flatMap(({ observation }) => (observation.kind === 'Accusation' ? [observation] : []))
}

/** Gossips until all have removed somebody; returns what for. */
function eviction(network: KeyNetwork): Accusation | undefined {
  const names = [...network.peers.keys()]
  network.run(chooser(4), () => names.every((name) => accusationsIn(network, name).length > 0), 20_000)
  expect(network.agrees).toBe(true)
  return accusationsIn(network, 'Alice')[0]
}

describe('shares of coins cost nothing', () => {
  test('when they come again and again; their author is removed', () => {
    const { keys, network, election, dave, sharesOf } = scene()
    const shares = sharesOf(8)
    const [, second] = Array.from({ length: 10 }, () => {
      const event = dave.shares(election, shares)
      dave.append({ kind: 'Requesting', recipient: network.id('Alice') })
      return event
    })
    dave.ask('Alice')
    expect(keys.checks).toBe(0)
    const accusation = eviction(network)
    expect(accusation).toMatchObject({ offender: { name: 'Dave' }, charge: 'InvalidCoinShare' })
    const evidence = accusation && network.peer('Bob').evidence(accusation)
    expect(evidence?.grounds).toHaveProperty('eventHash', second?.hash)
    evidence?.verify({ ...network.options, founders: ids(founders) })
  })

  test('when they are of an election that is over', () => {
    const { keys, network, election, dave, sharesOf } = scene()
    dave.shares(election - 1, sharesOf(8, election - 1))
    dave.ask('Alice')
    expect(keys.checks).toBe(0)
    expect(network.peer('Alice').inspect().election).toBe(election)
  })

  test('when they are wrong, and no election needs them', () => {
    const { keys, election, dave, sharesOf } = scene()
    const wrong = sharesOf(8).map((share) => ({ ...share, share: wrongShare }))
    dave.shares(election, wrong)
    dave.ask('Alice')
    expect(keys.checks).toBe(0)
  })

  test('when they are of coins that do not exist; their author is removed', () => {
    const { keys, network, election, dave } = scene()
    dave.shares(election, [{ subject: 4, round: 1, share: wrongShare }])
    dave.ask('Alice')
    expect(eviction(network)).toMatchObject({ offender: { name: 'Dave' }, charge: 'InvalidCoinShare' })
    expect(keys.checks).toBe(0)
  })
})

describe('an accusation of a share', () => {
  test('that is wrong: each peer checks it, accuses it, and its author is removed; third parties can see why', () => {
    const { keys, network, election, dave, sharesOf } = scene(seven)
    const shares = sharesOf(4).map((share, i) => (i >= 20 ? { ...share, share: wrongShare } : share))
    const wrong = dave.shares(election, shares)
    dave.ask('Alice')
    expect(keys.checks).toBe(0)
    const carol = new Hand(network, 'Carol')
    carol.append({ kind: 'Conclusion', otherParent: wrong.hash })
    carol.accuse('Dave', wrong.hash, 20)
    carol.ask('Alice')
    expect(keys.checks).toBe(1)
    const accusation = eviction(network)
    expect(accusation).toMatchObject({ offender: { name: 'Dave' }, charge: 'WrongCoinShare' })
    expect(keys.checks).toBe(network.peers.size)
    const evidence = accusation && network.peer('Bob').evidence(accusation)
    expect(evidence?.accusation).toEqual(accusation)
    expect(evidence?.grounds).toEqual({ kind: 'WrongCoinShare', eventHash: wrong.hash, place: 20 })
    evidence?.verify({ ...network.options, founders: ids(seven) })
    const others = accusationsIn(network, 'Alice').filter(({ offender }) => offender.name !== 'Dave')
    expect(others).toEqual([])
  })

  test('that is right: however many there are, each peer checks one, and the accuser is removed', () => {
    const { keys, network, election, dave, sharesOf } = scene(seven)
    const shares = dave.shares(election, sharesOf(4))
    dave.ask('Alice')
    const carol = new Hand(network, 'Carol')
    carol.append({ kind: 'Conclusion', otherParent: shares.hash })
    for (let place = 0; place < 28; place++) {
      carol.accuse('Dave', shares.hash, place)
      if (place % 3 === 0) carol.append({ kind: 'Requesting', recipient: network.id('Bob') })
    }
    carol.ask('Alice')
    expect(keys.checks).toBe(1)
    expect(eviction(network)).toMatchObject({ offender: { name: 'Carol' }, charge: 'InvalidAccusation' })
    expect(keys.checks).toBeLessThanOrEqual(network.peers.size)
  })
})
