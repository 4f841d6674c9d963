// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { defaultOptions, peerName, runScenario, simulate, strategyNames } from '@parsec-bft/sim'
import type { SimulationOptions, SimulationResult, Topic } from '@parsec-bft/sim'
import { describe, expect, it } from 'vitest'

const seeds = [0, 1, 2]

/** Seven peers of whom one misbehaves from the third round on. */
function networkWith(strategy: string, seed: number, differing: Partial<SimulationOptions> = {}): SimulationOptions {
  const topics = [1, 5, 9].map((round, i): Topic => {
    return { kind: 'payload', text: String(i), round, spreadRounds: 3, by: 'all' }
  })
  const adversaries = [{ strategy, peer: peerName(seed % 7), round: 3 }]
  return { ...defaultOptions, seed: String(seed), initialPeers: 7, adversaries, topics, ...differing }
}

function run(options: SimulationOptions): SimulationResult {
  const result = simulate(options)
  expect(result.failure, result.failure?.report).toBeUndefined()
  return result
}

function accused(result: SimulationResult): string[] {
  return result.agreed.flatMap((key) => /^Accusation\((\w+)/.exec(key)?.[1] ?? [])
}

/** What a strategy does, and the kind of malice for which its author is removed. */
const provable: readonly (readonly [string, string])[] = [
  ['fork-simple', 'Fork'],
  ['fork-three-way', 'Fork'],
  ['fork-nested', 'Fork'],
  ['fork-initial', 'Fork'],
  ['fork-two-faced', 'Fork'],
  ['fork-colluding', 'Fork'],
  ['double-vote', 'DuplicateVote'],
  ['false-accuser', 'InvalidAccusation'],
  ['genesis-missing', 'MissingGenesis'],
  ['genesis-unexpected', 'UnexpectedGenesis'],
  ['genesis-incorrect', 'IncorrectGenesis'],
  ['self-parent-by-other', 'SelfParentByDifferentCreator'],
  ['other-parent-by-itself', 'OtherParentBySameCreator'],
  ['invalid-request', 'InvalidRequest'],
  ['invalid-response', 'InvalidResponse'],
  ['refused-decoy', 'InvalidRequest'],
]

describe.each(provable)('%s', (strategy, kind) => {
  it.each(seeds)('is detected, and its author and nobody else is removed (seed %i)', (seed) => {
    const result = run(networkWith(strategy, seed))
    const { counts = {}, peers } = result
    expect(counts[`committed.${kind}`]).toBeGreaterThan(0)
    expect(counts[`detected.${kind}`]).toBeGreaterThan(0)
    expect(new Set(accused(result))).toEqual(new Set([peerName(seed % 7)]))
    expect(peers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'voter'))
  })

  it('is detected where one vote is enough, and where messages are bytes', () => {
    // Real keys cost most of the time: they are for one strategy of each kind of proof.
    const isSigned = strategy === 'double-vote' || strategy === 'invalid-request'
    const identities = isSigned ? 'ed25519' : 'mock'
    const result = run(networkWith(strategy, 5, { mode: 'single', wire: true, identities }))
    expect(new Set(accused(result))).toEqual(new Set([peerName(5)]))
  })
})

/** What nobody can prove to others, and how it is reported to the application. */
const unprovable: readonly (readonly [string, string | undefined])[] = [
  ['silent', 'MissingResponse'],
  ['selectively-silent', 'MissingResponse'],
  ['slow', 'StaleOtherParent'],
  ['spam', 'Spam'],
  ['replay', undefined],
  ['malformed', undefined],
  ['accomplice', undefined],
]

describe.each(unprovable)('%s', (strategy, report) => {
  it('harms nobody, and is reported where it can be seen', () => {
    const reports = seeds.map((seed) => {
      const { agreed, counts, ...result } = run(networkWith(strategy, seed))
      expect(accused({ agreed, ...result })).toEqual([])
      expect(agreed).toEqual(expect.arrayContaining(['OpaquePayload(0)', 'OpaquePayload(1)', 'OpaquePayload(2)']))
      return counts?.[`reported.${report ?? ''}`] ?? 0
    })
    if (report !== undefined) expect(Math.max(...reports)).toBeGreaterThan(0)
  })
})

describe('fork-unrecorded', () => {
  it.each(seeds)('is recorded as evidence, and its author and nobody else is removed (seed %i)', (seed) => {
    expect(new Set(accused(run(networkWith('fork-unrecorded', seed))))).toEqual(new Set([peerName(seed % 7)]))
  })
})

describe('replay and malformed', () => {
  it.each(['replay', 'malformed'])('are refused (%s)', (strategy) => {
    expect(run(networkWith(strategy, 1)).traffic.refused).toBeGreaterThan(0)
  })
})

/** Scenarios of strategies that need a fellow or an opportunity. */
const together: readonly (readonly [string, readonly string[]])[] = [
  ['fork-transitive', ['Fork', 'Accomplice']],
  ['fork-late', ['Fork', 'Accomplice']],
  ['gossip-creator', ['InvalidGossipCreator', 'Fork']],
  ['accomplice', ['DuplicateVote', 'Accomplice']],
  ['stranding', ['Fork']],
  ['stranding-helped', ['Fork']],
]

