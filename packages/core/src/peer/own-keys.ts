// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

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
import { coinDomain } from '../election/threshold-coin.ts'
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
  /** The coins of one election for which we have published our share. */
  #published = { election: -1, coins: new Set<string>() }

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
   * Makes our shares of the coins that a sync event of ours has reached and for which we have not
   * published one. Undefined if there are none.
   */
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

  #placeIn({ participants }: DkgGroup): number {
    return participants.findIndex((id) => id.equals(this.#us.publicId))
  }
}
