// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { knownAt, randomGraph, reordered } from './support/graphs.ts'
import type { RandomGraph } from './support/graphs.ts'
import { chooser } from './support/network.ts'
import type { Choose } from './support/network.ts'
import { consensusOutcome, twinOutcome } from './support/twin-compare.ts'

/** Random graphs per property; many more with the variable PARSEC_RUNS. A failure prints the seed that replays it. */
const runs = Number(process.env['PARSEC_RUNS'] ?? 120)

/** Mostly few peers, as these decide more in as many events. */
function anyGraph(choose: Choose): RandomGraph {
  const founders = choose(2) === 0 ? 4 + choose(4) : 1 + choose(10)
  return randomGraph(choose, { founders, forks: choose(4) > 0, eventsPerPeer: 25 + choose(20) + 3 * choose(founders) })
}

/** Is one of them the start of the other? */
function agree(a: readonly string[], b: readonly string[]): boolean {
  return a.every((key, i) => i >= b.length || b[i] === key)
}

/** Checks a property of many graphs, and that there were enough of them in which something was decided. */
function forManyGraphs(check: (graph: RandomGraph, choose: Choose) => readonly string[], share = 1): void {
  const runsHere = Math.ceil(runs * share)
  let decidedWithForks = 0
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const choose = chooser(seed)
      const graph = anyGraph(choose)
      if (check(graph, choose).length > 0 && graph.forkers.length > 0) decidedWithForks++
    }),
    { numRuns: runsHere },
  )
  expect(decidedWithForks).toBeGreaterThan(runsHere / 20)
}

describe('the optimised election on random graphs, forks included', () => {
  test('is its plain twin, meta-vote for meta-vote before each decision, in several topological orders', () => {
    forManyGraphs((graph, choose) => {
      const expected = twinOutcome(graph)
      expect(consensusOutcome(graph)).toEqual(expected)
      const again = { ...graph, events: reordered(graph.events, choose) }
      expect(consensusOutcome(again)).toEqual(twinOutcome(again))
      return expected.history
    })
  })

  test('decides the same in every topological order', () => {
    forManyGraphs((graph, choose) => {
      const { history } = consensusOutcome(graph)
      for (let i = 0; i < 6; i++) {
        const events = reordered(graph.events, choose)
        expect(consensusOutcome({ ...graph, events }).history).toEqual(history)
      }
      return history
    })
  })

  test('agrees between peers that know different parts of the graph, and met different branches first', () => {
    forManyGraphs((graph, choose) => {
      const { history } = consensusOutcome(graph)
      const correct = [...graph.events.keys()].filter((x) => {
        const { creator } = graph.events[x] ?? { creator: '' }
        return !graph.forkers.includes(creator)
      })
      for (let i = 0; i < 6; i++) {
        const known = knownAt(graph.events, correct[choose(correct.length)] ?? 0)
        const part = consensusOutcome({ ...graph, events: reordered(known, choose) }).history
        expect(agree(part, history), `${part.join(' ')} or ${history.join(' ')}`).toBe(true)
      }
      return history
    })
  })

  test('counts through all peers where that is asked for, as its twin does', () => {
    forManyGraphs((graph) => {
      const input = { ...graph, seenThrough: 'peers' as const }
      const expected = twinOutcome({ ...input, founders: graph.founders })
      expect(consensusOutcome(input)).toEqual(expected)
      return expected.history
    }, 0.5)
  })
})
