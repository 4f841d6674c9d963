// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { contributionOf, extended, noViews, parts, startingCell, starts } from './cell.ts'
import type { Cell, Contribution, Outcome, Rules, Step, View, Views } from './cell.ts'

/** With what a stage begins. */
export interface StageInput {
  readonly step: Step
  /** Per correct voter, ascending: one of {@link starts}, or 0 for a voter that never gets here. */
  readonly correct: readonly number[]
  /** What lines of forkers can begin with: a set of {@link starts}. */
  readonly forkers: number
  /** What was decided at an earlier stage: 1 for true, 2 for false, or 0. */
  readonly decided: number
}

/** What a stage ends with: the input of the next one, and what was decided by then. */
export type StageOutput = Omit<StageInput, 'step'>

/** What one correct voter has done at the stage. */
export interface VoterState {
  /** What its entry began with. */
  readonly start: number
  /** What its latest event here holds; undefined before its first one. */
  readonly cell: Cell | undefined
  /** All that its events here have shown: an event of another voter may know any of them. */
  readonly shown: readonly Contribution[]
  /** With what its next entry may have begun by now: a set of {@link starts}. */
  readonly exits: number
}

/** An event of a correct voter, or of a forker's line. */
export interface Move {
  readonly voter: VoterState
  readonly view: View
  readonly toss: number
  readonly outcome: Outcome
  /** With what the next entry could have begun by an event before it that changes nothing else. */
  readonly stays: number
}

/** A state of a stage: per correct voter what it has done. */
export interface StageState {
  readonly voters: readonly VoterState[]
  /** The state before, and the event that led here. */
  readonly before: { readonly state: StageState; readonly move: Move } | undefined
  readonly depth: number
}

/** What lines of forkers can hold at a state. */
export interface ForkerLines {
  readonly cells: readonly Cell[]
  readonly shown: readonly Contribution[]
  /** What their next entries can begin with. */
  readonly next: number
  /** How a cell comes about: from which one, by which view. */
  readonly origins: ReadonlyMap<Cell, { readonly from: Cell; readonly view: View; readonly toss: number }>
}

/** A rule of the protocol that is broken at a state. */
export interface Violation {
  readonly rule: string
  readonly what: string
}

export interface StageReport {
  readonly states: number
  readonly outputs: readonly { readonly output: StageOutput; readonly state: StageState }[]
  readonly violation: { readonly state: StageState; readonly violation: Violation } | undefined
}

/** How the model departs from the protocol: only to see that it notices. */
export interface Departures {
  /** How many lines of one forker an event counts: 1 by the rules. */
  readonly linesCounted?: number
  /** Does a voter forget what it held, and go on from how its entry began? */
  readonly forgets?: boolean
}

export interface StageOptions {
  readonly rules: Rules
  readonly forkers: number
  readonly departures: Departures
  /** Called now and then with the number of states so far; exploring ends when it returns false. */
  readonly onProgress: (states: number) => boolean
  /** Told of each step of a line, from its cell or start to the next cell. */
  readonly onStep?: ((step: Step, from: Cell, to: Cell) => void) | undefined
  /** Told of each that a correct voter can have done, once. */
  readonly onVoter?: ((step: Step, voter: VoterState) => void) | undefined
  /** At the first stage: which values correct voters were to begin with, by what they observed. */
  readonly observed?: number | undefined
  /** The rules of which a violation ends the search; by default all. */
  readonly wanted?: ReadonlySet<string> | undefined
}

/** What is checked, as `--rule` names it. */
export const checkedRules = [
  'agreement',
  'validity',
  'lemma 3',
  'lemma 5',
  'lemma 6',
  'lemma 7',
  'lemma 12',
  'integrity',
  'coin',
] as const

/** What events can make of a cell, by what comes of it: each different outcome once. */
type Outcomes = ReadonlyMap<number, { readonly view: View; readonly toss: number; readonly outcome: Outcome }>

/** A limit was reached before all states were seen. */
export class NotExhausted extends Error {}

