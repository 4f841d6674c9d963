// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { firstMetaVote } from '../test/support/twin-votes.ts'
import { cellOf, Rules, starts } from './cell.ts'
import type { Cell, Step } from './cell.ts'
import type { Plant } from './plants.ts'
import { NotExhausted, Stage } from './stage.ts'
import type { StageInput, StageState, Violation, VoterState } from './stage.ts'

export interface ModelOptions {
  readonly voters: number
  /** How many of them fork. */
  readonly forkers: number
  readonly plant: Plant
  /** Called with what was done so far; exploring ends when it returns false. */
  readonly onProgress?: (progress: {
    readonly inputs: number
    readonly waiting: number
    readonly states: number
  }) => boolean
  /** Told of each step of a line, from its cell or start to the next cell. */
  readonly onStep?: ((step: Step, from: Cell, to: Cell) => void) | undefined
  /** Told of each that a correct voter can have done at a stage. */
  readonly onVoter?: ((step: Step, voter: VoterState) => void) | undefined
  /** The rules of which a violation ends the search; by default all. */
  readonly wanted?: ReadonlySet<string> | undefined
}

/** A stage that was reached, and how: by which state of an earlier stage. */
export interface Reached {
  readonly input: StageInput
  readonly toss: number
  /** At the first stage: which values correct voters were to begin with. */
  readonly observed?: number | undefined
  readonly from: { readonly stage: Reached; readonly state: StageState } | undefined
}

export interface Counterexample {
  readonly violation: Violation
  readonly stage: Reached
  readonly state: StageState
}

export interface ModelReport {
  readonly voters: number
  readonly forkers: number
  /** Were all states seen, or a counterexample? */
  readonly exhausted: boolean
  /** Stages that differ in what they begin with. */
  readonly inputs: number
  readonly states: number
  readonly counterexample: Counterexample | undefined
}

/**
 * Explores the binary agreement of one subject exhaustively: all stages that can be reached from any
 * first estimates, until no new input of a stage comes up. As these are finitely many, all rounds are
 * covered.
 */
export function explore({ voters, forkers, plant, onProgress, onStep, onVoter, wanted }: ModelOptions): ModelReport {
  const rules = new Rules(voters, plant.rules)
  const reached = new Map<string, Reached>()
  const reach = (input: StageInput, from: Reached['from'], observed?: number): void => {
    const waits = input.correct.includes(starts.coin) || (input.forkers & starts.coin) !== 0
    for (const toss of waits ? [1, 2] : [0]) {
      const key = JSON.stringify([input, toss])
      if (!reached.has(key)) reached.set(key, { input, toss, from, observed })
    }
  }
  const correct = voters - forkers
  for (let observing = 0; observing <= correct; observing++) {
    const estimates = Array.from({ length: correct }, (_, i) => cellOf(firstMetaVote(i < observing, plant.rules)))
    estimates.sort((a, b) => a - b)
    const observed = (observing > 0 ? 1 : 0) | (observing < correct ? 2 : 0)
    reach(
      { step: 0, correct: estimates, forkers: forkers === 0 ? 0 : starts.true | starts.false, decided: 0 },
      undefined,
      observed,
    )
  }
  let states = 0
  let done = 0
  const report = (exhausted: boolean, counterexample?: Counterexample): ModelReport => {
    return { voters, forkers, exhausted, inputs: reached.size, states, counterexample }
  }
  try {
    for (const stage of reached.values()) {
      const before = states
      const progress = (more: number): boolean => {
        states = before + more
        return onProgress?.({ inputs: done, waiting: reached.size - done, states }) ?? true
      }
      const { input, toss, observed } = stage
      const explorer = new Stage(input, toss, {
        rules,
        forkers,
        departures: plant,
        onProgress: progress,
        onStep,
        onVoter,
        observed,
        wanted,
      })
      const found = explorer.explore()
      states = before + found.states
      done++
      if (found.violation !== undefined) return report(true, { stage, ...found.violation })
      const step = ((input.step + 1) % 3) as Step
      for (const { output, state } of found.outputs) {
        if (output.correct.every((start) => start === 0)) continue
        reach({ step, ...output }, { stage, state })
      }
      if (!progress(found.states)) throw new NotExhausted()
    }
  } catch (error) {
    if (error instanceof NotExhausted) return report(false)
    throw error
  }
  return report(true)
}
