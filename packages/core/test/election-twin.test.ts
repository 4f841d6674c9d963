// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AlreadyByArrival, FirstByArrival, LatestByArrival } from './support/arrival-twins.ts'
import { knownAt, randomGraph, reordered } from './support/graphs.ts'
import type { RandomGraph } from './support/graphs.ts'
import { chooser } from './support/network.ts'
import type { Choose } from './support/network.ts'
import { consensusOutcome, twinOutcome } from './support/twin-compare.ts'
import type { TwinEvent } from './support/twin-graph.ts'
import { twoBranches } from './support/two-branches.ts'

/** Random graphs per property; many more with the variable PARSEC_RUNS. A failure prints the seed that replays it. */
const runs = Number(process.env.PARSEC_RUNS ?? 120)

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

  test("decides, in a peer's graph, by what others may record: nothing by forkers or by the unadmitted", () => {
    forManyGraphs((graph) => {
      const met = new Set<number>()
      const { history } = consensusOutcome(graph, ({ conclusions, graph: { creator, lanesOf } }) => {
        for (const x of conclusions?.unrecorded ?? []) {
          if (!met.has(x)) expect(lanesOf[creator[x] ?? -1]).toHaveLength(1)
          expect(creator[x]).not.toBe(0)
          met.add(x)
        }
      })
      expect(consensusOutcome(graph).history.slice(0, history.length)).toEqual(history)
      return history
    })
  })

  test('counts through all peers where that is asked for, as its twin does', () => {
    forManyGraphs((graph) => {
      const input = { ...graph, seenThrough: 'peers' as const }
      const expected = twinOutcome(input)
      expect(consensusOutcome(input)).toEqual(expected)
      return expected.history
    }, 0.5)
  })
})

describe('a forker who shows one branch, and whose other branch some peers meet first', () => {
  const earlier = twoBranches('AB BC DA BD DC CA BC AB AD AC CB AB', 2, 6)
  const sameIndex = twoBranches('DA DC AD CA BC BD DB DA BD DB DC DB CD', 1, 10)

  test.each([
    ['his first interesting event differs per branch', earlier, FirstByArrival],
    ['what is already interesting differs per branch', earlier, AlreadyByArrival],
    ['his events of one index differ per branch', sameIndex, LatestByArrival],
  ] as const)('splits nobody, where %s; judged by arrival it would', (_, { late, early }, ByArrival) => {
    const outcome = twinOutcome(late)
    expect(outcome.history.length).toBeGreaterThan(0)
    expect(consensusOutcome(late)).toEqual(outcome)
    expect(consensusOutcome(early)).toEqual(twinOutcome(early))
    expect(consensusOutcome(early).history).toEqual(outcome.history)

    const [first] = twinOutcome(late, ByArrival).history
    const [other] = twinOutcome(early, ByArrival).history
    expect(first).toBeDefined()
    expect(other).toBeDefined()
    expect(other).not.toBe(first)
  })
})

describe('the vote of a newcomer in single mode', () => {
  const hash = (byte: string): string => byte.repeat(32)
  const add = { hash: hash('01'), voter: undefined, effect: { kind: 'Add', peer: 'Bob' } } as const
  const ann = (from: number): TwinEvent[] => [
    { creator: 'Ann', cause: 'Initial' },
    { creator: 'Ann', cause: 'Observation', selfParent: from, payload: add },
    { creator: 'Ann', cause: 'Requesting', selfParent: from + 1 },
  ]
  const bob = (from: number): TwinEvent[] => [
    { creator: 'Bob', cause: 'Initial' },
    { creator: 'Bob', cause: 'Observation', selfParent: from, payload: { hash: hash('02'), voter: 'Bob' } },
  ]
  const gossip = (annsTip: number, bobsTip: number): TwinEvent[] =>
    Array.from({ length: 12 }, (_, i): TwinEvent[] => {
      const x = 5 + 3 * i
      return [
        { creator: 'Ann', cause: 'Requesting', selfParent: i === 0 ? annsTip : x - 1 },
        { creator: 'Bob', cause: 'Request', selfParent: i === 0 ? bobsTip : x - 2, otherParent: x },
        { creator: 'Ann', cause: 'Response', selfParent: x, otherParent: x + 1 },
      ]
    }).flat()

  test.each([
    ['after he was added', [...ann(0), ...bob(3), ...gossip(2, 4)]],
    ['before, in the order of the events', [...bob(0), ...ann(2), ...gossip(4, 1)]],
  ])('counts when it comes %s', (_, events) => {
    const input = { mode: 'single', founders: ['Ann'], events } as const
    expect(consensusOutcome(input)).toEqual(twinOutcome(input))
    expect(consensusOutcome(input).history).toEqual([`${hash('01')}/`, `${hash('02')}/Bob`])
  })
})
