// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { predictableCoin } from '../src/election/coin.ts'
import type { Coin } from '../src/election/coin.ts'
import type { Attempt } from '../src/wire/coin-shares.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MetaVoting } from '../src/election/meta-votes.ts'
import type { MetaVoteSpan } from '../src/election/meta-votes.ts'
import { listIn, put, setOf } from './support/meta-vote-pool.ts'
import { chooser } from './support/network.ts'
import type { Choose } from './support/network.ts'
import { nextMetaVotes, twinPredictableCoin } from './support/twin-votes.ts'
import type { TwinCoin, TwinMetaVote } from './support/twin-votes.ts'

/** Random choices; many more with the variable PARSEC_RUNS. */
const runs = Number(process.env.PARSEC_RUNS ?? 120)

/** What a voter holds after one of its events: the same meta-votes twice. */
interface Held {
  readonly span: MetaVoteSpan
  /** Per subject. */
  readonly lists: readonly (readonly TwinMetaVote[])[]
}

/** A list such as a voter could hold: any values, decided at most in its last entry. */
function randomList(choose: Choose, longest: number, confirms: boolean): TwinMetaVote[] {
  const length = choose(4) === 0 ? 1 + choose(longest) : longest
  return Array.from({ length }, (_, stage) => {
    const step = ([0, 1, 2] as const)[stage % 3] ?? 0
    const decision = stage === length - 1 && step < 2 && choose(8) === 0 ? step === 0 : undefined
    const any = choose(3)
    const estimates = decision === undefined ? setOf(any !== 1, any !== 0) : new Set([decision])
    const binValues = decision === undefined ? new Set([...estimates].filter(() => choose(6) > 0)) : estimates
    const aux = decision ?? (choose(8) === 0 ? undefined : [...binValues][choose(binValues.size)])
    const held = choose(4)
    const confirmed = confirms && step === 2 ? setOf(held === 1 || held === 3, held > 1) : new Set<boolean>()
    return { round: Math.floor(stage / 3), step, estimates, binValues, aux, decision, confirmed }
  })
}

/**
 * A coin that is known for some rounds and subjects, as it is where shares are still on their way;
 * the same for the twin, by subject.
 */
function randomCoin(choose: Choose): { coin: Coin; twin: (subject: number) => TwinCoin } {
  const salt = choose(1 << 16)
  const bits = (round: number, word: number, kind: number): number =>
    Math.imul(0x9e3779b1, salt + 31 * round + 7 * word + kind) ^ Math.imul(0x85ebca6b, salt * round + kind)
  const known = (_event: number, _attempt: Attempt, round: number, word: number, wanted: number): number =>
    wanted & (bits(round, word, 1) | bits(round, word, 2))
  const values = (_attempt: Attempt, round: number, word: number, among: number): number => among & bits(round, word, 3)
  const holds = (word: number, subject: number): boolean => ((word >> (subject & 31)) & 1) === 1
  const toss = (subject: number, round: number): boolean | undefined =>
    holds(known(0, 1, round, subject >> 5, -1), subject)
      ? holds(values(1, round, subject >> 5, -1), subject)
      : undefined
  return {
    coin: { confirms: true, known, values },
    twin: (subject) => ({ confirms: true, toss: (round) => toss(subject, round) }),
  }
}

/** One update among random voters. Returns how many subjects had to wait for a coin, or took one. */
function checkUpdate(choose: Choose, voters: number, confirms: boolean): number {
  const { coin, twin } = confirms
    ? randomCoin(choose)
    : { coin: predictableCoin, twin: (): TwinCoin => twinPredictableCoin }
  const voting = new MetaVoting(voters, coin)
  const longest = 1 + choose(9)
  const held = Array.from({ length: Math.max(1, voters - choose(3)) }, (): Held => {
    const lists = Array.from({ length: voters }, () => randomList(choose, longest, confirms))
    return { span: put(voting, lists), lists }
  })
  const [own, ...others] = held
  if (own === undefined) return 0
  voting.begin(0, 1)
  for (const { span } of others) voting.addOther(span.start, span.stages)
  const span = { start: -1, stages: 0 }
  const allDecided = voting.update(own.span, span)
  const othersAt = (subject: number): (readonly TwinMetaVote[])[] => others.map(({ lists }) => lists[subject] ?? [])
  const next = (coinOf: (subject: number) => TwinCoin): TwinMetaVote[][] =>
    own.lists.map((start, subject) => nextMetaVotes(start, othersAt(subject), voters, coinOf(subject)))
  const expected = next(twin)
  expect(expected.map((_, slot) => listIn(voting, span, slot))).toEqual(expected)
  expect(allDecided).toBe(expected.every((list) => list.at(-1)?.decision !== undefined))
  const withoutCoin = next(() => ({ confirms, toss: () => undefined }))
  return withoutCoin.filter((list) => list.some(({ estimates }) => estimates.size === 0)).length
}

test.each([
  ['the coin of the first implementation', false],
  ['a coin that needs confirmations and may not be known yet', true],
])('meta-votes are those of the plain twin, whatever the voters hold, more than 32 subjects too: %s', (_, confirms) => {
  let coins = 0
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const choose = chooser(seed)
      for (let i = 0; i < 5; i++) {
        coins += checkUpdate(choose, choose(12) === 0 ? 30 + choose(8) : 2 + choose(9), confirms)
      }
    }),
    { numRuns: runs },
  )
  expect(coins).toBeGreaterThan(runs)
})
