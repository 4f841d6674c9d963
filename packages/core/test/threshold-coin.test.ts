// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { causes } from '../src/wire/cause.ts'
import type { PublicId } from '../src/base/public-id.ts'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { coinMessage } from '../src/wire/coin-shares.ts'
import type { Attempt } from '../src/wire/coin-shares.ts'
import { mockGroup } from '../src/crypto/pairing/mock-group.ts'
import { weightsAtZero } from '../src/crypto/pairing/polynomial.ts'
import { GossipGraph, none } from '../src/graph/graph.ts'
import { mockKeys } from '../src/crypto/shared-key/keys.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { ThresholdCoin, coinDomain, fallbackCoin } from '../src/election/threshold-coin.ts'
import type { CoinKeys } from '../src/election/threshold-coin.ts'
import { CountingKeys } from './support/counting-keys.ts'
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
  /** Which attempt of the election is looked at. */
  attempt: Attempt = 1
  readonly #last: number[] = []

  constructor(voters: readonly PublicId[] = ids, keysOfVoters: CoinKeys = keys) {
    this.coin.startElection(0, voters, undefined)
    this.coin.startElection(election, voters, keysOfVoters)
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
    const shares = [{ subject, round, share }]
    if (creator !== undefined) this.coin.added(x, creator, { election: of, attempt: this.attempt, shares })
    return x
  }

  /** The peer goes on after an earlier event of its own. */
  goBack(peer: number, x: number): void {
    this.#last[peer] = x
  }

  share(peer: number, subject: number, round: number, of = election): Uint8Array {
    return shares[peer]?.sign(coinMessage(of, this.attempt, subject, round), coinDomain) ?? new Uint8Array()
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
    if (this.coin.known(x, this.attempt, round, 0, wanted) === 0) return undefined
    return this.coin.values(this.attempt, round, 0, wanted) !== 0
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

  test('second attempt: has other coins, made of other shares', () => {
    const network = new CoinGraph()
    for (const peer of [1, 2, 3]) {
      network.publish(peer, 2, 1)
      network.record(0, peer)
    }
    const first = network.tossAt(network.last(0), 2, 1)
    expect(first).toBeDefined()
    const ofFirst = network.share(4, 2, 1)
    network.attempt = 2
    expect(network.tossAt(network.last(0), 2, 1)).toBeUndefined()
    network.publish(4, 2, 1, election, ofFirst)
    for (const peer of [1, 2, 4]) {
      if (peer < 4) network.publish(peer, 2, 1)
      network.record(0, peer)
    }
    expect(network.tossAt(network.last(0), 2, 1)).toBeUndefined()
    network.publish(3, 2, 1)
    network.record(0, 3)
    const signature = publicKeySet.combine(new Map(names.map((_, i) => [i, network.share(i, 2, 1)])))
    expect(network.tossAt(network.last(0), 2, 1)).toBe(parity(createHash('sha3-256').update(signature).digest()))
    network.attempt = 1
    expect(network.tossAt(network.last(0), 2, 1)).toBe(first)
    const late = network.publish(5, 2, 1)
    expect(network.coin.isFaulty(late)).toBe(false)
    expect(network.coin.isFaulty(network.publish(3, 2, 2))).toBe(true)
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
  const judged = (bring: (network: CoinGraph) => number): string => {
    const network = new CoinGraph()
    const x = bring(network)
    const isWrong = network.coin.isWrong({ x, place: 0 })
    return network.coin.isFaulty(x) ? 'at fault' : isWrong ? 'wrong' : 'right'
  }

  test.each<[string, string, (network: CoinGraph) => number]>([
    ['of a coin of its own', 'right', (network) => network.publish(1, 0, 1)],
    ['of another subject', 'wrong', (network) => network.publish(1, 0, 1, election, network.share(1, 1, 1))],
    ['of another round', 'wrong', (network) => network.publish(1, 0, 1, election, network.share(1, 0, 2))],
    ['of another election', 'wrong', (network) => network.publish(1, 0, 1, election, network.share(1, 0, 1, 4))],
    ["that is another voter's", 'wrong', (network) => network.publish(1, 0, 1, election, network.share(2, 0, 1))],
    ['of no length that a share has', 'wrong', (network) => network.publish(1, 0, 1, election, new Uint8Array())],
    ['of round 0, which takes no coin', 'at fault', (network) => network.publish(1, 0, 0)],
    ['of no subject', 'at fault', (network) => network.publish(1, 7, 1)],
    ['of an election without a key', 'at fault', (network) => network.publish(1, 0, 1, 0)],
  ])('%s is %s', (_, expected, bring) => {
    expect(judged(bring)).toBe(expected)
  })

  test('that comes late is judged by the key of its time', () => {
    const network = new CoinGraph()
    network.coin.startElection(election + 1, ids, undefined)
    const late = network.publish(1, 0, 1, election)
    expect(network.coin.isFaulty(late)).toBe(false)
    expect(network.coin.isWrong({ x: late, place: 0 })).toBe(false)
    expect(network.coin.isFaulty(network.publish(2, 0, 1, election + 1))).toBe(true)
  })
})

describe('a line of shares', () => {
  const isAtFault = (bring: (network: CoinGraph) => number): boolean => {
    const network = new CoinGraph()
    network.coin.startElection(election + 1, ids, keys)
    return network.coin.isFaulty(bring(network))
  }
  /** The last of the events that bring these shares, with a sync event before each. */
  const line =
    (...coins: [subject: number, round: number, of?: number][]) =>
    (network: CoinGraph): number =>
      coins.reduce<number>((_, [subject, round, of]) => {
        network.record(1, 2)
        return network.publish(1, subject, round, of)
      }, none)

  test.each<[string, boolean, (network: CoinGraph) => number]>([
    ['with ever later rounds', false, line([0, 1], [0, 2], [1, 1], [0, 3])],
    ['that leaves out rounds', false, line([0, 1], [0, 7])],
    ['with shares for two elections', false, line([0, 3], [0, 1, election + 1])],
    ['with the same coin twice', true, line([0, 1], [0, 1])],
    ['with the same coin twice and others between', true, line([0, 1], [1, 1], [0, 1])],
    ['with an earlier round after a later one', true, line([0, 2], [0, 1])],
    ['with an earlier election after a later one', true, line([0, 1, election + 1], [1, 1, election])],
    ['that goes on after a fault', true, line([0, 1], [0, 1], [0, 2])],
    ['with two events after one sync event', true, (network) => (network.publish(1, 0, 1), network.publish(1, 1, 1))],
    [
      'with two events after one sync event, of two elections',
      false,
      (network) => (network.publish(1, 0, 1), network.publish(1, 1, 1, election + 1)),
    ],
  ])('%s is at fault: %s', (_, expected, bring) => {
    expect(isAtFault(bring)).toBe(expected)
  })

  test('is judged for each branch', () => {
    const network = new CoinGraph()
    const first = network.last(1)
    network.publish(1, 0, 1)
    network.goBack(1, first)
    const other = network.publish(1, 0, 1)
    expect(network.coin.isFaulty(other)).toBe(false)
    network.record(1, 2)
    expect(network.coin.isFaulty(network.publish(1, 0, 1))).toBe(true)
    network.goBack(1, other)
    network.record(1, 2)
    expect(network.coin.isFaulty(network.publish(1, 0, 2))).toBe(false)
  })
})

describe('checking shares', () => {
  test('takes one check for all shares of a coin, once an event has enough of them, and no more after that', () => {
    const counting = new CountingKeys()
    const network = new CoinGraph(ids, { ...keys, publicKeySet: counting.counting(publicKeySet) })
    for (const peer of names.keys()) network.publish(peer, 0, 1)
    for (const peer of names.keys()) network.publish(peer, 0, 2)
    for (const peer of [1, 2]) network.record(0, peer)
    const short = network.record(3, 4)
    expect(network.tossAt(short, 0, 1)).toBeUndefined()
    expect(counting.checks).toBe(0)
    expect(network.tossAt(network.last(0), 0, 1)).toBeDefined()
    expect(network.tossAt(network.record(3, 5), 0, 1)).toBeDefined()
    expect(counting.checks).toBe(1)
  })

  test('finds the wrong shares of a coin that was needed; those that come late, when the election ends', () => {
    const network = new CoinGraph()
    const wrong = (peer: number, round: number): number =>
      network.publish(peer, 0, round, election, network.share(0, 0, 1))
    const early = wrong(2, 1)
    wrong(6, 2)
    for (const peer of [1, 3, 4]) network.publish(peer, 0, 1)
    for (const peer of [1, 3, 4]) network.record(0, peer)
    expect(network.tossAt(network.last(0), 0, 1)).toBeDefined()
    expect(network.coin.takeWrong()).toMatchObject([{ x: early, place: 0 }])
    const late = wrong(5, 1)
    network.coin.startElection(election + 1, ids, keys)
    expect(network.coin.takeWrong()).toMatchObject([{ x: late, place: 0 }])
    expect(network.coin.takeWrong()).toEqual([])
  })

  test('is not content with a right sum: wrong shares that make up for each other do not count', () => {
    const { field } = mockGroup
    const three = [1, 2, 3]
    const [w1 = 0, w2 = 0] = weightsAtZero(
      field,
      three.map((peer) => peer + 1),
    )
    const network = new CoinGraph()
    const off = (peer: number, error: number): Uint8Array =>
      field.encodeScalar(field.add(field.decodeScalar(network.share(peer, 0, 1)) ?? 0, error))
    const published = [off(1, w2), off(2, field.subtract(0, w1)), network.share(3, 0, 1)]
    const right = three.map((peer) => network.share(peer, 0, 1))
    const [sum, expected] = [published, right].map((shares) =>
      publicKeySet.combine(new Map(shares.map((share, i) => [i + 1, share]))),
    )
    expect(sum).toEqual(expected)
    for (const [i, share] of published.entries()) network.publish(i + 1, 0, 1, election, share)
    for (const peer of three) network.record(0, peer)
    expect(network.tossAt(network.last(0), 0, 1)).toBeUndefined()
    expect(network.coin.takeWrong()).toHaveLength(2)
  })

  test('comes to the same in whatever order events ask', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 30, maxLength: 60 }), fc.nat(40), (choices, step) => {
        const network = new CoinGraph()
        const right = new Map<number, number>()
        const asking: number[] = []
        const published = new Set<number>()
        for (const choice of choices) {
          const peer = choice % 7
          const isRight = choice % 4 > 0
          if (choice % 3 === 0 && !published.has(peer)) {
            published.add(peer)
            const x = network.publish(peer, 0, 1, election, network.share(peer, isRight ? 0 : 1, 1))
            if (isRight) right.set(x, peer)
          } else asking.push(network.record(peer, (peer + 1 + (choice % 6)) % 7))
        }
        const inSomeOrder = asking.map((x, i) => [((i + 1) * (step + 1)) % 61, x] as const).sort(([a], [b]) => a - b)
        for (const [, x] of inSomeOrder) {
          const known = [...right.keys()].filter((y) => network.graph.descends(x, y)).length
          expect(network.tossAt(x, 0, 1) !== undefined).toBe(known > publicKeySet.threshold)
        }
      }),
      { numRuns: 300 },
    )
  })
})

test('without a key the coin is a hash that everybody knows, true in about half of the cases', () => {
  const network = new CoinGraph()
  network.coin.startElection(election + 1, ids, undefined)
  const tosses = Array.from({ length: 700 }, (_, i) => network.tossAt(network.last(0), i % 7, 1 + Math.floor(i / 7)))
  expect(tosses).toEqual(
    Array.from({ length: 700 }, (_, i) => fallbackCoin(election + 1, 1, i % 7, 1 + Math.floor(i / 7))),
  )
  expect(tosses.filter((toss) => toss).length).toBeGreaterThan(280)
  expect(tosses.filter((toss) => toss).length).toBeLessThan(420)
})
