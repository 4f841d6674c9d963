// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { nextMetaVotes, twinPredictableCoin } from '../test/support/twin-votes.ts'
import type { TwinCoin, TwinMetaVote } from '../test/support/twin-votes.ts'
import { cellOf, contributionOf, startingCell, starts } from './cell.ts'
import type { Cell, Contribution, Step } from './cell.ts'
import { explore } from './explore.ts'
import { noPlant } from './plants.ts'

/** What a line of a trace holds of a meta-vote: `t`, `f`, `b` (both) or `-` (none). */
interface Held {
  readonly estimates: string
  readonly binValues: string
  readonly aux: string
  readonly decision: string
  readonly confirmed: string
}

/** A line of a trace, as `parsec simulate --meta-votes` writes it. */
interface TraceStep {
  readonly run?: string
  readonly election: number
  readonly attempt: number
  readonly voters: number
  readonly coin: 'threshold' | 'predictable'
  readonly subject: string
  readonly event: string
  readonly line: string
  readonly stage: number
  readonly before: Held | null
  readonly view: Readonly<Record<string, Held>>
  readonly after: Held
}

export interface TraceReport {
  readonly steps: number
  /** Lists of meta-votes: one per event and subject. */
  readonly lists: number
  /** How many steps were compared with what exploring four voters finds; undefined if none could be. */
  readonly explored: number | undefined
  /** The first step that is wrong, told so that one finds it. */
  readonly fault: string | undefined
}

const sets: Readonly<Record<string, readonly boolean[]>> = { t: [true], f: [false], b: [true, false], '-': [] }

/** Checks a trace: each list must be what the twin makes of what it starts from and what it counts. */
export async function checkTrace(lines: AsyncIterable<string>): Promise<TraceReport> {
  const checker = new Checker()
  let list: TraceStep[] = []
  let steps = 0
  let lists = 0
  const finish = (): string | undefined => {
    if (list.length > 0) lists++
    return list.length === 0 ? undefined : checker.fault(list)
  }
  let fault: string | undefined
  for await (const line of lines) {
    if (line === '') continue
    const step = readStep(line)
    steps++
    if (step.stage === 0) {
      fault = finish()
      if (fault !== undefined) break
      list = []
    }
    list.push(step)
  }
  fault ??= finish()
  return { steps, lists, explored: checker.explored, fault }
}

function readStep(line: string): TraceStep {
  try {
    const step = JSON.parse(line) as TraceStep
    if (typeof step.stage === 'number' && typeof step.after === 'object') return step
  } catch {
    // Told below.
  }
  throw Object.assign(new Error(`not a step of meta-votes: ${line.slice(0, 80)}`), { code: 'trace' })
}

class Checker {
  /** The values of coins that were taken, by what names the coin. */
  readonly #coins = new Map<string, boolean>()
  /** Per line, subject and stage: what it has shown. */
  readonly #shown = new Map<string, readonly Contribution[]>()
  #explored: Explored | undefined
  #compared = 0

  get explored(): number | undefined {
    return this.#explored === undefined ? undefined : this.#compared
  }

  /** What is wrong with a list, if anything is. */
  fault(list: readonly TraceStep[]): string | undefined {
    const [first] = list
    if (first === undefined) return undefined
    const start = list.flatMap(({ before, stage }) => (before === null ? [] : [metaVote(before, stage)]))
    const voters = new Set(list.flatMap(({ view }) => Object.keys(view)))
    const others = [...voters].map((voter) =>
      list.flatMap(({ view, stage }) => (view[voter] === undefined ? [] : [metaVote(view[voter], stage)])),
    )
    const expected = list.map(({ after, stage }) => textOf(metaVote(after, stage))).join('\n')
    const options = this.#coinsOf(list)
    let computed = ''
    for (const tosses of options) {
      const coin: TwinCoin =
        first.coin === 'predictable' ? twinPredictableCoin : { confirms: true, toss: (round) => tosses.get(round) }
      computed = nextMetaVotes(start, others, first.voters, coin).map(textOf).join('\n')
      if (computed !== expected) continue
      for (const [round, value] of options.length > 1 ? tosses : []) {
        if (value !== undefined) this.#coins.set(coinName(first, round), value)
      }
      return this.#unexplored(list)
    }
    return `${nameOf(first)} holds\n${expected}\nand by the rules it would hold\n${computed}`
  }

