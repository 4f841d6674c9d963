// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { causes } from '../src/wire/cause.ts'
import type { PublicId } from '../src/base/public-id.ts'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { coinMessage } from '../src/wire/coin-shares.ts'
import { GossipGraph, none } from '../src/graph/graph.ts'
import { mockKeys } from '../src/crypto/shared-key/keys.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { ThresholdCoin, coinDomain, fallbackCoin } from '../src/election/threshold-coin.ts'
import { seededRandom } from './support/keys.ts'

const names = ['Alice', 'Bob', 'Carol', 'Dave', 'Eve', 'Frank', 'Grace']
const ids = names.map((name) => mockIdentity.publicId(name))
const { publicKeySet, shares } = mockKeys.dealKeys(names.length, seededRandom('coin'))
const keys = { participants: ids, publicKeySet }
const election = 5

/** A graph in which every peer has an Initial event, and may then publish and record shares. */
class CoinGraph {
  readonly graph = new GossipGraph()
  readonly coin = new ThresholdCoin(this.graph)
  readonly #last: number[] = []

  constructor(voters: readonly PublicId[] = ids) {
    this.coin.startElection(0, voters, undefined)
    this.coin.startElection(election, voters, keys)
    for (const peer of names.keys()) this.#last[peer] = this.graph.insert(peer, causes.Initial, none, none, none, none)
  }

  /** An event of the peer that brings its share, or another one. */
  publish(
    peer: number,
    subject: number,
    round: number,
    of = election,
    share = this.share(peer, subject, round, of),
  ): number {
    const x = this.#append(peer, causes.CoinShares, none)
    const creator = ids[peer]
    if (creator !== undefined) this.coin.added(x, creator, { election: of, shares: [{ subject, round, share }] })
    return x
  }

  share(peer: number, subject: number, round: number, of = election): Uint8Array {
    return shares[peer]?.sign(coinMessage(of, subject, round), coinDomain) ?? new Uint8Array()
  }

  /** An event of the peer that records another's latest one. */
  record(peer: number, from: number): number {
    return this.#append(peer, causes.Request, this.#last[from] ?? none)
  }

  last(peer: number): number {
    return this.#last[peer] ?? none
  }

  /** What the event knows of the coin of one slot. */
  tossAt(x: number, slot: number, round: number): boolean | undefined {
    const wanted = 1 << slot
    if (this.coin.known(x, round, 0, wanted) === 0) return undefined
    return this.coin.values(round, 0, wanted) !== 0
  }

  #append(peer: number, cause: number, otherParent: number): number {
    return (this.#last[peer] = this.graph.insert(peer, cause, this.last(peer), otherParent, none, none))
  }
}

function parity(bytes: Uint8Array): boolean {
  const ones = Array.from(bytes, (byte) => byte.toString(2).replaceAll('0', '').length)
  return ones.reduce((a, b) => a + b, 0) % 2 === 1
}

