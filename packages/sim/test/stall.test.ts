// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { OptionsError, defaultOptions, runScenario, runStall, simulate } from '@parsec-bft/sim'
import type { SimulationOptions, StallPlan, StallResult } from '@parsec-bft/sim'
import { describe, expect, it } from 'vitest'

/** Agreement, validity, liveness once the network is fair …: all checks of every run hold. */
function run(plan: StallPlan, seed: number): StallResult {
  const result = runStall(plan, seed)
  const { failure, traffic, peers } = result.simulation
  expect(failure, failure?.report).toBeUndefined()
  expect(traffic).toMatchObject({ lost: 0, refused: 0 })
  const outputs = peers.map(({ blocks, status }) => `${status}: ${blocks.slice(1).join(', ')}`)
  expect(new Set(outputs)).toEqual(new Set(['voter: OpaquePayload(contested)']))
  return result
}

describe('a scheduler that knows the coins', () => {
  it.each([4, 7])('keeps %i correct peers undecided for 100 rounds; then they decide', { timeout: 60_000 }, (peers) => {
    const { electionRounds } = run({ peers, rounds: 100, blind: false }, 1)
    expect(electionRounds.length).toBe(2)
    expect(electionRounds[0]).toBeLessThan(5)
    expect(electionRounds[1]).toBeGreaterThan(100)
    expect(electionRounds[1]).toBeLessThan(110)
  })

  it('does so whatever the seed, and with more peers', { timeout: 60_000 }, () => {
    for (const [peers, rounds, seeds] of [
      [4, 4, 12],
      [7, 3, 5],
      [10, 2, 2],
      [13, 2, 1],
    ] as const) {
      for (let seed = 0; seed < seeds; seed++) {
        expect(run({ peers, rounds, blind: false }, seed).electionRounds[1]).toBeGreaterThan(rounds)
      }
    }
  })

  it('leaves no peer silent, and no message for later than two steps', () => {
    const lines: string[] = []
    const plan = { fromRound: 40, rounds: 5, blind: false }
    const topics = [{ kind: 'payload', text: 'x', round: 40, spreadRounds: 0, by: 'all' }] as const
    simulate(
      { ...defaultOptions, seed: '3', fairFromRound: 41, topics, stall: plan },
      { onTranscript: (line) => lines.push(line) },
    )
    const rounds = lines
      .join('\n')
      .split(/^round \d+$/m)
      .slice(41, 41 + 15)
    expect(rounds.length).toBe(15)
    for (const round of rounds) {
      for (const peer of ['Alice', 'Bob', 'Carol', 'Dave']) expect(round).toContain(`request ${peer} to`)
    }
    const counts = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length
    for (let step = 2; step < rounds.length; step++) {
      const sent = rounds.slice(0, step - 1).map((round) => counts(round, /^(?:request|response) \w+ to/gm))
      const received = rounds.slice(0, step + 1).map((round) => counts(round, /receives a/g))
      const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)
      expect(sum(received)).toBeGreaterThanOrEqual(sum(sent))
    }
  })

  it('makes the same run of the same seed, with real keys and bytes too', () => {
    const [a, b] = [0, 1].map(() => run({ peers: 4, rounds: 3, blind: false }, 5).simulation)
    expect(a?.digest).toBe(b?.digest)
    const options = { ...a?.options, identities: 'ed25519', wire: true } as SimulationOptions
    const { failure, agreed } = simulate(options)
    expect(failure, failure?.report).toBeUndefined()
    expect(agreed.slice(1)).toEqual(['OpaquePayload(contested)'])
  })
})

describe('a scheduler that guesses the coins', () => {
  it('is stopped by half of the tosses: the tail of the rounds falls geometrically', { timeout: 60_000 }, () => {
    const runs = 60
    const rounds = Array.from({ length: runs }, (_, seed) => {
      return run({ peers: 4, rounds: 40, blind: true }, seed).electionRounds[1] ?? 0
    })
    for (const least of [2, 3, 4, 5]) {
      const expected = runs * 0.5 ** (least - 2)
      const survived = rounds.filter((count) => count >= least).length
      // Four standard deviations.
      expect(Math.abs(survived - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected * (1 - expected / runs)))
    }
    expect(Math.max(...rounds)).toBeLessThan(30)
  })
})

describe('a stalled network', () => {
  const stall = { fromRound: 40, rounds: 5, blind: false }
  it.each<[string, Partial<SimulationOptions>]>([
    ['has 3f + 1 peers', { initialPeers: 5 }],
    ['has four peers or more', { initialPeers: 1 }],
    ['has no other faults', { adversaries: [{ strategy: 'fork-simple', peer: 'Alice', round: 1 }] }],
    ['loses nothing', { lossProbability: 0.1 }],
    ['keeps its members', { topics: [{ kind: 'add', peer: 'Eric', round: 1, spreadRounds: 0, after: 0 }] }],
    ['is stalled from a round on', { stall: { ...stall, fromRound: 0 } }],
    ['is stalled for some rounds', { stall: { ...stall, rounds: 0.5 } }],
  ])('%s', (_, differing) => {
    expect(() => simulate({ ...defaultOptions, seed: '1', stall, ...differing })).toThrow(OptionsError)
  })

  it('is one of the scenarios', () => {
    for (let seed = 0; seed < 4; seed++) expect(runScenario('stall', seed).failure).toBeUndefined()
  })

  it('goes on if there is nothing to stall', () => {
    const { failure, rounds } = simulate({
      ...defaultOptions,
      seed: '1',
      fairFromRound: 3,
      topics: [],
      stall: { ...stall, fromRound: 2 },
    })
    expect(failure, failure?.report).toBeUndefined()
    expect(rounds).toBeLessThan(60)
  })
})
