// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import type { PublicId } from '../base/public-id.ts'
import { coinMessage } from '../wire/coin-shares.ts'
import type { Attempt, CoinShares } from '../wire/coin-shares.ts'
import type { DkgResult } from '../wire/observation.ts'
import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'
import type { Coin } from './coin.ts'

/** The domain that shares of a coin are signed for: a signature for another domain is not a share. */
export const coinDomain = 'parsec coin'

/** The keys of an election's coin: those of its voters, or none yet. */
export type CoinKeys = Pick<DkgResult, 'participants' | 'publicKeySet'> | undefined

/** An event that brings shares, and what its line has published up to it. */
export interface Carrier {
  readonly coins: CoinShares
  /** The creator's number among the participants of the key. */
  readonly participant: number
  /** The sync event that it follows. */
  readonly sync: number
  /** Per subject, the latest round of the attempt that the line has published a share for; or 0. */
  readonly rounds: Uint32Array
}

/** A share, by the event that brings it and its place there. */
export interface SharePlace {
  readonly x: number
  readonly place: number
}

/** A share of a coin of the election under way. */
interface Share extends SharePlace {
  readonly participant: number
  readonly bytes: Uint8Array
  /** Does the key verify it? Undefined as long as it was not checked. */
  isRight: boolean | undefined
}

/** What is known of one coin. */
interface Toss {
  readonly attempt: Attempt
  readonly round: number
  readonly subject: number
  /** Per participant one, or several where it forked. */
  readonly shares: Share[]
  /** Has an event waited for it, with enough shares in its ancestry? */
  isNeeded: boolean
  value: boolean | undefined
}