  /** Which coins the event may have known: none, or the one that the others took. */
  #coinsOf(list: readonly TraceStep[]): ReadonlyMap<number, boolean | undefined>[] {
    let options: Map<number, boolean | undefined>[] = [new Map<number, boolean | undefined>()]
    for (const step of list) {
      const { stage, before } = step
      if (step.coin === 'predictable' || stage === 0 || stage % 3 !== 0) continue
      if (before !== null && before.estimates !== '-') continue
      const round = stage / 3
      const known = this.#coins.get(coinName(step, round))
      const values = known === undefined ? [undefined, true, false] : [undefined, known]
      options = options.flatMap((tosses) => values.map((value) => new Map([...tosses, [round, value]])))
    }
    return options
  }

  /** With four voters: did exploring find each of these steps, and all that its line has shown by then? */
  #unexplored(list: readonly TraceStep[]): string | undefined {
    const [first] = list
    if (first?.voters !== 4 || first.coin === 'predictable') return undefined
    this.#explored ??= exploreFour()
    const { steps, voters: explored } = this.#explored
    for (const traced of list) {
      this.#compared++
      const { stage, before, after } = traced
      const shown = this.#shownBy(traced)
      const step = (stage % 3) as Step
      const to = cellOf(metaVote(after, stage))
      const froms = before === null ? beginnings : [cellOf(metaVote(before, stage))]
      // What is held already, and is only counted again, is a step that need not be told.
      const isStep = froms.some((from) => from === to || steps.has(stepKey(step, from, to)))
      // A forker's lines are no histories of correct voters.
      const isHistory =
        isForked(traced) || explored.get(stepKey(step, 0, to))?.some((past) => holdsAll(past, shown)) === true
      if (isStep && isHistory) continue
      return `${nameOf(first)} stage ${String(stage)}: exploring does not find ${textOf(metaVote(after, stage))}`
    }
    return undefined
  }

  /** All that a line has shown at the stage of a step, the step included. */
  #shownBy(step: TraceStep): readonly Contribution[] {
    const key = lineOf(step)
    const before = this.#shown.get(key) ?? []
    const latest = contributionOf(cellOf(metaVote(step.after, step.stage)))
    const shown = before.includes(latest) ? before : [...before, latest]
    this.#shown.set(key, shown)
    return shown
  }
}

function isForked({ line }: TraceStep): boolean {
  return line.includes(',')
}

function lineOf({ run = '', election, attempt, subject, line, stage }: TraceStep): string {
  return JSON.stringify([run, election, attempt, subject, line, stage])
}

function holdsAll(past: readonly Contribution[], shown: readonly Contribution[]): boolean {
  return shown.every((contribution) => past.includes(contribution))
}

const beginnings = [starts.true, starts.false, starts.coin].map(startingCell)

/** What exploring four voters, one of them a forker, finds. */
interface Explored {
  /** Steps of any line. */
  readonly steps: ReadonlySet<number>
  /** Per stage and cell of a correct voter, all that it can have shown by then. */
  readonly voters: ReadonlyMap<number, readonly (readonly Contribution[])[]>
}

function exploreFour(): Explored {
  const steps = new Set<number>()
  const voters = new Map<number, (readonly Contribution[])[]>()
  explore({
    voters: 4,
    forkers: 1,
    plant: noPlant,
    onStep: (step, from, to) => steps.add(stepKey(step, from, to)),
    onVoter: (step, { cell, shown }) => {
      if (cell === undefined) return
      const key = stepKey(step, 0, cell)
      voters.set(key, [...(voters.get(key) ?? []), shown])
    },
  })
  return { steps, voters }
}

function stepKey(step: Step, from: Cell, to: Cell): number {
  return (step * 1024 + from) * 1024 + to
}

function coinName({ run = '', election, attempt, subject }: TraceStep, round: number): string {
  return JSON.stringify([run, election, attempt, subject, round])
}

function nameOf({ run, election, attempt, event, subject }: TraceStep): string {
  const where = run === undefined ? '' : `${run}: `
  return `${where}election ${String(election)}, attempt ${String(attempt)}: ${event}, about ${subject},`
}

function metaVote(held: Held, stage: number): TwinMetaVote {
  const set = (letter: string): ReadonlySet<boolean> => new Set(sets[letter] ?? [])
  const value = (letter: string): boolean | undefined => (letter === '-' ? undefined : letter === 't')
  return {
    round: Math.floor(stage / 3),
    step: (stage % 3) as Step,
    estimates: set(held.estimates),
    binValues: set(held.binValues),
    aux: value(held.aux),
    decision: value(held.decision),
    confirmed: set(held.confirmed),
  }
}

function textOf({ round, step, estimates, binValues, aux, decision, confirmed }: TwinMetaVote): string {
  const set = (values: ReadonlySet<boolean>): string => `{${[...values].sort().join(' ')}}`
  const stage = `${String(round)}/${String(step)}`
  return `  ${stage} ${set(estimates)} ${set(binValues)} ${String(aux)} ${String(decision)} ${set(confirmed)}`
}