/**
 * Explores one stage of the binary agreement of one subject: all that can happen at it, whatever the
 * order of events. Each correct voter has one line of events; each of its events sees any past event
 * of each other correct voter, or none, and any line of each forker, or none. What lines of forkers
 * can hold is a closure of the same rules over what correct voters have shown.
 */
export class Stage {
  readonly #input: StageInput
  readonly #options: StageOptions
  readonly #toss: readonly number[]
  readonly #voterIds = new Map<string, number>()
  readonly #voterStates: VoterState[] = []
  readonly #ids = new Map<VoterState, number>()
  readonly #shownIds = new Map<string, number>()
  readonly #views = new Map<string, Views>()
  readonly #lines = new Map<string, ForkerLines>()
  readonly #outcomes = new Map<string, Outcomes>()

  /** @param toss - the coin of the round, which events may know or not: 1, 2, or 0 where nobody needs it. */
  constructor(input: StageInput, toss: number, options: StageOptions) {
    this.#input = input
    this.#options = options
    this.#toss = toss === 0 ? [0] : [0, toss]
  }

  explore(): StageReport {
    const first: StageState = {
      voters: this.#input.correct.map((start) => this.#intern({ start, cell: undefined, shown: [], exits: 0 })),
      before: undefined,
      depth: 0,
    }
    const seen = new Map<string, StageState>([[this.#keyOf(first.voters), first]])
    const outputs = new Map<string, { output: StageOutput; state: StageState }>()
    for (const state of seen.values()) {
      if (seen.size % 1024 === 0 && !this.#options.onProgress(seen.size)) throw new NotExhausted()
      const violation = [...this.#violationsAt(state)].find(({ rule }) => this.#isWanted(rule))
      if (violation !== undefined) return { states: seen.size, outputs: [], violation: { state, violation } }
      let isLast = true
      for (const next of this.#successors(state)) {
        isLast = false
        const key = this.#keyOf(next.voters)
        if (!seen.has(key)) seen.set(key, next)
      }
      if (!isLast) continue
      for (const output of this.#outputsOf(state)) {
        const key = JSON.stringify(output)
        if (!outputs.has(key)) outputs.set(key, { output, state })
      }
    }
    const mustBeFixed = this.#input.step === 2 && this.#isWanted('lemma 12')
    const unfixed = mustBeFixed ? this.#unfixedValue([...seen.values()]) : undefined
    return { states: seen.size, outputs: [...outputs.values()], violation: unfixed }
  }

  /** What lines of forkers can hold, once correct voters have shown this. */
  linesAt({ voters }: StageState): ForkerLines {
    const sets = voters.map(({ shown }) => shown)
    const key = this.#shownKey(sets)
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    const { forkers, step } = this.#input
    const { rules, onStep } = this.#options
    const origins = new Map<Cell, { from: Cell; view: View; toss: number }>()
    const shown = new Set<Contribution>()
    const cells = new Set<Cell>()
    let next = 0
    const beginnings = [starts.true, starts.false, starts.coin].filter((start) => (forkers & start) !== 0)
    if (this.#options.forkers > 0) {
      let before = -1
      // With several forkers, what one line shows may lead another one further.
      while (shown.size !== before) {
        before = shown.size
        let views = this.#viewsOf(sets)
        for (let other = 1; other < this.#options.forkers; other++) views = extended(views, [...shown])
        const waiting = [...beginnings.map(startingCell), ...cells]
        const tried = new Set<Cell>()
        for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
          if (tried.has(from)) continue
          tried.add(from)
          for (const toss of this.#toss) {
            for (const [summary, view] of views) {
              const outcome = rules.outcome(step, from, summary, view, toss)
              next |= outcome.next
              if (!cells.has(outcome.cell)) {
                onStep?.(step, from, outcome.cell)
                cells.add(outcome.cell)
                origins.set(outcome.cell, { from, view, toss })
                shown.add(contributionOf(outcome.cell))
              }
              waiting.push(outcome.cell)
            }
          }
        }
        if (this.#options.forkers === 1) break
      }
    }
    const lines = { cells: [...cells], shown: [...shown].sort((a, b) => a - b), next, origins }
    this.#lines.set(key, lines)
    return lines
  }

  #intern(voter: VoterState): VoterState {
    const key = `${String(voter.start)}/${String(voter.cell)}/${String(voter.exits)}/${voter.shown.join()}`
    const id = this.#voterIds.get(key)
    if (id !== undefined) return this.#voterStates[id] ?? voter
    this.#voterIds.set(key, this.#voterStates.length)
    this.#ids.set(voter, this.#voterStates.length)
    this.#voterStates.push(voter)
    this.#options.onVoter?.(this.#input.step, voter)
    return voter
  }

  /** Correct voters are alike: only how many have done what makes a difference. */
  #keyOf(voters: readonly VoterState[]): string {
    return voters
      .map((voter) => this.#ids.get(voter) ?? 0)
      .sort((a, b) => a - b)
      .join()
  }

  #shownKey(sets: readonly (readonly Contribution[])[]): string {
    const ids = sets.map((shown) => {
      const key = shown.join()
      const id = this.#shownIds.get(key) ?? this.#shownIds.size
      this.#shownIds.set(key, id)
      return id
    })
    return ids.sort((a, b) => a - b).join()
  }

  #viewsOf(sets: readonly (readonly Contribution[])[]): Views {
    const key = this.#shownKey(sets)
    const known = this.#views.get(key)
    if (known !== undefined) return known
    const views = sets.reduce(extended, noViews)
    this.#views.set(key, views)
    return views
  }

  *#successors(state: StageState): Generator<StageState> {
    const { voters } = state
    const lines = this.linesAt(state)
    for (const [i, voter] of voters.entries()) {
      if (voter.start === 0 || voters.indexOf(voter) !== i) continue
      for (const move of this.#movesOf(voter, this.#seenBy(voters, i, lines))) {
        const next = this.#intern(after(move))
        if (next === voter) continue
        const moved = voters.map((other, j) => (j === i ? next : other))
        yield { voters: moved, before: { state, move }, depth: state.depth + 1 }
      }
    }
  }

  /** What an event of the voter at a place can see: of each other correct voter, and of each line that counts. */
  #seenBy(voters: readonly VoterState[], place: number, lines: ForkerLines): (readonly Contribution[])[] {
    const { forkers, departures } = this.#options
    const others = voters.filter((_, other) => other !== place).map(({ shown }) => shown)
    return [...others, ...Array.from({ length: forkers * (departures.linesCounted ?? 1) }, () => lines.shown)]
  }

  /**
   * The events that a voter can make next. One is left out if the same views let it come to the same
   * with one more event in between: that way it has only shown others more.
   */
  #movesOf(voter: VoterState, sets: readonly (readonly Contribution[])[]): readonly Move[] {
    const { departures } = this.#options
    const before = voter.cell ?? startingCell(voter.start)
    const stays = this.#staysOf(voter, sets)
    const froms = departures.forgets === true ? [before, startingCell(voter.start)] : [before]
    const all = new Map(froms.flatMap((from) => [...this.#outcomesOf(from, sets)]))
    const moves = new Map<number, Move>()
    for (const { view, toss, outcome } of all.values()) {
      if (voter.cell === outcome.cell) continue
      if (this.#isLonger(outcome, voter, all, sets)) continue
      moves.set(outcome.cell * 8 + outcome.next, { voter, view, toss, outcome, stays })
    }
    return [...moves.values()]
  }

  /** Is there another event after which an event with the same views comes to the same? */
  #isLonger(
    to: Outcome,
    { cell: before }: VoterState,
    all: Outcomes,
    sets: readonly (readonly Contribution[])[],
  ): boolean {
    for (const { outcome: between } of all.values()) {
      if (between.cell === to.cell || between.cell === before) continue
      const leads = (from: Cell, cell: Cell): boolean =>
        [...this.#outcomesOf(from, sets).values()].some(
          ({ outcome }) => outcome.cell === cell && (cell !== to.cell || outcome.next === to.next),
        )
      if (leads(between.cell, to.cell) && !leads(to.cell, between.cell)) return true
    }
    return false
  }

  /** With what the next entry of a voter can begin by an event that leaves its cell as it is. */
  #staysOf({ cell }: VoterState, sets: readonly (readonly Contribution[])[]): number {
    if (cell === undefined) return 0
    let next = 0
    for (const { outcome } of this.#outcomesOf(cell, sets).values()) if (outcome.cell === cell) next |= outcome.next
    return next
  }

  #outcomesOf(cell: Cell, sets: readonly (readonly Contribution[])[]): Outcomes {
    const key = `${String(cell)}|${this.#shownKey(sets)}`
    const known = this.#outcomes.get(key)
    if (known !== undefined) return known
    const { rules, onStep } = this.#options
    const { step } = this.#input
    const outcomes = new Map<number, { view: View; toss: number; outcome: Outcome }>()
    for (const toss of this.#toss) {
      for (const [summary, view] of this.#viewsOf(sets)) {
        const outcome = rules.outcome(step, cell, summary, view, toss)
        const outcomeKey = outcome.cell * 8 + outcome.next
        if (outcomes.has(outcomeKey)) continue
        onStep?.(step, cell, outcome.cell)
        outcomes.set(outcomeKey, { view, toss, outcome })
      }
    }
    this.#outcomes.set(key, outcomes)
    return outcomes
  }

  /** All that the next stage can begin with after a state in which nothing more happens. */
  #outputsOf(state: StageState): StageOutput[] {
    const lines = this.linesAt(state)
    let vectors: number[][] = [[]]
    for (const [i, voter] of state.voters.entries()) {
      const exits = voter.exits | this.#staysOf(voter, this.#seenBy(state.voters, i, lines))
      const choices = [1, 2, 4].filter((start) => (exits & start) !== 0)
      vectors = vectors.flatMap((vector) => (choices.length === 0 ? [0] : choices).map((start) => [...vector, start]))
    }
    const decided = this.#input.decided | this.#decidedAt(state)
    return vectors.map((vector) => {
      return { correct: vector.sort((a, b) => a - b), forkers: lines.next, decided }
    })
  }

  #isWanted(rule: string): boolean {
    return this.#options.wanted?.has(rule) ?? true
  }

