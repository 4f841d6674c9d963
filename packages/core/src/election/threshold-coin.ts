// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import type { PublicId } from '../base/public-id.ts'
import { coinMessage } from '../wire/coin-shares.ts'
import type { CoinShare, CoinShares } from '../wire/coin-shares.ts'
import type { DkgResult } from '../wire/observation.ts'
import type { GossipGraph } from '../graph/graph.ts'
import type { Coin } from './coin.ts'

/** The domain that shares of a coin are signed for: a signature for another domain is not a share. */
export const coinDomain = 'parsec coin'

/** The keys of an election's coin: those of its voters, or none yet. */
export type CoinKeys = Pick<DkgResult, 'participants' | 'publicKeySet'> | undefined

/** What is known of one coin. */
interface Toss {
  /** Per participant, the events that bring its share: several where it forked. */
  readonly carriers: Map<number, number[]>
  readonly shares: Map<number, Uint8Array>
  value: boolean | undefined
}

/**
 * The coin of protocol.md section 11. There is one for each election, subject and round: the parity of
 * the hash of a threshold signature on these three. A voter publishes its share of the signature in an
 * event, once an event of its own has reached the coin. An event knows the coin if it has shares by
 * more than t voters in its ancestry.
 *
 * While the voters have no key, the coin is a hash of the three: the same for all, too, but anybody can
 * predict it.
 */
export class ThresholdCoin implements Coin {
  readonly confirms = true
  readonly #graph: GossipGraph
  #election = 0
  /** Per slot of the election under way, the subject's place among the voters sorted by id. */
  #subjects: readonly number[] = []
  /** The keys so far, each with the first election that used it: shares of earlier elections may come late. */
  readonly #keys: { readonly from: number; readonly keys: CoinKeys }[] = []
  #current: CoinKeys
  /** The coins of the election under way, by round and then by subject. */
  #tosses = new Map<number, Map<number, Toss>>()
  /** Events that bring a wrong share. */
  readonly #faulty = new Set<number>()

  constructor(graph: GossipGraph) {
    this.#graph = graph
  }

  /** Begins an election. @param voters - in the order of their slots. */
  startElection(election: number, voters: readonly PublicId[], keys: CoinKeys): void {
    this.#election = election
    const ascending = [...voters].sort((a, b) => a.compareTo(b))
    this.#subjects = voters.map((voter) => ascending.indexOf(voter))
    this.#tosses.clear()
    if (this.#keys.length > 0 && keys === this.#current) return
    this.#current = keys
    this.#keys.push({ from: election, keys })
  }

  /** Takes in the newest event of the graph, if it brings shares; checks them. Their election has begun. */
  added(x: number, creator: PublicId, coins: CoinShares): void {
    const keys = this.#keysOf(coins.election)
    const participant = keys?.participants.findIndex((id) => id.equals(creator)) ?? -1
    for (const share of coins.shares) {
      if (!isValid(keys, participant, coins.election, share)) this.#faulty.add(x)
      else if (coins.election === this.#election) this.#take(x, participant, share)
    }
  }

  /** Does the event bring a wrong share? That is malice that anybody can prove. */
  isFaulty(x: number): boolean {
    return this.#faulty.has(x)
  }

  /** The keys of the election under way. */
  get keys(): CoinKeys {
    return this.#current
  }

  /** The number by which shares name the subject in a slot of the election under way. */
  subjectOf(slot: number): number {
    return this.#subjects[slot] as number
  }

  known(event: number, round: number, word: number, wanted: number): number {
    if (this.#current === undefined) return wanted
    const { threshold } = this.#current.publicKeySet
    let known = 0
    for (let bit = 0; bit < 32; bit++) {
      const toss = (wanted >> bit) & 1 ? this.#toss(round, 32 * word + bit) : undefined
      if (toss !== undefined && this.#countBefore(event, toss) > threshold) known |= 1 << bit
    }
    return known
  }

  values(round: number, word: number, among: number): number {
    let values = 0
    for (let bit = 0; bit < 32; bit++) {
      if ((among >> bit) & 1 && this.#valueOf(round, 32 * word + bit)) values |= 1 << bit
    }
    return values
  }

  #keysOf(election: number): CoinKeys {
    return this.#keys.findLast(({ from }) => from <= election)?.keys
  }

  #take(x: number, participant: number, { subject, round, share }: CoinShare): void {
    const ofRound = this.#tosses.get(round) ?? new Map<number, Toss>()
    this.#tosses.set(round, ofRound)
    const toss = ofRound.get(subject) ?? { carriers: new Map<number, number[]>(), shares: new Map(), value: undefined }
    ofRound.set(subject, toss)
    toss.carriers.set(participant, [...(toss.carriers.get(participant) ?? []), x])
    toss.shares.set(participant, share)
  }

  #toss(round: number, slot: number): Toss | undefined {
    return this.#tosses.get(round)?.get(this.#subjects[slot] as number)
  }

  /** How many participants have a share among the ancestors of the event. */
  #countBefore(event: number, { carriers }: Toss): number {
    let count = 0
    for (const events of carriers.values()) if (events.some((x) => this.#graph.descends(event, x))) count++
    return count
  }

  #valueOf(round: number, slot: number): boolean {
    const subject = this.#subjects[slot] as number
    if (this.#current === undefined) return fallbackCoin(this.#election, subject, round)
    const toss = this.#toss(round, slot)
    if (toss === undefined) return false
    toss.value ??= isOdd(platform.sha3(this.#current.publicKeySet.combine(toss.shares)))
    return toss.value
  }
}

/** The coin while the voters have no key: anybody can tell it beforehand. */
export function fallbackCoin(election: number, subject: number, round: number): boolean {
  return isOdd(platform.sha3(coinMessage(election, subject, round)))
}

function isValid(keys: CoinKeys, participant: number, election: number, { subject, round, share }: CoinShare): boolean {
  if (keys === undefined || participant < 0 || subject >= keys.participants.length || round < 1) return false
  return keys.publicKeySet.verifyShare(participant, coinMessage(election, subject, round), coinDomain, share)
}

/** Is the number of bits that are set odd? */
function isOdd(bytes: Uint8Array): boolean {
  let bits = 0
  for (const byte of bytes) bits ^= byte
  bits ^= bits >> 4
  bits ^= bits >> 2
  return ((bits ^ (bits >> 1)) & 1) === 1
}
