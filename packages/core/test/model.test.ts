// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MetaVoting } from '../src/election/meta-votes.ts'
import { cellOf, cellShowing, contributionOf, metaVoteOf, plus, Rules, starts } from '../model/cell.ts'
import type { Cell, Step } from '../model/cell.ts'
import { explore } from '../model/explore.ts'
import { noPlant, plants } from '../model/plants.ts'
import { Stage } from '../model/stage.ts'
import { storyOf } from '../model/story.ts'
import { checkTrace } from '../model/trace.ts'
import { listIn, put } from './support/meta-vote-pool.ts'
import { chooser, pick } from './support/network.ts'
import { twinRules, twinStep } from './support/twin-votes.ts'

const voters = 4

describe('the model of the binary agreement', () => {
  test('all is kept by four voters, one of them a forker: every state is seen', () => {
    const report = explore({ voters, forkers: 1, plant: noPlant })
    expect(report.counterexample).toBeUndefined()
    expect(report.exhausted).toBe(true)
    expect(report.states).toBeGreaterThan(10_000)
  })

  test.each([2, 3])('all is kept by %i voters, who bear no forker', (few) => {
    const report = explore({ voters: few, forkers: 0, plant: noPlant })
    expect(report).toMatchObject({ exhausted: true, counterexample: undefined })
  })

  test.each([
    ['supermajority', 'agreement'],
    ['supermajority', 'lemma 6'],
    ['third', 'validity'],
    ['two-lines', 'validity'],
    ['forgets', 'lemma 3'],
    ['observees', 'validity'],
    ['bin-values-any', 'validity'],
    ['aux-again', 'lemma 3'],
    ['fills-empty', 'coin'],
    ['decides-both', 'agreement'],
    ['decides-at-2', 'agreement'],
    ['goes-on', 'integrity'],
    ['after-0', 'lemma 6'],
    ['after-1', 'lemma 6'],
    ['confirms-again', 'lemma 3'],
    ['confirms-early', 'lemma 5'],
    ['no-confirmations', 'lemma 12'],
    ['some-confirmations', 'lemma 12'],
  ] as const)('a rule that is wrong shows itself, in a story that one can read: %s breaks %s', (name, rule) => {
    const plant = plants[name] ?? noPlant
    const { counterexample } = explore({ voters, forkers: 1, plant, wanted: new Set([rule]) })
    expect(counterexample?.violation.rule).toBe(rule)
    if (counterexample === undefined) return
    const options = { rules: new Rules(voters, plant.rules), forkers: 1, departures: plant, onProgress: () => true }
    const story = storyOf(counterexample, ({ input, toss }) => {
      const stage = new Stage(input, toss, options)
      return (state) => stage.linesAt(state)
    })
    expect(story).toMatch(/^Broken: /)
    expect(story).not.toMatch(/undefined|\?/)
  })

  test.each(['third-more', 'bin-values', 'no-adoption', 'coin-late'])(
    'a rule that only keeps steps from ending, or costs an event more, is not seen: %s',
    (name) => {
      const report = explore({ voters, forkers: 1, plant: plants[name] ?? noPlant })
      expect(report).toMatchObject({ exhausted: true, counterexample: undefined })
    },
  )

  test('it gives up where it is told to, and says so', () => {
    const report = explore({ voters, forkers: 1, plant: noPlant, onProgress: ({ states }) => states < 2000 })
    expect(report).toMatchObject({ exhausted: false, counterexample: undefined })
  })
})

/** Any cell that a rule could make something of. @param decided - what is decided, if anything is. */
function anyCell(seed: number, decided: number): Cell {
  const choose = chooser(seed)
  const estimates = choose(4)
  const aux = choose(3)
  const decision = choose(6) === 0 ? decided : 0
  return estimates | (choose(4) << 2) | (aux << 4) | (decision << 6) | (choose(4) << 8)
}

