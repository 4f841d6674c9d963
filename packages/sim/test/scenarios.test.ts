// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerNames, runScenario, scenarios } from '@parsec-bft/sim'
import type { SimulationHooks, SimulationResult } from '@parsec-bft/sim'
import { describe, expect, it } from 'vitest'

/** How many seeds of each scenario run here; `npm run parsec -- soak` runs more. */
const runs = 12

function run(name: string, seed: number): SimulationResult {
  const result = runScenario(name, seed)
  expect(result.failure, result.failure?.report).toBeUndefined()
  return result
}

function members(result: SimulationResult, status = 'voter'): string[] {
  return result.peers.filter((peer) => peer.status === status).map((peer) => peer.name)
}

/** Numbers of members, in order. */
function sizesOf({ agreed, options }: SimulationResult): number[] {
  const sizes = [options.initialPeers]
  for (const key of agreed) {
    const size = sizes.at(-1) ?? 0
    if (key.startsWith('Add(')) sizes.push(size + 1)
    if (key.startsWith('Remove(')) sizes.push(size - 1)
  }
  return sizes
}

describe('scenarios', () => {
  for (const scenario of scenarios) {
    const { name, description } = scenario
    // Each strategy has tests of its own, and all of them are in the mixture.
    const isMixture = name === 'malice' || name === 'churn'
    const isSmall = scenario.options(0).topics.length < 50
    const times = isMixture || (scenario.options(0).adversaries.length === 0 && isSmall) ? runs : 1
    it(`${name}: ${description} (${String(times)} seeds)`, () => {
      for (let seed = 0; seed < times; seed++) run(name, seed)
    })
  }
})