/**
 * The coin of protocol.md section 11. There is one for each election, attempt, subject and round: the
 * parity of the hash of a threshold signature on these four. A voter publishes its share of the signature in an
 * event, once an event of its own has reached the coin. An event knows the coin if it has right shares
 * by more than t voters in its ancestry.
 *
 * Shares are checked only once an event waits for their coin and has shares by more than t voters in
 * its ancestry, and then all shares of the coin together; those that come later, when the election
 * ends. So what it costs to check shares follows from the coins that the election needs, whatever
 * anybody publishes. Whether a share is right does not depend on when it is checked.
 *
 * While the voters have no key, the coin is a hash of the four: the same for all, too, but anybody can
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
  /** The coins of the election under way of which there are shares, by {@link coinKey}. */
  readonly #tosses = new Map<string, Toss>()
  /** The events that bring shares; undefined for those that are at fault. */
  readonly #carriers = new Map<number, Carrier | undefined>()
  /** The same events per lane, in order. */
  readonly #onLane = new Map<number, number[]>()
  /** What was found out about shares that turned out to be wrong, or that somebody has accused. */
  readonly #verdicts = new Map<string, boolean>()
  /** Wrong shares that were found and not taken yet. */
  #found: SharePlace[] = []

  constructor(graph: GossipGraph) {
    this.#graph = graph
  }

  /** Begins an election. @param voters - in the order of their slots. */
  startElection(election: number, voters: readonly PublicId[], keys: CoinKeys): void {
    for (const toss of this.#tosses.values()) if (toss.isNeeded) this.#check(toss)
    this.#tosses.clear()
    this.#election = election
    const ascending = [...voters].sort((a, b) => a.compareTo(b))
    this.#subjects = voters.map((voter) => ascending.indexOf(voter))
    if (this.#keys.length > 0 && keys === this.#current) return
    this.#current = keys
    this.#keys.push({ from: election, keys })
  }

  /** Takes in the newest event of the graph, if it brings shares. Their election has begun. */
  added(x: number, creator: PublicId, coins: CoinShares): void {
    const carrier = this.#carrierOf(x, creator, coins)
    this.#carriers.set(x, carrier)
    const lane = this.#graph.lane[x] as number
    const onLane = this.#onLane.get(lane)
    if (onLane === undefined) this.#onLane.set(lane, [x])
    else onLane.push(x)
    if (carrier === undefined || coins.election !== this.#election) return
    const { participant } = carrier
    const { attempt } = coins
    for (const [place, { subject, round, share: bytes }] of coins.shares.entries()) {
      const share: Share = { x, place, participant, bytes, isRight: undefined }
      const key = coinKey(attempt, round, subject)
      const toss = this.#tosses.get(key)
      if (toss !== undefined) toss.shares.push(share)
      else this.#tosses.set(key, { attempt, round, subject, shares: [share], isNeeded: false, value: undefined })
    }
  }

  /**
   * Does the event bring shares that no correct peer publishes: of a coin that does not exist, or a
   * second time? That follows from its ancestry, and is malice that anybody can prove.
   */
  isFaulty(x: number): boolean {
    return this.#carriers.has(x) && this.#carriers.get(x) === undefined
  }

  /** Takes the wrong shares that were found since the last call. */
  takeWrong(): readonly SharePlace[] {
    const found = this.#found
    this.#found = []
    return found
  }

  /** Is there such a share, and is it wrong? Checks it, if it must. */
  isWrong({ x, place }: SharePlace): boolean {
    const carrier = this.#carriers.get(x)
    const coin = carrier?.coins.shares[place]
    if (carrier === undefined || coin === undefined) return false
    const key = verdictKey({ x, place })
    const known = this.#verdicts.get(key)
    if (known !== undefined) return known
    const { coins, participant } = carrier
    const message = coinMessage(coins.election, coins.attempt, coin.subject, coin.round)
    const keys = this.#keysOf(coins.election)
    const isWrong = keys?.publicKeySet.verifyShare(participant, message, coinDomain, coin.share) === false
    this.#verdicts.set(key, isWrong)
    return isWrong
  }

  /** The keys of the election under way. */
  get keys(): CoinKeys {
    return this.#current
  }

  /** The number by which shares name the subject in a slot of the election under way. */
  subjectOf(slot: number): number {
    return this.#subjects[slot] as number
  }

  /** The latest event with shares among x and its self-ancestors; undefined if there is none, or it is at fault. */
  latestCarrier(x: number): Carrier | undefined {
    return this.#carriers.get(this.#latestCarrier(x))
  }

  known(event: number, attempt: Attempt, round: number, word: number, wanted: number): number {
    if (this.#current === undefined) return wanted
    let known = 0
    for (let bit = 0; bit < 32; bit++) {
      if (((wanted >> bit) & 1) === 0) continue
      const subject = this.#subjects[32 * word + bit] as number
      if (this.#isKnown(event, this.#tosses.get(coinKey(attempt, round, subject)))) known |= 1 << bit
    }
    return known
  }

  values(attempt: Attempt, round: number, word: number, among: number): number {
    let values = 0
    for (let bit = 0; bit < 32; bit++) {
      if (((among >> bit) & 1) === 0) continue
      const subject = this.#subjects[32 * word + bit] as number
      if (this.#valueOf(attempt, round, subject)) values |= 1 << bit
    }
    return values
  }

  #keysOf(election: number): CoinKeys {
    return this.#keys.findLast(({ from }) => from <= election)?.keys
  }

  /**
   * Judges the newest event. It is at fault, so undefined, if
   *
   * - it brings a share of a coin that does not exist, or is by somebody who has no share of the key;
   * - its line has published a share for that subject of the same round or a later one, or for a later
   *   attempt or election;
   * - it is not the only one of its attempt between two sync events;
   * - an earlier event of its line is at fault for any of this.
   */
  #carrierOf(x: number, creator: PublicId, coins: CoinShares): Carrier | undefined {
    const keys = this.#keysOf(coins.election)
    const participant = keys?.participants.findIndex((id) => id.equals(creator)) ?? -1
    if (keys === undefined || participant < 0) return undefined
    const latest = this.#latestCarrier(this.#graph.selfParent[x] as number)
    const before = this.#carriers.get(latest)
    if (latest !== none && before === undefined) return undefined
    const sync = this.#graph.latestSync(x)
    let rounds = new Uint32Array(keys.participants.length)
    const order = before === undefined ? -1 : compareAttempts(before.coins, coins)
    if (before !== undefined && order >= 0) {
      if (order > 0 || before.sync === sync) return undefined
      rounds = before.rounds.slice()
    }
    for (const { subject, round } of coins.shares) {
      // A subject that does not exist has no latest round.
      if (!(round > (rounds[subject] ?? Infinity))) return undefined
      rounds[subject] = round
    }
    return { coins, participant, sync, rounds }
  }

  /** The latest event with shares among x and its self-ancestors, or none. */
  #latestCarrier(x: number): number {
    const { lane, laneBranch } = this.#graph
    for (let at = x; at !== none; at = laneBranch.at(lane[at] as number)) {
      const latest = this.#onLane.get(lane[at] as number)?.findLast((y) => y <= at)
      if (latest !== undefined) return latest
    }
    return none
  }

  /** Have more than t participants a right share among the ancestors of the event? */
  #isKnown(event: number, toss: Toss | undefined): boolean {
    if (toss === undefined) return false
    const shares = toss.shares.filter(({ x }) => this.#graph.descends(event, x))
    if (this.#areEnough(shares.filter(({ isRight }) => isRight === true))) return true
    if (!this.#areEnough(shares.filter(({ isRight }) => isRight !== false))) return false
    toss.isNeeded = true
    this.#check(toss)
    return this.#areEnough(shares.filter(({ isRight }) => isRight === true))
  }

  #areEnough(shares: readonly Share[]): boolean {
    const needed = (this.#current?.publicKeySet.threshold ?? 0) + 1
    return shares.length >= needed && new Set(shares.map(({ participant }) => participant)).size >= needed
  }

  /**
   * Checks all shares of a coin that were not checked yet: together, and each of them if a wrong one
   * is among them. It is not enough that their sum is right: wrong shares of two participants can make
   * up for each other, and then some events would know the coin by them and others would not.
   */
  #check({ attempt, round, subject, shares }: Toss): void {
    const set = this.#current?.publicKeySet
    const unchecked = shares.filter(({ isRight }) => isRight === undefined)
    const message = coinMessage(this.#election, attempt, subject, round)
    const together = bytesByParticipant(unchecked)
    const areRight =
      unchecked.length > 1 &&
      together.size === unchecked.length &&
      set?.verifyShares(message, coinDomain, together) === true
    for (const share of unchecked) {
      share.isRight = areRight || set?.verifyShare(share.participant, message, coinDomain, share.bytes) === true
      if (share.isRight) continue
      this.#verdicts.set(verdictKey(share), true)
      this.#found.push(share)
    }
  }

  #valueOf(attempt: Attempt, round: number, subject: number): boolean {
    if (this.#current === undefined) return fallbackCoin(this.#election, attempt, subject, round)
    const toss = this.#tosses.get(coinKey(attempt, round, subject))
    if (toss === undefined) return false
    if (toss.value === undefined) {
      const right = bytesByParticipant(toss.shares.filter(({ isRight }) => isRight === true))
      toss.value = isOdd(platform.sha3(this.#current.publicKeySet.combine(right)))
    }
    return toss.value
  }
}

/** Names a coin of an election. */
function coinKey(attempt: Attempt, round: number, subject: number): string {
  return `${String(attempt)}/${String(round)}/${String(subject)}`
}

/** Negative if the shares are for an earlier attempt of an election than others, 0 if for the same one. */
export function compareAttempts(a: AttemptOf, b: AttemptOf): number {
  return a.election - b.election || a.attempt - b.attempt
}

type AttemptOf = Pick<CoinShares, 'election' | 'attempt'>

function bytesByParticipant(shares: readonly Share[]): Map<number, Uint8Array> {
  return new Map(shares.map(({ participant, bytes }) => [participant, bytes]))
}

function verdictKey({ x, place }: SharePlace): string {
  return `${String(x)}/${String(place)}`
}

/** The coin while the voters have no key: anybody can tell it beforehand. */
export function fallbackCoin(election: number, attempt: Attempt, subject: number, round: number): boolean {
  return isOdd(platform.sha3(coinMessage(election, attempt, subject, round)))
}

/** Is the number of bits that are set odd? */
function isOdd(bytes: Uint8Array): boolean {
  let bits = 0
  for (const byte of bytes) bits ^= byte
  bits ^= bits >> 4
  bits ^= bits >> 2
  return ((bits ^ (bits >> 1)) & 1) === 1
}
