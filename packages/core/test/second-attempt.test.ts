// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Twin } from './support/twin.ts'
import { consensusOutcome, twinOutcome } from './support/twin-compare.ts'
import type { Outcome } from './support/twin-compare.ts'
import { knownAt, randomGraph, reordered } from './support/graphs.ts'
import type { RandomGraph } from './support/graphs.ts'
import { makeElectionsForget, twinForgets } from './support/first-estimates.ts'
import type { Forgetting } from './support/first-estimates.ts'
import { chooser, pick } from './support/network.ts'
import type { Choose } from './support/network.ts'

/** Random graphs per property; many more with the variable PARSEC_RUNS. A failure prints the seed that replays it. */
const runs = Number(process.env.PARSEC_RUNS ?? 60)

function anyGraph(choose: Choose): RandomGraph {
  const founders = choose(5) === 0 ? 7 + choose(5) : 4 + choose(3)
  return randomGraph(choose, { founders, forks: choose(4) > 0, eventsPerPeer: 40 + choose(30) + 3 * choose(founders) })
}

function anyForgetting(choose: Choose): Forgetting {
  return { seed: choose(1 << 16), keepsOneOf: pick([2, 3, 6, Infinity], choose) }
}

function engineOutcome(graph: RandomGraph, rule: Forgetting): Outcome {
  const restore = makeElectionsForget(rule)
  try {
    return consensusOutcome(graph)
  } finally {
    restore()
  }
}

/** How many decisions were made in the second attempt. */
function secondAttempts({ decisions }: Outcome): number {
  const isSecond = (line: string, event: string): boolean =>
    line.startsWith(`${event} observes`) && line.includes(' attempt 2 ')
  return decisions.filter(([head = '', ...lines]) => lines.some((line) => isSecond(line, head.split(' ')[0] ?? '')))
    .length
}

/** Is one of them the start of the other? */
function agree(a: readonly string[], b: readonly string[]): boolean {
  return a.every((key, i) => i >= b.length || b[i] === key)
}

/** Events that end the first attempt of some election, and of which none descends from another. */
class EndingTwin extends Twin {
  static mostEndings = 0

  override insert(event: Parameters<Twin['insert']>[0]): void {
    super.insert(event)
    const endings = [...this.metaEvents].filter(([, meta]) => meta.endsAttempt).map(([x]) => x)
    if (endings.length > EndingTwin.mostEndings) EndingTwin.mostEndings = endings.length
  }
}

/** Checks a property of many graphs, whose elections forget, and that enough of them made a second attempt. */
function forManyGraphs(check: (graph: RandomGraph, rule: Forgetting, choose: Choose) => number): void {
  let attempts = 0
  let withForks = 0
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const choose = chooser(seed)
      const graph = anyGraph(choose)
      const made = check(graph, anyForgetting(choose), choose)
      attempts += made
      if (graph.forkers.length > 0) withForks += made
    }),
    { numRuns: runs },
  )
  expect(attempts).toBeGreaterThan(runs / 6)
  expect(withForks).toBeGreaterThan(runs / 12)
}

describe('second attempt, on random graphs with forks, where observers forget observees', () => {
  test('is its plain twin, meta-vote for meta-vote before each decision, in several topological orders', () => {
    EndingTwin.mostEndings = 0
    forManyGraphs((graph, rule, choose) => {
      const expected = twinOutcome(graph, EndingTwin, twinForgets(rule))
      expect(engineOutcome(graph, rule)).toEqual(expected)
      const again = { ...graph, events: reordered(graph.events, choose) }
      expect(engineOutcome(again, rule)).toEqual(twinOutcome(again, Twin, twinForgets(rule)))
      return secondAttempts(expected)
    })
    expect(EndingTwin.mostEndings).toBeGreaterThan(1)
  })

  test('decides the same in every topological order', () => {
    forManyGraphs((graph, rule, choose) => {
      const outcome = engineOutcome(graph, rule)
      for (let i = 0; i < 4; i++) {
        const events = reordered(graph.events, choose)
        expect(engineOutcome({ ...graph, events }, rule).history).toEqual(outcome.history)
      }
      return secondAttempts(outcome)
    })
  })

  test('agrees between peers that know different parts of the graph, and end the first attempt elsewhere', () => {
    forManyGraphs((graph, rule, choose) => {
      const outcome = engineOutcome(graph, rule)
      const correct = [...graph.events.keys()].filter((x) => {
        const { creator } = graph.events[x] ?? { creator: '' }
        return !graph.forkers.includes(creator)
      })
      for (let i = 0; i < 6; i++) {
        const known = knownAt(graph.events, correct[choose(correct.length)] ?? 0)
        const part = engineOutcome({ ...graph, events: reordered(known, choose) }, rule).history
        expect(agree(part, outcome.history), `${part.join(' ')} or ${outcome.history.join(' ')}`).toBe(true)
      }
      return secondAttempts(outcome)
    })
  })
})