describe('the coin of an election with a key', () => {
  test('is known once shares of more than t voters are among the ancestors: the parity of the hashed signature', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...names.keys()], { minLength: 4, maxLength: 6 }),
        fc.nat(6),
        fc.integer({ min: 1, max: 30 }),
        (peers, subject, round) => {
          const network = new CoinGraph()
          const [reader = 0, ...others] = peers
          let known = 0
          for (const peer of others) {
            expect(network.tossAt(network.last(reader), subject, round) !== undefined).toBe(
              known > publicKeySet.threshold,
            )
            network.publish(peer, subject, round)
            expect(network.tossAt(network.last(reader), subject, round) !== undefined).toBe(
              known > publicKeySet.threshold,
            )
            network.record(reader, peer)
            known++
          }
          const signature = publicKeySet.combine(new Map(names.map((_, i) => [i, network.share(i, subject, round)])))
          const expected =
            known > publicKeySet.threshold ? parity(createHash('sha3-256').update(signature).digest()) : undefined
          expect(network.tossAt(network.last(reader), subject, round)).toBe(expected)
          expect(network.tossAt(network.last(reader), subject, round + 1)).toBeUndefined()
          expect(network.tossAt(network.last(reader), (subject + 1) % 7, round)).toBeUndefined()
        },
      ),
    )
  })

  test('needs different voters, right shares, and shares of this election', () => {
    const network = new CoinGraph()
    const wrong = network.share(5, 2, 1)
    network.publish(1, 2, 1)
    network.publish(1, 2, 1)
    network.publish(2, 2, 1, election - 1)
    network.publish(3, 2, 1, election, wrong)
    for (const peer of [1, 2, 3]) network.record(0, peer)
    expect(network.tossAt(network.last(0), 2, 1)).toBeUndefined()
    for (const peer of [4, 5]) {
      network.publish(peer, 2, 1)
      network.record(0, peer)
    }
    expect(network.tossAt(network.last(0), 2, 1)).toBeDefined()
  })

  test('names subjects in ascending order of the voters, whatever their slots', () => {
    const reversed = new CoinGraph([...ids].reverse())
    const straight = new CoinGraph()
    for (const network of [reversed, straight]) {
      for (const peer of [1, 2, 3]) {
        network.publish(peer, 6, 2)
        network.record(0, peer)
      }
    }
    expect(reversed.tossAt(reversed.last(0), 0, 2)).toBe(straight.tossAt(straight.last(0), 6, 2))
    expect(reversed.tossAt(reversed.last(0), 6, 2)).toBeUndefined()
  })

  test('is another one in the next election', () => {
    const network = new CoinGraph()
    for (const peer of [1, 2, 3]) {
      network.publish(peer, 0, 1)
      network.record(0, peer)
    }
    expect(network.tossAt(network.last(0), 0, 1)).toBeDefined()
    network.coin.startElection(election + 1, ids, keys)
    for (const peer of [4, 5, 6]) {
      network.publish(peer, 0, 1)
      network.record(0, peer)
    }
    expect(network.tossAt(network.last(0), 0, 1)).toBeUndefined()
  })
})

describe('a share', () => {
  const faulty = (bring: (network: CoinGraph) => number): boolean => {
    const network = new CoinGraph()
    return network.coin.isFaulty(bring(network))
  }

  test.each<[string, boolean, (network: CoinGraph) => number]>([
    ['that is right', false, (network) => network.publish(1, 0, 1)],
    ['of another subject', true, (network) => network.publish(1, 0, 1, election, network.share(1, 1, 1))],
    ['of another round', true, (network) => network.publish(1, 0, 1, election, network.share(1, 0, 2))],
    ['of another election', true, (network) => network.publish(1, 0, 1, election, network.share(1, 0, 1, 4))],
    ["that is another voter's", true, (network) => network.publish(1, 0, 1, election, network.share(2, 0, 1))],
    ['of round 0, which takes no coin', true, (network) => network.publish(1, 0, 0)],
    ['of no subject', true, (network) => network.publish(1, 7, 1)],
    ['of an election without a key', true, (network) => network.publish(1, 0, 1, 0)],
  ])('%s: faulty is %s', (_, expected, bring) => {
    expect(faulty(bring)).toBe(expected)
  })

  test('that comes late is judged by the key of its time', () => {
    const network = new CoinGraph()
    network.coin.startElection(election + 1, ids, undefined)
    expect(network.coin.isFaulty(network.publish(1, 0, 1, election))).toBe(false)
    expect(network.coin.isFaulty(network.publish(1, 0, 1, election + 1))).toBe(true)
  })
})

test('without a key the coin is a hash that everybody knows, true in about half of the cases', () => {
  const network = new CoinGraph()
  network.coin.startElection(election + 1, ids, undefined)
  const tosses = Array.from({ length: 700 }, (_, i) => network.tossAt(network.last(0), i % 7, 1 + Math.floor(i / 7)))
  expect(tosses).toEqual(
    Array.from({ length: 700 }, (_, i) => fallbackCoin(election + 1, i % 7, 1 + Math.floor(i / 7))),
  )
  expect(tosses.filter((toss) => toss).length).toBeGreaterThan(280)
  expect(tosses.filter((toss) => toss).length).toBeLessThan(420)
})
