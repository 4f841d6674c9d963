// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { expect, test } from 'vitest'
import { limits } from '../src/base/limits.ts'
import { Consensus } from '../src/consensus/consensus.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import type { PublicKeySet } from '../src/crypto/shared-key/key-scheme.ts'
import { mockKeys } from '../src/crypto/shared-key/keys.ts'
import { PeerState } from '../src/graph/peers.ts'
import { OwnKeys } from '../src/peer/own-keys.ts'
import type { Attempt, CoinShares } from '../src/wire/coin-shares.ts'
import { groupOf, participantsOf, seededRandom } from './support/keys.ts'

const count = 40
const peers = participantsOf(count)
const dealt = mockKeys.dealKeys(count, seededRandom('own shares'))

/** A voter of so many that all coins come at once: in each election, after one sync event, those of many rounds. */
class Voter {
  readonly consensus = new Consensus({ coin: 'threshold', keys: mockKeys })
  readonly #own: OwnKeys
  #last: number
  #election = 0
  #attempt: Attempt = 1
  #reached: { slot: number; round: number }[] = []

  constructor(keys: PublicKeySet) {
    const { consensus } = this
    const voters = peers.map(({ publicId }) => consensus.addPeer(publicId, PeerState.ACTIVE))
    consensus.setVoters(voters)
    const scheme = Object.create(mockKeys, { secretKeyShareOf: { value: () => dealt.shares[0] } }) as typeof mockKeys
    this.#own = new OwnKeys(peers[0] ?? mockIdentity.secretId('nobody'), scheme, seededRandom('voter'))
    this.#own.shareOf(
      { number: 0, group: groupOf(peers), threshold: keys.threshold, isForCoin: true, parts: new Map() },
      [],
      keys,
    )
    this.#last = consensus.insert({ creator: 0, cause: 'Initial' })
    Object.defineProperty(consensus, 'elections', { get: () => this.#election })
    consensus.election.coinsReachedBy = () => ({ attempt: this.#attempt, coins: this.#reached })
  }

  begin(election: number, rounds: number, attempt: Attempt = 1): void {
    this.#election = election
    this.#attempt = attempt
    const ids = peers.map(({ publicId }) => publicId)
    this.consensus.thresholdCoin?.startElection(election, ids, { participants: ids, publicKeySet: dealt.publicKeySet })
    this.#reached = peers.flatMap((_, slot) => Array.from({ length: rounds }, (_, i) => ({ slot, round: i + 1 })))
  }

  /** A sync event, and what we publish after it. */
  sync(): CoinShares[] {
    this.#last = this.consensus.insert({ creator: 0, cause: 'Requesting', selfParent: this.#last, recipient: 1 })
    return this.publish()
  }

  publish(): CoinShares[] {
    const published: CoinShares[] = []
    for (;;) {
      const coins = this.#own.takeCoinShares(this.#last, this.consensus)
      if (coins === undefined) return published
      published.push(coins)
      this.#last = this.consensus.insert({ creator: 0, cause: 'CoinShares', selfParent: this.#last, coins })
      expect(this.consensus.thresholdCoin?.isFaulty(this.#last)).toBe(false)
    }
  }
}

test('what does not fit into one event follows after the next sync events, also if the election is over', () => {
  const voter = new Voter(dealt.publicKeySet)
  voter.begin(1, 3)
  const first = voter.sync()
  expect(first.map(({ shares }) => shares.length)).toEqual([limits.coinShares])
  expect(voter.publish()).toEqual([])
  voter.begin(2, 1)
  const rest = Array.from({ length: 6 }, () => voter.sync())
  const all = [first, ...rest].flat()
  expect(all.map(({ election }) => election)).toEqual([1, 1, 1, 1, 2, 2])
  const named = all.flatMap(({ election, shares }) =>
    shares.map(({ subject, round }) => [election, round, subject].join('/')),
  )
  const expected = [1, 2, 3].flatMap((round) => peers.map((_, subject) => `1/${String(round)}/${String(subject)}`))
  expect(named).toEqual([...expected, ...peers.map((_, subject) => `2/1/${String(subject)}`)])
})

test('what was published, or is still to be, is not published again when more coins are reached', () => {
  const voter = new Voter(dealt.publicKeySet)
  voter.begin(1, 1)
  const before = voter.sync()
  voter.begin(1, 2)
  const after = Array.from({ length: 4 }, () => voter.sync()).flat()
  const shares = [...before, ...after].flatMap((coins) => coins.shares)
  const named = shares.map(({ subject, round }) => [round, subject].join('/'))
  expect(new Set(named).size).toBe(named.length)
  expect(named).toHaveLength(2 * count)
})