/** Each scenario does what its description says. */
describe('what the scenarios show', () => {
  const seeds = [1000, 1001, 1002]

  it.each(seeds)('minimal: four peers put out Genesis and the payload (seed %i)', (seed) => {
    const { agreed, peers } = run('minimal', seed)
    expect(agreed).toEqual(['Genesis({Alice, Bob, Carol, Dave})', 'OpaquePayload(0)'])
    expect(peers.map(({ blocks }) => blocks.length)).toEqual([2, 2, 2, 2])
  })

  it.each(seeds)('votes-before: all votes come before any gossip (seed %i)', (seed) => {
    const { peers, options } = run('votes-before', seed)
    for (const { inspection, name } of peers) {
      const own = Array.from({ length: inspection.eventCount }, (_, i) => inspection.event(i))
        .filter(({ creator }) => inspection.peers()[creator]?.name === name)
        // The votes for the key of the coin come later, while it gossips.
        .filter(({ payload }) => payload === undefined || inspection.payload(payload).observation.kind !== 'DkgMessage')
        .map(({ cause }) => cause)
      expect(own.lastIndexOf('Observation')).toBe(1 + options.topics.length)
    }
  })

  it.each(seeds)('silent-third: just under a third take no part (seed %i)', (seed) => {
    const result = run('silent-third', seed)
    const silent = members(result, 'crashed')
    expect(silent.length).toBe(Math.ceil(result.options.initialPeers / 3) - 1)
    for (const { inspection, status } of result.peers) {
      if (status === 'crashed') continue
      const creators = Array.from({ length: inspection.eventCount }, (_, i) => inspection.event(i).creator)
      for (const peer of inspection.peers()) expect(creators.includes(peer.index)).toBe(!silent.includes(peer.name))
    }
  })

  it.each(seeds)('crash-together: just under a third crash (seed %i)', (seed) => {
    const result = run('crash-together', seed)
    expect(members(result, 'crashed').length).toBe(Math.ceil(result.options.initialPeers / 3) - 1)
  })

  it('crash-one-by-one: some crash in most runs, never a third', () => {
    const crashed = Array.from({ length: 10 }, (_, seed) => {
      const result = run('crash-one-by-one', seed)
      const count = members(result, 'crashed').length
      expect(3 * count).toBeLessThan(result.options.initialPeers)
      return count
    })
    expect(crashed.filter((count) => count > 0).length).toBeGreaterThan(5)
  })

  it.each(seeds)('add-many: the network more than doubles (seed %i)', (seed) => {
    const result = run('add-many', seed)
    expect(members(result).length).toBeGreaterThan(2 * result.options.initialPeers)
  })

  it.each(seeds)('remove-third: just under a third are removed (seed %i)', (seed) => {
    const result = run('remove-third', seed)
    const removed = members(result, 'removed').length
    expect(removed).toBe(Math.ceil(result.options.initialPeers / 3) - 1)
    expect(members(result).length).toBe(result.options.initialPeers - removed)
  })

  it.each(seeds)('single-same: each payload comes out once per voter (seed %i)', (seed) => {
    const { agreed, options } = run('single-same', seed)
    for (const payload of ['OpaquePayload(0)', 'OpaquePayload(1)']) {
      expect(agreed.filter((key) => key.startsWith(`${payload} by `)).length).toBe(options.initialPeers)
    }
  })

  it.each(seeds)('long-churn: 12 names, 6 to 12 members at any time (seed %i)', (seed) => {
    const result = run('long-churn', seed)
    const { agreed, peers } = result
    const names = new Set(peers.map(({ name }) => name.replace(/\d+$/, '')))
    expect(names.size).toBeLessThanOrEqual(12)
    const sizes = sizesOf(result)
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(6)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(12)
    expect(agreed.filter((key) => /^(Add|Remove)\(/.test(key)).length).toBe(20)
  })

  it.each([1000])('grow-and-shrink: from one to thirty to four (seed %i)', (seed) => {
    const result = run('grow-and-shrink', seed)
    const sizes = sizesOf(result)
    expect([sizes[0], Math.max(...sizes), sizes.at(-1)]).toEqual([1, 30, 4])
  })

  it.each(seeds)('replace-all: nobody stays, three times (seed %i)', (seed) => {
    const result = run('replace-all', seed)
    const size = result.options.initialPeers
    expect(members(result, 'removed').length).toBe(3 * size)
    expect(members(result).sort()).toEqual(peerNames(4 * size).slice(3 * size))
  })

  it('join-and-leave: in most runs somebody joins and somebody leaves in the same election', () => {
    const together = seeds.filter((seed) => {
      const elections: string[][] = []
      const onDecision: NonNullable<SimulationHooks['onDecision']> = (peer, { payloads }, inspection) => {
        const kinds = payloads.map((payload) => inspection.payload(payload).observation.kind)
        if (peer === 'Alice') elections.push(kinds)
      }
      runScenario('join-and-leave', seed, { onDecision })
      return elections.some((kinds) => kinds.includes('Add') && kinds.includes('Remove'))
    })
    expect(together.length).toBeGreaterThan(1)
  })

  it.each(seeds)('joiner-meets-removed: a newcomer has events of a peer that was gone before (seed %i)', (seed) => {
    const result = run('joiner-meets-removed', seed)
    const gone = /^Remove\((\w+)\)$/.exec(result.agreed.find((key) => key.startsWith('Remove(')) ?? '')?.[1]
    const newcomer = result.peers[result.options.initialPeers]
    const inspection = newcomer?.inspection
    const index = inspection?.peers().find(({ name }) => name === gone)?.index
    const events = Array.from({ length: inspection?.eventCount ?? 0 }, (_, i) => inspection?.event(i).creator)
    expect(events).toContain(index)
  })

  it('remove-many-quickly: a third or more leave, in some runs in the same election', () => {
    let together = 0
    for (const seed of [...seeds, 1003, 1004, 1005]) {
      const removals = new Map<number, number>()
      const result = runScenario('remove-many-quickly', seed, {
        onDecision: (_peer, { election, payloads }, inspection) => {
          const kinds = payloads.map((payload) => inspection.payload(payload).observation.kind)
          removals.set(election, kinds.filter((kind) => kind === 'Remove').length)
        },
      })
      const { initialPeers } = result.options
      expect(2 * members(result, 'removed').length).toBeGreaterThanOrEqual(initialPeers - 1)
      if (3 * Math.max(...removals.values()) >= initialPeers) together++
    }
    expect(together).toBeGreaterThan(0)
  })

  it.each(seeds)('newcomers-alone: two join those of whom the one founder was never heard (seed %i)', (seed) => {
    const result = run('newcomers-alone', seed)
    expect(members(result).sort()).toEqual(['Eric', 'Fred', 'Gina', 'Hank', 'Iris', 'Judy'])
  })

  it.each(seeds)('from-one: it starts with one peer (seed %i)', (seed) => {
    const result = run('from-one', seed)
    expect(result.agreed[0]).toBe('Genesis({Alice})')
    expect(members(result).length).toBeGreaterThan(3)
  })

  it.each(seeds)('lossy: about a third of the messages before the network is fair are lost (seed %i)', (seed) => {
    const { traffic } = run('lossy', seed)
    expect(traffic.lost / traffic.messages).toBeGreaterThan(0.1)
  })
})
