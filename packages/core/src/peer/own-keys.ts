// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { limits } from '../base/limits.ts'
import type { RandomBytes } from '../base/public-id.ts'
import type { SecretId } from '../crypto/identity.ts'
import { encodeAck } from '../crypto/shared-key/dealing.ts'
import type { DkgGroup, Part } from '../crypto/shared-key/dealing.ts'
import type { KeyScheme, PublicKeySet, SecretKeyShare } from '../crypto/shared-key/key-scheme.ts'
import type { Secret } from '../crypto/shared-key/secret.ts'
import { coinMessage } from '../wire/coin-shares.ts'
import type { CoinShare, CoinShares } from '../wire/coin-shares.ts'
import { dkgMessageText, encodeDkgMessage } from '../wire/dkg-message.ts'
import type { DkgMessage } from '../wire/dkg-message.ts'
import type { Observation } from '../wire/observation.ts'
import { coinDomain, compareAttempts } from '../election/threshold-coin.ts'
import type { ThresholdCoin } from '../election/threshold-coin.ts'
import type { Consensus } from '../consensus/consensus.ts'
import type { DecidedPart, DkgParticipant, DkgRun } from '../consensus/dkg.ts'

/**
 * Our part in shared keys, with our secrets: we deal and acknowledge in key generations (protocol.md
 * section 9), and make our shares of coins (section 11).
 */
export class OwnKeys implements DkgParticipant {
  readonly #us: SecretId
  readonly #scheme: KeyScheme
  readonly #random: RandomBytes
  /** Messages of key generations that we have not voted for yet. */
  #pending: DkgMessage[] = []
  /** Our shares of keys for the coin, by the public key set. */
  readonly #coinShares = new WeakMap<PublicKeySet, SecretKeyShare>()

  /** Our shares of coins that we have to publish, by ascending attempts, in the order of the encoding. */
  readonly #dueShares: (CoinShares & { readonly shares: CoinShare[] })[] = []

  constructor(us: SecretId, scheme: KeyScheme, random: RandomBytes) {
    this.#us = us
    this.#scheme = scheme
    this.#random = random
  }

  started({ number, group }: DkgRun): void {
    const us = this.#placeIn(group)
    if (us < 0) return
    const part = this.#scheme.deal(group, us, this.#random)
    this.#pending.push({ kind: 'Part', generation: number, bytes: this.#scheme.encodePart(part) })
  }

  dealt({ number, group }: DkgRun, part: Part): void {
    const us = this.#placeIn(group)
    const row = us < 0 ? undefined : this.#scheme.readRow(part, group, us, this.#us)
    if (row === undefined) return
    const ack = this.#scheme.acknowledge(row, group, this.#random)
    this.#pending.push({ kind: 'Ack', generation: number, bytes: encodeAck(ack) })
  }

  shareOf(
    { group, threshold, isForCoin }: DkgRun,
    complete: readonly DecidedPart[],
    keys: PublicKeySet,
  ): SecretKeyShare | undefined {
    const us = this.#placeIn(group)
    if (us < 0) return undefined
    const values = complete.map((part) => this.#valuesOf(part, group, threshold, us))
    const share = this.#scheme.secretKeyShareOf(us, threshold, values)
    if (isForCoin && share !== undefined) this.#coinShares.set(keys, share)
    return share
  }

  /**
   * Reads only as many good values as are needed, because reading takes the most time here. There are
   * enough: of more than 2t Acks, more than t have a good value.
   */
  #valuesOf({ part, acks }: DecidedPart, group: DkgGroup, threshold: number, us: number): Map<number, Secret> {
    const values = new Map<number, Secret>()
    for (const [from, ack] of acks) {
      const value = this.#scheme.readValue(part, ack, from, group, us, this.#us)
      if (value !== undefined) values.set(from, value)
      if (values.size > threshold) break
    }
    return values
  }

  /** Are there messages of key generations to vote for? */
  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  /**
   * Takes the next message that we have to vote for; undefined if there is none. Those of key
   * generations that have ended are dropped.
   */
  takePending({ dkgRuns }: Consensus): Observation<never> | undefined {
    for (let message = this.#pending.shift(); message !== undefined; message = this.#pending.shift()) {
      if (dkgRuns?.isRunning(message.generation) !== true) continue
      return { kind: 'DkgMessage', text: dkgMessageText(message), message: encodeDkgMessage(message) }
    }
    return undefined
  }

  /**
   * Takes the shares that our next event must publish, after a sync event of ours and before anything
   * else comes in or is made. Undefined if there are none. They are of one attempt, and as many as one
   * event holds; the rest follows after our next sync events, also if the election is over by then.
   *
   * @param last - our latest event
   */
  takeCoinShares(last: number, consensus: Consensus): CoinShares | undefined {
    const { graph, thresholdCoin } = consensus
    if (thresholdCoin === undefined) return undefined
    this.#makeCoinShares(last, consensus, thresholdCoin)
    const [due] = this.#dueShares
    const published = thresholdCoin.latestCarrier(last)
    if (due === undefined) return undefined
    if (published?.sync === graph.latestSync(last) && compareAttempts(published.coins, due) === 0) return undefined
    const shares = due.shares.splice(0, limits.coinShares)
    if (due.shares.length === 0) this.#dueShares.shift()
    return { ...due, shares }
  }

  /** Makes our shares of the coins that our latest sync event has reached and that we have made none of. */
  #makeCoinShares(last: number, { graph, election, elections }: Consensus, coin: ThresholdCoin): void {
    const secret = coin.keys && this.#coinShares.get(coin.keys.publicKeySet)
    const reached = election.coinsReachedBy(graph.latestSync(last))
    if (secret === undefined || reached === undefined) return
    const { attempt } = reached
    const of = { election: elections, attempt }
    const published = coin.latestCarrier(last)
    const rounds = published && compareAttempts(published.coins, of) === 0 ? published.rounds : undefined
    const due = this.#dueShares.find((one) => compareAttempts(one, of) === 0)
    const latestRound = (subject: number): number =>
      due?.shares.findLast((share) => share.subject === subject)?.round ?? rounds?.[subject] ?? 0
    const coins = reached.coins
      .map(({ slot, round }) => ({ subject: coin.subjectOf(slot), round }))
      .filter(({ subject, round }) => round > latestRound(subject))
    if (coins.length === 0) return
    const shares = coins.map(({ subject, round }) => {
      const share = secret.sign(coinMessage(elections, attempt, subject, round), coinDomain)
      return { subject, round, share }
    })
    const all = due?.shares ?? []
    all.push(...shares)
    all.sort((a, b) => a.round - b.round || a.subject - b.subject)
    if (due === undefined) this.#dueShares.push({ ...of, shares: all })
  }

  #placeIn({ participants }: DkgGroup): number {
    return participants.findIndex((id) => id.equals(this.#us.publicId))
  }
}