test('two views with one summary have one outcome: the rules only count', () => {
  let pairs = 0
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 2, maxLength: 6 }), fc.integer(), (seeds, seed) => {
      const choose = chooser(seed)
      const decided = 1 + choose(2)
      const view = seeds.map((one) => contributionOf(anyCell(one, decided)))
      // Two voters exchange what they hold in aux, and their confirmations go the other way round.
      const [a = 0, b = 0, ...rest] = view
      const [auxA, auxB] = [a & 0b1100, b & 0b1100]
      const other = [(a & ~0b1100) | auxB, (b & ~0b1100) | auxA, ...rest].reverse()
      const sum = (all: readonly number[]): number => all.reduce(plus, 0)
      if (sum(view) !== sum(other)) return
      pairs++
      const step = pick([0, 1, 2] as const, choose)
      const outcome = (all: readonly number[]): unknown => {
        const others = all.map((contribution) => metaVoteOf(cellShowing(contribution), step))
        const coin = { confirms: true, toss: () => true }
        const { vote, next } = twinStep(
          metaVoteOf(anyCell(seed, decided), step),
          others,
          view.length + 1,
          coin,
          twinRules,
        )
        return [cellOf(vote), next && cellOf(next)]
      }
      expect(outcome(other)).toEqual(outcome(view))
    }),
    { numRuns: 500 },
  )
  expect(pairs).toBeGreaterThan(100)
})

/** What the engine makes of a cell at round 1, where others show this: the cell, and with what the next one begins. */
function engineOutcome(step: Step, cell: Cell, view: readonly number[], toss: number): [Cell, number] {
  const known = (_event: number, _attempt: 1 | 2, round: number, _word: number, wanted: number): number =>
    toss !== 0 && round === 1 ? wanted : 0
  const coin = {
    confirms: true,
    known,
    values: (_a: 1 | 2, _r: number, _w: number, all: number) => (toss === 1 ? all : 0),
  }
  const voting = new MetaVoting(voters, coin)
  const stage = 3 + step
  // Its earlier entries hold nothing, and others have none there.
  const list = Array.from({ length: stage + 1 }, (_, at) => {
    const round = Math.floor(at / 3)
    return metaVoteOf(at === stage ? cell : 0, (at % 3) as Step, round)
  })
  const all = Array.from({ length: voters }, () => list)
  const base = put(voting, all)
  const others = view.map((contribution) => {
    const held = list.map((vote, at) =>
      at === stage ? metaVoteOf(cellShowing(contribution), step) : { ...vote, estimates: new Set<boolean>() },
    )
    return put(
      voting,
      Array.from({ length: voters }, () => held),
    )
  })
  voting.begin(0, 1)
  for (const { start, stages } of others) voting.addOther(start, stages)
  const span = { start: -1, stages: 0 }
  voting.update(base, span)
  const result = listIn(voting, span, 0)
  const vote = result[stage]
  const next = result[stage + 1]
  const begins = next === undefined ? 0 : cellOf(next) & 3 || starts.coin
  return [vote === undefined ? -1 : cellOf(vote), begins]
}

test('what the model finds, the engine does: paths through a stage, replayed', () => {
  const rules = new Rules(voters, twinRules)
  let changes = 0
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const choose = chooser(seed)
      const step = pick([0, 1, 2] as const, choose)
      const toss = step === 0 ? choose(3) : 0
      const begins = [1, 2, ...(step === 0 ? [0] : [])]
      // Three lines that grow side by side, each event seeing what the others show at some time or other.
      const shown: number[][] = [[], [], []]
      const cells = shown.map(() => pick(begins, choose))
      for (let i = 0; i < 12; i++) {
        const mover = choose(3)
        const cell = cells[mover] ?? 0
        const view = shown.flatMap((past, j) =>
          j === mover || past.length === 0 || choose(4) === 0 ? [] : [pick(past, choose)],
        )
        const known = toss !== 0 && choose(2) === 0 ? toss : 0
        const outcome = rules.outcome(step, cell, view.reduce(plus, 0), view, known)
        expect(engineOutcome(step, cell, view, known)).toEqual([outcome.cell, outcome.next])
        if (outcome.cell !== cell) changes++
        cells[mover] = outcome.cell
        shown[mover]?.push(contributionOf(outcome.cell))
      }
    }),
    { numRuns: 300 },
  )
  expect(changes).toBeGreaterThan(300)
})

