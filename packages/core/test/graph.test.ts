// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { causes } from '../src/wire/cause.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GossipGraph, none } from '../src/graph/graph.ts'
import { NaiveRelations, forkedGraph } from './support/forked-graph.ts'
import type { PlainEvent } from './support/forked-graph.ts'
import { chooser, pick } from './support/network.ts'
import type { Choose } from './support/network.ts'

/** Inserts the events in an order of their own; tells the number of each in the graph. */
function inserted(events: readonly PlainEvent[], order: readonly number[]): { graph: GossipGraph; at: number[] } {
  const graph = new GossipGraph()
  const at: number[] = []
  const parent = (event: number | undefined): number => (event === undefined ? none : (at[event] ?? none))
  for (const x of order) {
    const event = events[x]
    if (event === undefined) throw new RangeError('no such event')
    const { creator, cause, selfParent, otherParent } = event
    at[x] = graph.insert(creator, causes[cause], parent(selfParent), parent(otherParent), none, none)
  }
  return { graph, at }
}

/** A random topological order. */
function shuffled(events: readonly PlainEvent[], choose: Choose): number[] {
  const waiting = new Set(events.keys())
  const order: number[] = []
  const isReady = (x: number): boolean =>
    [events[x]?.selfParent, events[x]?.otherParent].every((parent) => parent === undefined || !waiting.has(parent))
  while (waiting.size > 0) {
    const next = pick([...waiting].filter(isReady), choose)
    waiting.delete(next)
    order.push(next)
  }
  return order
}

const seeds = fc.integer()
const peerCounts = fc.integer({ min: 1, max: 6 })
const sizes = fc.integer({ min: 1, max: 60 })

describe('relations equal their definitions over sets of ancestors, whatever the order of insertion', () => {
  test('on random graphs with forks', () => {
    let forksSeen = 0
    fc.assert(
      fc.property(seeds, peerCounts, sizes, (seed, peers, size) => {
        const choose = chooser(seed)
        const forkers = choose(peers + 1)
        const events = forkedGraph(choose, peers, (peer) => peer < forkers, size)
        const naive = new NaiveRelations(events)
        const { graph, at } = inserted(events, shuffled(events, choose))
        const number = (x: number): number => (x === -1 ? none : (at[x] ?? none))
        for (const x of events.keys()) {
          for (const y of events.keys()) {
            const [a, b] = [number(x), number(y)]
            expect(graph.descends(a, b), `${String(x)} descends from ${String(y)}`).toBe(naive.descends(x, y))
            expect(graph.sees(a, b), `${String(x)} sees ${String(y)}`).toBe(naive.sees(x, y))
            expect(graph.isSelfAncestor(a, b)).toBe(naive.isSelfAncestor(x, y))
          }
          for (let peer = 0; peer <= peers; peer++) {
            const isAware = naive.isAwareOfFork(x, peer)
            if (isAware) forksSeen++
            expect(graph.isAwareOfFork(number(x), peer), `${String(x)} fork by ${String(peer)}`).toBe(isAware)
            expect(graph.latestBy(number(x), peer)).toBe(number(naive.latestBy(x, peer)))
          }
        }
      }),
      { numRuns: 150 },
    )
    expect(forksSeen).toBeGreaterThan(0)
  })

  test('the ancestors of one event that are not ancestors of another', () => {
    fc.assert(
      fc.property(seeds, peerCounts, sizes, fc.boolean(), (seed, peers, size, isAny) => {
        const choose = chooser(seed)
        const events = forkedGraph(choose, peers, () => true, size)
        const { graph, at } = inserted(events, shuffled(events, choose))
        const naive = new NaiveRelations(events)
        const [x, known] = [choose(size), isAny ? choose(size) : none]
        const expected = [...events.keys()].filter((y) => naive.descends(x, y) && !naive.descends(known, y))
        const covered = (lane: number): number => (known === none ? none : graph.latestOn(at[known] ?? none, lane))
        const actual = [...graph.ancestorsNotCovered(at[x] ?? none, covered)]
        expect(actual).toEqual(expected.map((y) => at[y] ?? none).sort((a, b) => a - b))
      }),
    )
  })

  test('on a graph that outgrows its first arrays, in events and in branches', () => {
    const choose = chooser(5)
    const events = forkedGraph(choose, 5, (peer) => peer < 3, 300)
    const naive = new NaiveRelations(events)
    const { graph, at } = inserted(events, shuffled(events, choose))
    expect(graph.laneCount).toBeGreaterThan(16)
    for (const x of events.keys()) {
      const descendsFrom = [...events.keys()].filter((y) => graph.descends(at[x] ?? none, at[y] ?? none))
      expect(descendsFrom).toEqual([...events.keys()].filter((y) => naive.descends(x, y)))
    }
  })
})

test('an event knows its place, its nearest sync event and its lane', () => {
  const graph = new GossipGraph()
  const insert = (cause: keyof typeof causes, selfParent: number, payload = none): number =>
    graph.insert(0, causes[cause], selfParent, none, none, payload)
  const initial = insert('Initial', none)
  const vote = insert('Observation', initial, 0)
  const sync = insert('Requesting', vote)
  const later = insert('Observation', sync, 1)
  const branch = insert('Requesting', vote)
  const events = [initial, vote, sync, later, branch]
  expect(events.map((x) => graph.indexByCreator[x])).toEqual([0, 1, 2, 3, 2])
  // The Initial event is no sync event, but the end of the way.
  expect(graph.syncSelfAncestor[initial]).toBe(none)
  expect(graph.syncSelfAncestor[later]).toBe(sync)
  expect(graph.syncSelfAncestor[branch]).toBe(graph.syncSelfAncestor[sync])
  expect(events.map((x) => graph.lane[x])).toEqual([0, 0, 0, 0, 1])
  expect(graph.lanePayloadEvents[0]?.view()).toEqual(Int32Array.of(vote, later))
})