describe.each(together)('%s', (scenario, kinds) => {
  it('is detected in half of the runs at least, and only adversaries are removed', () => {
    const runs = [0, 1, 2, 3, 4, 5].map((seed) => {
      const result = runScenario(scenario, seed)
      expect(result.failure, result.failure?.report).toBeUndefined()
      const adversaries = result.options.adversaries.map(({ peer }) => peer)
      expect(adversaries).toEqual(expect.arrayContaining(accused(result)))
      return result
    })
    for (const kind of kinds) {
      expect(runs.filter(({ counts }) => (counts?.[`detected.${kind}`] ?? 0) > 0).length).toBeGreaterThanOrEqual(3)
    }
  })
})

/** Strategies about keys, and the most acks of seven parts that there can be. */
const aboutKeys: readonly (readonly [string, number])[] = [
  ['key-wrong-rows', 42],
  ['key-malformed-parts', 42],
  ['key-wrong-values', 49],
  ['coin-withheld', 49],
]

describe.each(aboutKeys)('%s', (strategy, mostAcks) => {
  it.each([0, 2])('does not keep others from a key, and nobody is removed (seed %i)', (seed) => {
    const participants = Array.from({ length: 7 }, (_, i) => peerName(i))
    const topics = [{ kind: 'key', participants, round: 1, spreadRounds: 2 }] as const
    const result = run(
      networkWith(strategy, seed, { topics, adversaries: [{ strategy, peer: peerName(seed), round: 0 }] }),
    )
    expect(result.agreed.filter((key) => key.startsWith('DkgResult'))).toHaveLength(1)
    expect(accused(result)).toEqual([])
    const inspection = result.peers[0]?.inspection
    const texts = Array.from({ length: inspection?.payloadCount ?? 0 }, (_, i) => inspection?.payload(i).text)
    const acks = texts.filter((text) => text === 'DkgMessage(DkgAck(1))').length
    expect(acks).toBeGreaterThan(2 * 5 - 1)
    expect(acks).toBeLessThanOrEqual(mostAcks)
  })
})

describe('coin-wrong', () => {
  it('does no harm, and nobody else is removed for it (wrong-shares.test.ts shows how it is found)', () => {
    const runs = Array.from({ length: 12 }, (_, seed) => runScenario('coin', seed))
    for (const { failure } of runs) expect(failure, failure?.report).toBeUndefined()
    expect(runs.some(({ counts }) => (counts?.['committed.WrongCoinShare'] ?? 0) > 0)).toBe(true)
  })
})

it('every strategy is shown here', () => {
  const fellows = ['fork-transitive', 'fork-late', 'invalid-gossip-creator', 'premature-newcomer']
  const others = ['fork-unrecorded', 'fork-stranding']
  const shown = [...provable, ...unprovable].map(([strategy]) => strategy)
  const keys = [...aboutKeys.map(([strategy]) => strategy), 'coin-wrong']
  expect([...shown, ...fellows, ...others, ...keys].sort()).toEqual([...strategyNames].sort())
})

it('the same seed and options give the same run, with adversaries and an adversarial scheduler', () => {
  for (const scenario of ['malice', 'adversarial-scheduler']) {
    expect(runScenario(scenario, 3).digest).toBe(runScenario(scenario, 3).digest)
  }
})

it('several strategies of one peer combine', () => {
  const adversaries = ['double-vote', 'slow', 'malformed'].map((strategy) => ({ strategy, peer: 'Bob', round: 4 }))
  const result = run(networkWith('silent', 1, { adversaries }))
  expect(result.counts?.['evicted.DuplicateVote']).toBe(1)
  expect(result.traffic.refused).toBeGreaterThan(0)
})

it('two newcomers are not cut off for ever if one learnt of the other from events that nobody records', () => {
  const vote = (text: string, round: number): Topic => ({ kind: 'payload', text, round, spreadRounds: 5, by: 'all' })
  const adversaries = [
    { strategy: 'fork-colluding', peer: 'Fred', round: 9 },
    { strategy: 'replay', peer: 'Fred', round: 5 },
  ]
  const topics: Topic[] = [
    { kind: 'add', peer: 'Iris', round: 3, spreadRounds: 3, after: 0 },
    { kind: 'add', peer: 'Judy', round: 1, spreadRounds: 3, after: 0 },
    { kind: 'remove', peer: 'Bob', round: 12, spreadRounds: 3, after: 0 },
    ...[17, 5, 9, 17, 19].map((round, i) => vote(String(i), round)),
    vote('9', 100),
  ]
  const delay = { kind: 'adversarial', tactic: 'halves', maxMs: 178 } as const
  run({ ...defaultOptions, seed: '594', wire: true, initialPeers: 8, delay, fairFromRound: 20, adversaries, topics })
})