  #decidedAt(state: StageState): number {
    let decided = 0
    for (const { cell } of state.voters) if (cell !== undefined) decided |= parts.decision(cell)
    for (const cell of this.linesAt(state).cells) decided |= parts.decision(cell)
    return decided
  }

  /** Checks the lemmas of docs/binary-agreement.md that one stage shows. */
  *#violationsAt(state: StageState): Generator<Violation> {
    const { step, correct, decided: earlier } = this.#input
    const lines = this.linesAt(state)
    const held = [...state.voters.flatMap(({ cell }) => cell ?? []), ...lines.cells]
    const decided = this.#decidedAt(state)
    if ((earlier | decided) === 3) yield { rule: 'agreement', what: 'true and false are both decided' }
    // Lemma 4, and validity: what no correct voter begins with, nobody comes to hold.
    const waits = correct.includes(starts.coin)
    const tossed = waits ? (this.#toss.at(-1) ?? 0) : 0
    const begun = this.#options.observed ?? correct.reduce((all, start) => all | (start & 3), 0) | tossed
    const foreign = ~begun & 3
    const isHeld = held.some(
      (cell) =>
        ((parts.binValues(cell) | parts.aux(cell) | parts.decision(cell) | parts.confirmed(cell)) & foreign) !== 0,
    )
    const isEstimated = state.voters.some(({ cell }) => cell !== undefined && (parts.estimates(cell) & foreign) !== 0)
    if (isHeld || isEstimated) {
      yield { rule: 'validity', what: 'somebody holds a value that no correct voter began with (Lemma 4)' }
    }
    const confirmations = new Set(held.map(parts.confirmed))
    if (confirmations.has(1) && confirmations.has(2)) {
      yield { rule: 'lemma 5', what: 'one event confirms {true}, another one {false}' }
    }
    const passed = state.voters.reduce((all, voter) => all | voter.exits, 0) | lines.next
    const expected = [starts.true, starts.false][step === 0 ? 0 : 1] ?? 0
    if (step < 2 && decided !== 0 && (passed & ~expected) !== 0) {
      yield { rule: 'lemma 6', what: 'after a decision an entry of the next stage begins with another value' }
    }
    const unanimous = correct.every((start) => start === correct[0]) && (correct[0] === 1 || correct[0] === 2)
    if (unanimous && decided === 0 && (passed & ~(correct[0] ?? 0)) !== 0) {
      yield { rule: 'lemma 7', what: 'all correct voters began with one value, and an entry goes on with another' }
    }
    const last = state.before?.move
    if (last === undefined) return
    const { cell, next } = last.outcome
    const isDecided = parts.decision(cell) !== 0
    if (isDecided && next !== 0) yield { rule: 'integrity', what: 'a list goes on after its decision' }
    const from = last.voter.cell ?? startingCell(last.voter.start)
    if (!isDecided && !goesOn(from, cell)) {
      yield { rule: 'lemma 3', what: 'a voter gives up what it held, or chooses a second time' }
    }
    if (!isDecided && parts.estimates(from) === 0 && last.toss === 0 && parts.estimates(cell) !== 0) {
      yield { rule: 'coin', what: 'estimates that wait for the coin get another value before' }
    }
  }

  /**
   * Lemma 12: once a correct voter has come past step 2, at most one value is left with which anybody
   * can begin the next round without its coin.
   */
  #unfixedValue(states: readonly StageState[]): StageReport['violation'] {
    const reach = new Map<string, number>()
    const size = ({ voters }: StageState): number =>
      voters.reduce(
        (sum, { shown, exits, cell }) =>
          sum + 8 * shown.length + (cell === undefined ? 0 : bitCount(cell)) + bitCount(exits),
        0,
      )
    const sized = states.map((state) => ({ state, size: size(state) })).sort((a, b) => b.size - a.size)
    let found: StageReport['violation']
    for (const [i, { state }] of sized.entries()) {
      if (i % 1024 === 0 && !this.#options.onProgress(states.length)) throw new NotExhausted()
      let values = state.voters.reduce((all, voter) => all | voter.exits, 0) | this.linesAt(state).next
      for (const next of this.#successors(state)) values |= reach.get(this.#keyOf(next.voters)) ?? 0
      reach.set(this.#keyOf(state.voters), values)
      const isPast = state.voters.some(({ exits }) => exits !== 0)
      if (!isPast || (values & 3) !== 3 || (found !== undefined && found.state.depth <= state.depth)) continue
      const what = 'a correct voter has reached the coin, and both values can still be begun with (Lemma 12)'
      found = { state, violation: { rule: 'lemma 12', what } }
    }
    return found
  }
}

/** The voter after an event. */
function after({ voter, outcome, stays }: Move): VoterState {
  const contribution = contributionOf(outcome.cell)
  const shown = voter.shown.includes(contribution) ? voter.shown : [...voter.shown, contribution].sort((a, b) => a - b)
  return { start: voter.start, cell: outcome.cell, shown, exits: voter.exits | stays | outcome.next }
}

/** Lemma 3: values are added, aux and confirmation are set once. */
function goesOn(from: Cell, to: Cell): boolean {
  const isKept = (part: (cell: Cell) => number): boolean => part(from) === 0 || part(from) === part(to)
  const isAdded = (part: (cell: Cell) => number): boolean => (part(from) & ~part(to)) === 0
  return isAdded(parts.estimates) && isAdded(parts.binValues) && isKept(parts.aux) && isKept(parts.confirmed)
}

function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
