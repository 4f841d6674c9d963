// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { fallbackCoin, sortedIds } from '@parsec-bft/core/internals'
import type { Inspection, MetaVoteView } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import type { Random } from '../base/random.ts'
import type { StallOptions } from '../options/options.ts'
import { campSizes, keepSplit } from './keep-split.ts'
import type { Camps } from './keep-split.ts'
import { deliverAll, sendAll } from './post.ts'
import type { Letter, Post } from './post.ts'
import { splitObservers } from './split-observers.ts'

/** What the scheduler knows of the coins. */
export interface Foresight {
  /** Has step 2 a confirmation phase (protocol.md section 11)? */
  readonly confirms: boolean
  /**
   * The coin for entries of the round whose estimates are empty; undefined if nobody can know it
   * before the round is reached: then it is guessed.
   */
  predict(round: number, subject: string): boolean | undefined
}

/** The coin of the first implementation is known in advance. */
export const predictable: Foresight = { confirms: false, predict: (round) => round % 2 === 1 }

/**
 * What is known of the threshold coin: everything as long as the voters have no key, then nothing.
 * @param inspect - a voter's view of the election.
 */
export function foresightOfThreshold(inspect: () => Inspection | undefined): Foresight {
  return {
    confirms: true,
    predict: (round, subject) => {
      const inspection = inspect()
      if (inspection === undefined || inspection.coinThreshold !== undefined) return undefined
      const ids = inspection.peers().map(({ id }) => id)
      const voters = sortedIds(inspection.voters().flatMap((voter) => ids[voter] ?? []))
      return fallbackCoin(
        inspection.election,
        1,
        voters.findIndex(({ name }) => name === subject),
        round,
      )
    },
  }
}

/**
 * Keeps one election undecided by the order of messages alone. All peers are correct and keep
 * gossiping, and whatever is sent at a step of the binary agreement arrives by the end of the next
 * one.
 *
 * It attacks one subject. At every step the estimates are split; it makes one peer's aux the coin
 * and all others' the other value, and shows the former to some peers only ({@link keepSplit}). To
 * do so it must know the coin beforehand: a wrong guess unites all estimates, and it gives up.
 */
export class Stall {
  readonly #options: StallOptions
  readonly #post: Post
  readonly #foresight: Foresight
  readonly #random: Random
  readonly #subject: string
  /** All peers; those come first who know of nobody else's estimate at the current step. */
  #order: readonly string[]
  /** Who took the last coin. */
  #takers: readonly string[] = []
  /** Messages that were sent before the current step. */
  #old: readonly Letter[] = []
  #phase: 'waiting' | 'stalling' | 'over' = 'waiting'

  constructor(options: StallOptions, post: Post, peers: readonly string[], foresight: Foresight, random: Random) {
    this.#options = options
    this.#post = post
    this.#foresight = foresight
    this.#random = random
    this.#order = random.shuffle(peers)
    this.#subject = random.pick(peers)
  }

  get isOver(): boolean {
    return this.#phase === 'over'
  }

  /** Is this round of the simulation the scheduler's? */
  isDue(round: number): boolean {
    return !this.isOver && round >= this.#options.fromRound
  }

  /** A round of the simulation: the first meta-votes, then a step of the binary agreement each time. */
  run(): void {
    if (this.#phase === 'waiting') this.#begin()
    else if (!this.#proceed()) this.#phase = 'over'
  }

  #begin(): void {
    const peers = this.#order
    const late = peers.find((peer) => !this.#post.isIdle(peer))
    if (late !== undefined) throw new CheckFailure('stall', `${late} has not put out everything when it begins`, late)
    this.#phase = 'stalling'
    this.#post.vote()
    const { least, most } = campSizes(peers.length)
    const others = peers.filter((peer) => peer !== this.#subject)
    const observing = [this.#subject, ...others.slice(0, this.#random.integer(least, most) - 1)]
    splitObservers(this.#post, peers, this.#subject, observing)
    this.#old = this.#post.held()
  }

  /** One step; false if it cannot go on, or need not. */
  #proceed(): boolean {
    if (this.#entries()?.some(({ estimates }) => estimates.size === 0) === true) {
      // Those who wait for the coin get each other's shares, but not what others conclude from these.
      deliverAll(this.#post, sendAll(this.#post, this.#takers, this.#takers))
    }
    const entries = this.#entries()
    const [at] = entries ?? []
    if (entries === undefined || at === undefined || at.round >= this.#options.rounds) return false
    const camps = this.#camps(entries, this.#coin(at))
    if (camps === undefined) return false
    const confirms = at.step === 2 && this.#foresight.confirms
    const { takers, keepers } = keepSplit(this.#post, camps, confirms, this.#random)
    this.#takers = takers
    this.#order = [...takers, ...keepers.first, ...keepers.rest]
    // What was sent before this step no longer matters in the next one.
    deliverAll(this.#post, this.#old)
    this.#old = this.#post.held()
    return true
  }

  /** The value that a peer takes at this step if it sees no supermajority. */
  #coin({ round, step }: MetaVoteView): boolean {
    if (step !== 2) return step === 0
    const known = this.#options.blind ? undefined : this.#foresight.predict(round + 1, this.#subject)
    return known ?? this.#random.chance(0.5)
  }

  /** Everyone's last meta-vote, if all are at the same step and undecided. */
  #entries(): readonly MetaVoteView[] | undefined {
    const entries = this.#order.flatMap((peer) => this.#post.lastMetaVote(peer, this.#subject) ?? [])
    const isTogether = entries.every(
      ({ round, step, decision }) => round === entries[0]?.round && step === entries[0].step && decision === undefined,
    )
    return isTogether && entries.length === this.#order.length ? entries : undefined
  }

  /** The camps, if the split can be kept. */
  #camps(entries: readonly MetaVoteView[], coin: boolean): Camps | undefined {
    const holding = (value: boolean): string[] =>
      this.#order.filter((_, i) => entries[i]?.estimates.size === 1 && entries[i].estimates.has(value))
    const camps = { coin: holding(coin), other: holding(!coin) }
    const { least, most } = campSizes(this.#order.length)
    const isSplit = camps.coin.length + camps.other.length === this.#order.length
    return isSplit && camps.coin.length >= least && camps.coin.length <= most ? camps : undefined
  }
}