describe('a trace', () => {
  const held = (estimates: string, binValues = '-', aux = '-', decision = '-'): object => {
    return { estimates, binValues, aux, decision, confirmed: '-' }
  }
  const step = {
    election: 0,
    attempt: 1,
    voters: 3,
    coin: 'threshold',
    subject: 'Alice',
    event: 'B_7',
    line: 'Bob',
    stage: 0,
    before: held('t'),
    view: { Alice: held('t'), Carol: held('t', 't', 't') },
    after: held('t', 't', 't'),
  }
  async function* linesOf(...steps: readonly object[]): AsyncGenerator<string> {
    for (const one of steps) yield await Promise.resolve(JSON.stringify(one))
  }

  test('whose steps follow from what they start from and count is right', async () => {
    const next = { ...step, stage: 0, event: 'B_8', before: step.after, view: { Alice: held('t', 't', 't') } }
    expect(await checkTrace(linesOf(step, next))).toMatchObject({ steps: 2, lists: 2, fault: undefined })
  })

  test.each([
    ['another value', { after: held('t', 't', 'f') }],
    ['a decision too early', { after: held('t', 't', 't', 't') }],
    ['nothing at all', { after: held('t') }],
  ])('with %s instead is wrong, and it says where', async (_, wrong) => {
    const { fault } = await checkTrace(linesOf(step, { ...step, event: 'B_8', ...wrong }))
    expect(fault).toMatch(/election 0, attempt 1: B_8, about Alice, holds/)
  })

  test('of four voters, in which a line holds what no line can hold after what it held, is wrong', async () => {
    const alone = { ...step, voters: 4, view: {} }
    const begins = (event: string, value: string): object => {
      return { ...alone, event, before: held(value), after: held(value) }
    }
    expect((await checkTrace(linesOf(begins('B_8', 't')))).fault).toBeUndefined()
    expect((await checkTrace(linesOf(begins('B_8', 't'), begins('B_9', 'f')))).fault).toMatch(/B_9.* does not find/)
  })

  test('two events that took different values of one coin are wrong', async () => {
    const voting = { subject: 'Alice', voters: 1, view: {} }
    const list = (event: string, coin: string): object[] => [
      { ...step, ...voting, event, stage: 0, before: held('t', 't', 'f'), after: held('t', 't', 'f') },
      { ...step, ...voting, event, stage: 1, before: held('f', 'f', 't'), after: held('f', 'f', 't') },
      {
        ...step,
        ...voting,
        event,
        stage: 2,
        before: { ...held('t', 'b', 't'), confirmed: 'b' },
        after: { ...held('t', 'b', 't'), confirmed: 'b' },
      },
      {
        ...step,
        ...voting,
        event,
        stage: 3,
        before: held('-'),
        after: held(coin, coin, coin, coin === 't' ? 't' : '-'),
      },
      ...(coin === 't' ? [] : [{ ...step, ...voting, event, stage: 4, before: null, after: held('f', 'f', 'f', 'f') }]),
    ]
    expect((await checkTrace(linesOf(...list('B_8', 't')))).fault).toBeUndefined()
    expect((await checkTrace(linesOf(...list('B_8', 'f')))).fault).toBeUndefined()
    expect((await checkTrace(linesOf(...list('B_8', 't'), ...list('B_9', 'f')))).fault).toMatch(/B_9/)
  })
})
