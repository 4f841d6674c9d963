// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { twinStep } from '../test/support/twin-votes.ts'
import type { TwinMetaVote, TwinRules } from '../test/support/twin-votes.ts'

/**
 * What a voter holds at one stage about one subject, in ten bits, two for each of estimates, binValues,
 * aux, decision and confirmation. In each pair the first bit is *true*, the second *false*.
 */
export type Cell = number

/** What others see of a cell, in eight bits: all but binValues, which nobody counts. */
export type Contribution = number

/** A set of estimates with which an entry can begin: {true}, {false}, or the empty one, which waits for the coin. */
export const starts = { true: 1, false: 2, coin: 4 } as const

export type Step = 0 | 1 | 2

function bitsOf(values: Iterable<boolean>): number {
  let bits = 0
  for (const value of values) bits |= value ? 1 : 2
  return bits
}

function valuesOf(bits: number): ReadonlySet<boolean> {
  return new Set([...((bits & 1) === 0 ? [] : [true]), ...((bits & 2) === 0 ? [] : [false])])
}

function valueOf(bits: number): boolean | undefined {
  return bits === 0 ? undefined : bits === 1
}

export function cellOf({ estimates, binValues, aux, decision, confirmed }: TwinMetaVote): Cell {
  const single = (value: boolean | undefined): number => (value === undefined ? 0 : bitsOf([value]))
  return (
    bitsOf(estimates) |
    (bitsOf(binValues) << 2) |
    (single(aux) << 4) |
    (single(decision) << 6) |
    (bitsOf(confirmed) << 8)
  )
}

/** The parts of a cell, each two bits. */
export const parts = {
  estimates: (cell: Cell): number => cell & 3,
  binValues: (cell: Cell): number => (cell >> 2) & 3,
  aux: (cell: Cell): number => (cell >> 4) & 3,
  decision: (cell: Cell): number => (cell >> 6) & 3,
  confirmed: (cell: Cell): number => (cell >> 8) & 3,
}

/** @param round - any but 0: an entry of round 0 never waits for a coin, and is the same otherwise. */
export function metaVoteOf(cell: Cell, step: Step, round = 1): TwinMetaVote {
  return {
    round,
    step,
    estimates: valuesOf(parts.estimates(cell)),
    binValues: valuesOf(parts.binValues(cell)),
    aux: valueOf(parts.aux(cell)),
    decision: valueOf(parts.decision(cell)),
    confirmed: valuesOf(parts.confirmed(cell)),
  }
}

/** An entry before its first update. */
export function startingCell(start: number): Cell {
  return start === starts.coin ? 0 : start
}

export function contributionOf(cell: Cell): Contribution {
  return (cell & 3) | ((cell >> 2) & 0b11111100)
}

/** A cell of which others see this. */
export function cellShowing(contribution: Contribution): Cell {
  return (contribution & 3) | ((contribution & 0b11111100) << 2)
}

/**
 * What an event sees of others at one stage: how many hold what. The rules only count, so two views with
 * one summary have one outcome; the tests check that of the twin. (Unless both values are decided in it:
 * then agreement is broken already.)
 */
export type Summary = number

const width = 4
const fields = { estTrue: 0, estFalse: 1, auxTrue: 2, auxFalse: 3, confirmed: 4 }
/** After the counts: was true, was false confirmed by any, was true, was false decided by any? */
const flagsAt = 5 * width

/** The summary of a view to which one more contribution is added. */
export function plus(summary: Summary, contribution: Contribution): Summary {
  const one = (field: number): number => 1 << (field * width)
  let sum = summary
  if (contribution & 1) sum += one(fields.estTrue)
  if (contribution & 2) sum += one(fields.estFalse)
  if (contribution & 4) sum += one(fields.auxTrue)
  if (contribution & 8) sum += one(fields.auxFalse)
  const decided = (contribution >> 4) & 3
  const confirmed = (contribution >> 6) & 3
  if (confirmed !== 0) sum += one(fields.confirmed)
  return sum | (confirmed << flagsAt) | (decided << (flagsAt + 2))
}

/** A view: one contribution of each voter that is counted. */
export type View = readonly Contribution[]

/** Different views, by their summaries. */
export type Views = ReadonlyMap<Summary, View>

export const noViews: Views = new Map([[0, []]])

/** Each view with one more voter: absent, or showing any of these contributions. */
export function extended(views: Views, contributions: readonly Contribution[]): Views {
  const result = new Map(views)
  for (const [summary, view] of views) {
    for (const contribution of contributions) {
      const sum = plus(summary, contribution)
      if (!result.has(sum)) result.set(sum, [...view, contribution])
    }
  }
  return result
}

/** What an event makes of its cell. */
export interface Outcome {
  readonly cell: Cell
  /** With what the next entry begins, one of {@link starts}; 0 if one may not proceed. */
  readonly next: number
}

/** The rules as a function of cells and summaries; the twin's, each case computed once. */
export class Rules {
  readonly voters: number
  readonly rules: TwinRules
  readonly #known = new Map<number, Outcome>()

  constructor(voters: number, rules: TwinRules) {
    this.voters = voters
    this.rules = rules
  }

  /** @param toss - the coin that the event knows, 1 for true and 2 for false; 0 if it knows none. */
  outcome(step: Step, cell: Cell, summary: Summary, view: View, toss: number): Outcome {
    const key = ((summary * 1024 + cell) * 3 + step) * 3 + toss
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const others = view.map((contribution) => metaVoteOf(cellShowing(contribution), step))
    const coin = { confirms: true, toss: () => valueOf(toss) }
    const { vote, next } = twinStep(metaVoteOf(cell, step), others, this.voters, coin, this.rules)
    const start = next === undefined ? 0 : bitsOf(next.estimates) || starts.coin
    const outcome = { cell: cellOf(vote), next: start }
    this.#known.set(key, outcome)
    return outcome
  }
}

export function setText(bits: number): string {
  return ['{}', '{true}', '{false}', '{true, false}'][bits & 3] ?? ''
}

export function cellText(cell: Cell): string {
  const texts = [`estimates ${setText(parts.estimates(cell))}`]
  if (parts.binValues(cell) !== 0) texts.push(`binValues ${setText(parts.binValues(cell))}`)
  if (parts.aux(cell) !== 0) texts.push(`aux ${parts.aux(cell) === 1 ? 'true' : 'false'}`)
  if (parts.confirmed(cell) !== 0) texts.push(`confirms ${setText(parts.confirmed(cell))}`)
  if (parts.decision(cell) !== 0) texts.push(`DECIDED ${parts.decision(cell) === 1 ? 'true' : 'false'}`)
  return texts.join(', ')
}
