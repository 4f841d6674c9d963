// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { coinMessage } from './coin-shares.ts'
import type { CoinShare, CoinShares } from './coin-shares.ts'
import type { Consensus } from './consensus.ts'
import type { SecretId } from './identity.ts'
import type { KeyGeneration, KeyHolder } from './key-generation.ts'
import { encodeKeyMessage, keyMessageText } from './key-message.ts'
import type { KeyMessage } from './key-message.ts'
import type { PublicKeySet, Randomness, SecretKeyShare } from './keys.ts'
import type { Observation } from './observation.ts'

/** Our secrets: what we deal and acknowledge in key generations (protocol.md section 9), and our shares of coins (section 11). */
export class OwnKeys implements KeyHolder {
  readonly #us: SecretId
  readonly #random: Randomness
  /** Messages that we have not voted for yet. */
  #pending: KeyMessage[] = []
  /** Our share of the key for the coin, by the public key set. */
  readonly #coinShares = new WeakMap<PublicKeySet, SecretKeyShare>()
  /** Of an election: the coins whose share we have published. */
  #published = { election: -1, coins: new Set<string>() }

  constructor(us: SecretId, random: Randomness) {
    this.#us = us
    this.#random = random
  }

  started({ number, participants, dealing }: KeyGeneration): void {
    const us = this.#placeAmong(participants)
    if (us < 0) return
    this.#pending.push({ kind: 'Part', generation: number, bytes: dealing.deal(us, this.#random) })
  }

  dealt({ number, participants, dealing }: KeyGeneration, dealer: number): void {
    const us = this.#placeAmong(participants)
    const bytes = us < 0 ? undefined : dealing.acknowledge(dealer, us, this.#us, this.#random)
    if (bytes !== undefined) this.#pending.push({ kind: 'Ack', generation: number, dealer, bytes })
  }

  shareOf({ participants, dealing, isForCoin }: KeyGeneration, keys: PublicKeySet): SecretKeyShare | undefined {
    const us = this.#placeAmong(participants)
    if (us < 0) return undefined
    const share = dealing.secretKeyShare(us, this.#us)
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
      shares.push({ subject, round, share: secret.sign(coinMessage(elections, subject, round)) })
    }
    shares.sort((a, b) => a.round - b.round || a.subject - b.subject)
    return shares.length === 0 ? undefined : { election: elections, shares }
  }

  #placeAmong(participants: KeyGeneration['participants']): number {
    return participants.findIndex((id) => id.compareTo(this.#us.publicId) === 0)
  }
}
