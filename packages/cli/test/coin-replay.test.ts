// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { parseDot, replay, topologicalOrder, writeDot } from '@parsec-bft/graph'
import { simulate, stalled } from '@parsec-bft/sim'
import { describe, expect, test } from 'vitest'

/** Alice's graph just before the decisions at which she knew of shares of coins. */
function dumpsWithShares(seed: string): string[] {
  const dumps: string[] = []
  const options = { ...stalled({ peers: 4, rounds: 6, coin: 'threshold', blind: false }), seed }
  const { failure } = simulate(options, {
    onDecision: (peer, _, inspection) => {
      const causes = Array.from({ length: inspection.eventCount }, (__, x) => inspection.event(x).cause)
      if (peer === 'Alice' && causes.includes('CoinShares')) dumps.push(writeDot(inspection))
    },
  })
  expect(failure).toBeUndefined()
  return dumps
}

describe('graphs with coins that are signed together', () => {
  const seeds = ['1', '2', '3']
  const dumps = seeds.flatMap(dumpsWithShares)

  test('come from networks that tossed some', () => {
    expect(dumps.length).toBeGreaterThan(2)
    expect(dumps.every((dump) => / 1\/0 .* [tf] /.test(dump))).toBe(true)
  })

  test('are replayed with their keys and shares: the same blocks and meta-events, in any topological order', () => {
    for (const dump of dumps) {
      const graph = parseDot(dump)
      expect(graph).toMatchObject({ coin: 'threshold', keys: { name: 'mock' } })
      let state = 1
      const pick = (count: number): number => (state = (state * 48271) % 2147483647) % count
      for (const order of [topologicalOrder(graph), topologicalOrder(graph, pick), topologicalOrder(graph, pick)]) {
        const { decided, metaEventDifferences } = replay(graph, { order })
        expect(decided.slice(0, graph.history.length)).toEqual(graph.history)
        expect(metaEventDifferences).toEqual([])
      }
    }
  })

  test('are not without the shares', () => {
    const [dump = ''] = dumps
    const graph = parseDot(dump)
    const wrong = new Uint8Array(4)
    const events = graph.events.map((event) => {
      const { cause } = event
      if (cause.kind !== 'CoinShares') return event
      const shares = cause.coins.shares.map((share) => ({ ...share, share: wrong }))
      return { ...event, cause: { ...cause, coins: { ...cause.coins, shares } } }
    })
    expect(replay({ ...graph, events }).metaEventDifferences).not.toEqual([])
  })
})
