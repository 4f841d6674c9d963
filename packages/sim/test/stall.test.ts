// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { OptionsError, defaultOptions, runScenario, runStall, simulate } from '@parsec-bft/sim'
import type { SimulationOptions, StallPlan, StallResult } from '@parsec-bft/sim'
import type { Inspection } from '@parsec-bft/core'
import { describe, expect, it } from 'vitest'
import { stalled } from '../src/scenarios/stall-plan.ts'
import { consensusOutcome, twinOutcome } from '../../core/test/support/twin-compare.ts'
import type { TwinEvent } from '../../core/test/support/twin-graph.ts'

/** All checks that every run has must hold: agreement, validity, liveness once the network is fair … */
function run(plan: StallPlan, seed: number): StallResult {
  const result = runStall(plan, seed)
  const { failure, traffic, peers } = result.simulation
  expect(failure, failure?.report).toBeUndefined()
  expect(traffic).toMatchObject({ lost: 0, refused: 0 })
  const outputs = peers.map(({ blocks, status }) => `${status}: ${blocks.slice(1).join(', ')}`)
  expect(new Set(outputs)).toEqual(new Set(['voter: OpaquePayload(contested)']))
  return result
}

/** A peer's graph, for the plain twin of the election. */
function twinEvents(inspection: Inspection): TwinEvent[] {
  const nameOf = (index: number): string => inspection.peers()[index]?.name ?? ''
  return Array.from({ length: inspection.eventCount }, (_, index): TwinEvent => {
    const { creator, cause, selfParent, otherParent, payload } = inspection.event(index)
    const carried = payload === undefined ? undefined : { hash: inspection.payload(payload).hash, voter: undefined }
    return { creator: nameOf(creator), cause, selfParent, otherParent, payload: carried }
  })
}

describe('a scheduler that knows the coins', () => {
  it.each([4, 7])('keeps %i correct peers undecided for 100 rounds; then they decide', (peers) => {
    const { electionRounds } = run({ peers, rounds: 100, coin: 'predictable', blind: false }, 1)
    expect(electionRounds.length).toBe(2)
    expect(electionRounds[0]).toBeLessThan(5)
    expect(electionRounds[1]).toBeGreaterThan(100)
    expect(electionRounds[1]).toBeLessThan(110)
  })

  it('does so whatever the seed, and with more peers', () => {
    for (const [peers, rounds, seeds] of [
      [4, 4, 12],
      [7, 3, 5],
      [10, 2, 2],
      [13, 1, 1],
    ] as const) {
      for (let seed = 0; seed < seeds; seed++) {
        expect(run({ peers, rounds, coin: 'predictable', blind: false }, seed).electionRounds[1]).toBeGreaterThan(
          rounds,
        )
      }
    }
  })

  it('leaves no peer silent, and no message for later than the next step', () => {
    const lines: string[] = []
    const options = { ...stalled({ peers: 4, rounds: 5, coin: 'predictable', blind: false }), seed: '3' }
    simulate(options, { onTranscript: (line) => lines.push(line) })
    const { fromRound = 0 } = options.stall ?? {}
    const steps = lines
      .join('\n')
      .split(/^round \d+$/m)
      .slice(fromRound, fromRound + 16)
    expect(steps.length).toBe(16)
    for (const step of steps) {
      for (const peer of ['Alice', 'Bob', 'Carol', 'Dave']) expect(step).toContain(`request ${peer} to`)
    }
    const count = (steps: readonly string[], pattern: RegExp): number => [...steps.join('').matchAll(pattern)].length
    for (let now = 1; now < steps.length; now++) {
      const sent = count(steps.slice(0, now), /^(?:request|response) \w+ to/gm)
      expect(sent).toBeGreaterThan(20 * now)
      expect(count(steps.slice(0, now + 1), / receives a /g)).toBeGreaterThanOrEqual(sent)
    }
  })

  it('stalls the plain twin of the election likewise', () => {
    const [peer] = run({ peers: 4, rounds: 3, coin: 'predictable', blind: false }, 2).simulation.peers
    const events = peer === undefined ? [] : twinEvents(peer.inspection)
    const input = { mode: 'supermajority', founders: ['Alice', 'Bob', 'Carol', 'Dave'], events } as const
    const outcome = twinOutcome(input)
    expect(outcome).toEqual(consensusOutcome(input))
    expect(outcome.decisions.length).toBe(2)
    // Round 3 step 0 is met, and nothing was decided before.
    expect(outcome.decisions[1]?.join('\n')).toMatch(/; 2\/2 .* undefined; 3\/0 /)
  })

  it('makes the same run of the same seed, with real keys and bytes too', () => {
    const [a, b] = [0, 1].map(() => run({ peers: 4, rounds: 3, coin: 'predictable', blind: false }, 5).simulation)
    expect(a?.digest).toBe(b?.digest)
    const options = { ...a?.options, identities: 'ed25519', wire: true } as SimulationOptions
    const { failure, agreed } = simulate(options)
    expect(failure, failure?.report).toBeUndefined()
    expect(agreed.slice(1)).toEqual(['OpaquePayload(contested)'])
  })
})

describe('a scheduler that guesses the coins', () => {
  it('is stopped by half of the tosses: the tail of the rounds falls geometrically', () => {
    const runs = 60
    const rounds = Array.from({ length: runs }, (_, seed) => {
      return run({ peers: 4, rounds: 40, coin: 'predictable', blind: true }, seed).electionRounds[1] ?? 0
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

  it('goes on if there is nothing to decide', () => {
    const { failure, rounds } = simulate({ ...defaultOptions, seed: '1', topics: [], stall })
    expect(failure, failure?.report).toBeUndefined()
    expect(rounds).toBeLessThan(60)
  })

  it('fails if the attack cannot begin: nobody takes it for one that was survived', () => {
    const { failure } = simulate({ ...defaultOptions, seed: '1', topics: [], stall: { ...stall, fromRound: 2 } })
    expect(failure?.checker).toBe('stall')
  })
})
