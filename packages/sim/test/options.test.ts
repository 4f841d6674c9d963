// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import {
  OptionsError,
  checkCounts,
  checkOptions,
  commandFor,
  defaultCounts,
  defaultOptions,
  findScenario,
  mostCrashes,
  networkOf,
  scenarios,
  simulate,
} from '@parsec-bft/sim'
import type { KeyTopic, NetworkCounts, SimulationOptions } from '@parsec-bft/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

function errorOf(run: () => void): OptionsError | undefined {
  try {
    run()
  } catch (error) {
    if (error instanceof OptionsError) return error
    throw error
  }
  return undefined
}

const anyCounts: fc.Arbitrary<NetworkCounts> = fc.record({
  initialPeers: fc.integer({ min: -1, max: 25 }),
  addPeers: fc.integer({ min: -1, max: 25 }),
  removePeers: fc.integer({ min: -1, max: 25 }),
  maxPeers: fc.integer({ min: -1, max: 110 }),
  opaque: fc.integer({ min: -1, max: 1010 }),
  maxRounds: fc.constant(1000),
  mode: fc.constantFrom('supermajority' as const, 'single' as const),
})

describe('counts', () => {
  it('that are refused name the largest value that works', () => {
    fc.assert(
      fc.property(anyCounts, (counts) => {
        const error = errorOf(() => {
          checkCounts(counts)
        })
        if (error?.bound === undefined) return
        const option = error.option as keyof NetworkCounts
        const repaired = errorOf(() => {
          checkCounts({ ...counts, [option]: error.bound })
        })
        expect(repaired?.option).not.toBe(option)
        if (Number(counts[option]) <= error.bound) return
        const beyond = errorOf(() => {
          checkCounts({ ...counts, [option]: error.bound === undefined ? 0 : error.bound + 1 })
        })
        expect(beyond?.option).toBe(option)
      }),
      { numRuns: 2000 },
    )
  })

  it('that are accepted give a plan that keeps within them', () => {
    fc.assert(
      fc.property(anyCounts, fc.nat(), (counts, seed) => {
        if (
          errorOf(() => {
            checkCounts(counts)
          }) !== undefined
        )
          return
        const options = networkOf(counts, seed)
        checkOptions(options)
        let count = counts.initialPeers
        for (const { kind } of options.topics) {
          if (kind === 'add') count++
          if (kind === 'remove') count--
          expect(count).toBeGreaterThanOrEqual(3)
          expect(count).toBeLessThanOrEqual(counts.maxPeers)
        }
        expect(count).toBe(counts.initialPeers + counts.addPeers - counts.removePeers)
        expect(mostCrashes(options)).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 500 },
    )
  })

  it.each([0, 1, 2])('run: between 3 and maxPeers at any time (seed %i)', (seed) => {
    for (const mode of ['supermajority', 'single'] as const) {
      const counts = { ...defaultCounts, mode, addPeers: 4, removePeers: 3, maxPeers: 5, opaque: 6 }
      const { agreed, failure } = simulate(networkOf(counts, seed))
      expect(failure, failure?.report).toBeUndefined()
      let count = 4
      for (const key of agreed) {
        if (key.startsWith('Add(')) count++
        if (key.startsWith('Remove(')) count--
        expect(count).toBeGreaterThanOrEqual(3)
        expect(count).toBeLessThanOrEqual(5)
      }
      expect(agreed.filter((key) => key.startsWith('OpaquePayload(')).length).toBe(6)
    }
  })
})

describe('options', () => {
  const payload = { kind: 'payload', text: '0', round: 0, spreadRounds: 0, by: 'all' } as const
  const change = { peer: 'Alice', round: 1, spreadRounds: 0, after: 0 } as const
  const adversary = { strategy: 'silent', peer: 'Alice', round: 1 } as const
  const key = (participants: readonly string[]): KeyTopic => ({ kind: 'key', participants, round: 0, spreadRounds: 0 })
  const table: readonly (readonly [string, Partial<SimulationOptions>])[] = [
    ['initialPeers', { initialPeers: 0 }],
    ['initialPeers', { initialPeers: 1.5 }],
    ['maxRounds', { maxRounds: 0 }],
    ['roundMs', { roundMs: 0 }],
    ['fairFromRound', { fairFromRound: -1 }],
    ['lossProbability', { lossProbability: 1 }],
    ['crashProbability', { crashProbability: Number.NaN }],
    ['delay.ms', { delay: { kind: 'constant', ms: -1 } }],
    ['delay.meanMs', { delay: { kind: 'poisson', meanMs: Infinity } }],
    ['crashes', { crashes: [{ round: 0, count: 2 }] }],
    ['crashes', { crashes: [{ round: 0, count: 1 }], adversaries: [adversary] }],
    ['adversaries', { adversaries: [adversary, { ...adversary, peer: 'Bob' }] }],
    ['adversaries', { adversaries: [adversary], topics: [{ ...change, kind: 'remove', peer: 'Bob' }] }],
    ['adversaries.strategy', { adversaries: [{ ...adversary, strategy: 'kind' }] }],
    ['adversaries.peer', { adversaries: [{ ...adversary, peer: 'Eric' }] }],
    ['adversaries.round', { adversaries: [{ ...adversary, round: -1 }] }],
    ['delay.maxMs', { delay: { kind: 'adversarial', tactic: 'halves', maxMs: 20_000 } }],
    ['crashes.round', { crashes: [{ round: 5, count: 1 }] }],
    ['topics', { topics: [payload, payload] }],
    ['topics.by', { topics: [{ ...payload, by: 5 }] }],
    ['topics', { topics: [{ ...change, kind: 'add' }] }],
    ['topics', { topics: [{ ...change, kind: 'remove', peer: 'Eric' }] }],
    ['topics.after', { topics: [{ ...change, kind: 'remove', after: 1 }] }],
    ['topics', { initialPeers: 1, topics: [{ ...change, kind: 'remove' }] }],
    ['topics', { topics: [key([])] }],
    ['topics', { topics: [key(['Alice', 'Alice'])] }],
    ['topics', { topics: [key(['Alice', 'Eric'])] }],
    ['topics', { topics: [key(['Alice']), { ...change, kind: 'remove' }] }],
    ['topics', { topics: [key(['Alice', 'Bob', 'Carol'])], adversaries: [adversary] }],
    ['topics', { topics: [key(['Alice', 'Bob', 'Carol'])], crashes: [{ round: 0, count: 1 }] }],
    [
      'topics',
      {
        initialPeers: 5,
        topics: [key(['Alice', 'Bob', 'Carol', 'Dave']), { ...change, kind: 'remove', peer: 'Bob' }],
        adversaries: [adversary],
      },
    ],
  ]

  it.each(table)('are refused by name: %s %o', (option, differing) => {
    const error = errorOf(() => simulate({ ...defaultOptions, seed: '0', ...differing }))
    expect(error?.option).toBe(option)
  })

  it('of all scenarios are accepted, the same for the same seed, and plain JSON', () => {
    for (const scenario of scenarios) {
      for (let seed = 0; seed < 100; seed++) {
        const options = scenario.options(seed)
        checkOptions(options)
        expect(JSON.parse(JSON.stringify(options))).toEqual(options)
        expect(scenario.options(String(seed))).toEqual(options)
      }
    }
  })
})

describe('the command that replays a run', () => {
  const minimal = findScenario('minimal')?.options("a b'c") ?? { ...defaultOptions, seed: '' }

  it('names a scenario, quoted for a shell', () => {
    expect(commandFor(minimal)).toBe("npm run parsec -- simulate --scenario minimal --seed 'a b'\\''c'")
  })

  it('names counts', () => {
    expect(commandFor(networkOf(defaultCounts, 5))).toBe(
      'npm run parsec -- simulate --initial-peers 4 --add-peers 1 --remove-peers 1 --max-peers 20 ' +
        '--opaque 3 --max-rounds 1000 --mode supermajority --seed 5',
    )
  })

  it('writes options out that neither gives', () => {
    const changed = { ...minimal, lossProbability: 0.25 }
    const command = commandFor(changed)
    expect(command.startsWith("npm run parsec -- simulate --options '{")).toBe(true)
    const quoted = command.slice(command.indexOf("'") + 1, -1).replaceAll("'\\''", "'")
    expect(JSON.parse(quoted)).toEqual(changed)
  })
})
