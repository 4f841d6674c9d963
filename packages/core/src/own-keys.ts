// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { coinMessage } from './coin-shares.ts'
import type { CoinShare, CoinShares } from './coin-shares.ts'
import type { Consensus } from './consensus.ts'
import { acknowledge, deal, encodeAck, encodePart, readRow, readValue, secretShareOf } from './dealing.ts'
import type { SecretId } from './identity.ts'
import type { DecidedPart, KeyGeneration, KeyHolder } from './key-generation.ts'
import { encodeKeyMessage, keyMessageText } from './key-message.ts'
import type { KeyMessage } from './key-message.ts'
import type { KeyScheme, PublicKeySet, SecretKeyShare } from './keys.ts'
import type { Observation } from './observation.ts'
import { coinDomain } from './threshold-coin.ts'

/** Our secrets: what we deal and acknowledge in key generations (protocol.md section 9), and our shares of coins (section 11). */
export class OwnKeys implements KeyHolder {
  readonly #us: SecretId
  readonly #scheme: KeyScheme
  readonly #random: (length: number) => Uint8Array
  /** Messages that we have not voted for yet. */
  #pending: KeyMessage[] = []
  /** Our share of the key for the coin, by the public key set. */
  readonly #coinShares = new WeakMap<PublicKeySet, SecretKeyShare>()
  /** Of an election: the coins whose share we have published. */
  #published = { election: -1, coins: new Set<string>() }

  constructor(us: SecretId, scheme: KeyScheme, random: (length: number) => Uint8Array) {
    this.#us = us
    this.#scheme = scheme
    this.#random = random
  }

  started({ number, participants }: KeyGeneration): void {
    if (this.#placeAmong(participants) < 0) return
    const part = deal(this.#scheme, participants, number, this.#random)
    this.#pending.push({ kind: 'Part', generation: number, bytes: encodePart(part) })
  }

  dealt({ number, participants, parts }: KeyGeneration, dealer: number): void {
    const us = this.#placeAmong(participants)
    const part = parts.get(dealer)?.part
    const row = us < 0 || part === undefined ? undefined : readRow(part, us, number, this.#us)
    if (row === undefined) return
    const ack = acknowledge(row, participants, number, this.#random)
    this.#pending.push({ kind: 'Ack', generation: number, dealer, bytes: encodeAck(ack) })
  }

  shareOf(
    { number, participants, threshold, isForCoin }: KeyGeneration,
    complete: readonly DecidedPart[],
    keys: PublicKeySet,
  ): SecretKeyShare | undefined {
    const us = this.#placeAmong(participants)
    if (us < 0) return undefined
    // t + 1 values of each part are enough, and a good part of the work is in reading them.
    const values = complete.map(({ part, acks }) => {
      const good = new Map()
      for (const [acker, ack] of acks) {
        if (good.size > threshold) break
        const value = readValue(part, ack, acker, us, number, this.#us)
        if (value !== undefined) good.set(acker, value)
      }
      return good
    })
    const share = secretShareOf(this.#scheme, us, values)
    if (isForCoin) this.#coinShares.set(keys, share)
    return share
  }

  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  /** The messages that we are to vote for, of key generations that are under way. */
  *takePending({ keyGenerations }: Consensus): IterableIterator<Observation<never>> {
    const pending = this.#pending
    this.#pending = []
    for (const message of pending) {
      if (keyGenerations?.isRunning(message.generation) !== true) continue
      yield { kind: 'DkgMessage', text: keyMessageText(message), message: encodeKeyMessage(message) }
    }
  }

  /** Shares of the coins that a sync event of ours has reached, and of which we have not published any; undefined if there are none. */
  takeCoinShares({ election, elections, thresholdCoin }: Consensus, sync: number): CoinShares | undefined {
    const keys = thresholdCoin?.keys?.publicKeySet
    const secret = keys && this.#coinShares.get(keys)
    if (thresholdCoin === undefined || secret === undefined) return undefined
    if (this.#published.election !== elections) this.#published = { election: elections, coins: new Set() }
    const { coins } = this.#published
    const shares: CoinShare[] = []
    for (const { slot, round } of election.coinsReachedBy(sync)) {
      const subject = thresholdCoin.subjectOf(slot)
      const coin = `${String(round)}/${String(subject)}`
      if (coins.has(coin)) continue
      coins.add(coin)
      shares.push({ subject, round, share: secret.sign(coinMessage(elections, subject, round), coinDomain) })
    }
    shares.sort((a, b) => a.round - b.round || a.subject - b.subject)
    return shares.length === 0 ? undefined : { election: elections, shares }
  }

  #placeAmong(participants: KeyGeneration['participants']): number {
    return participants.findIndex((id) => id.compareTo(this.#us.publicId) === 0)
  }
}
