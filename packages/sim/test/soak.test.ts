// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import {
  MergeError,
  OptionsError,
  SoakTally,
  checkOptions,
  findScenario,
  mergeReports,
  performRun,
  runAt,
  runsInShard,
  scenarios,
  shrink,
  shrinkLimits,
  simulate,
} from '@parsec-bft/sim'
import type { Simulate, SimulationOptions, SoakPlan, SoakReport, SoakRun, Topic } from '@parsec-bft/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const plan: SoakPlan = {
  scenarios: ['minimal', 'mixed', 'churn'],
  seedFrom: 5,
  coin: null,
  runs: 20,
  forMs: null,
  shard: { index: 1, count: 1 },
}

function runsOf(shard: SoakPlan): SoakRun[] {
  return Array.from({ length: runsInShard(shard) }, (_, place) => runAt(shard, place))
}

function optionsOf(scenario: string, seed = 1): SimulationOptions {
  const options = findScenario(scenario)?.options(seed)
  if (options === undefined) throw new Error(`no scenario ${scenario}`)
  return options
}

const done = simulate(optionsOf('minimal'))

/** Runs that take no time, and fail where the bug is. */
function failing(checker: string, isBuggy: (options: SimulationOptions) => boolean): Simulate {
  return (options) => {
    const failure = { checker, reason: 'a planted bug\n  with details', peer: undefined, round: 1, report: '' }
    return { ...done, options, failure: isBuggy(options) ? failure : undefined }
  }
}

/** A report of a plan, of runs that take no time. */
function reportOf(shard: SoakPlan, interrupted = false): SoakReport {
  const tally = new SoakTally(shard)
  const bug = failing('agreement', ({ seed, scenario }) => scenario === 'mixed' && Number(seed) % 2 === 0)
  for (const run of runsOf(shard)) tally.add(performRun({ ...run, shrinks: false }, bug))
  return tally.report({ version: '1.2.3', interrupted, elapsed: { ms: 1, workers: 1 } })
}

describe('a plan', () => {
  it('has the scenarios take turns, seed after seed', () => {
    expect(runsOf({ ...plan, runs: 4 })).toEqual([
      { scenario: 'minimal', seed: 5, coin: null },
      { scenario: 'mixed', seed: 5, coin: null },
      { scenario: 'churn', seed: 5, coin: null },
      { scenario: 'minimal', seed: 6, coin: null },
    ])
  })

  it('is split into shards that together are the whole, each run once', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 9 }), (runs, count) => {
        const shards = Array.from({ length: count }, (_, i) =>
          runsOf({ ...plan, runs, shard: { index: i + 1, count } }),
        )
        const whole = runsOf({ ...plan, runs })
        expect(whole).toHaveLength(runs)
        for (const [r, run] of whole.entries()) expect(shards[r % count]?.[Math.floor(r / count)]).toEqual(run)
        expect(shards.flat()).toHaveLength(runs)
      }),
    )
  })
})

describe('reports', () => {
  const shards = [1, 2, 3].map((index) => ({ ...plan, shard: { index, count: 3 } }))
  const [first, second, third] = shards.map((shard) => reportOf(shard)) as [SoakReport, SoakReport, SoakReport]

  it('do not depend on the order in which runs end', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(runsOf(plan), { minLength: 20 }), (runs) => {
        const tally = new SoakTally(plan)
        for (const run of runs)
          tally.add(
            performRun(
              { ...run, shrinks: false },
              failing('liveness', () => true),
            ),
          )
        const { failures } = tally.report(first)
        expect(failures.map(({ scenario, seed, coin }) => ({ scenario, seed, coin }))).toEqual(runsOf(plan))
      }),
      { numRuns: 10 },
    )
  })

  it('of all shards, in any order, make that of the whole', () => {
    const whole = reportOf(plan)
    expect(whole.failures).toHaveLength(3)
    expect(mergeReports([third, first, second])).toEqual({ ...whole, elapsed: { ms: 1, workers: 3 } })
  })

  it.each<[string, readonly SoakReport[], RegExp]>([
    ['nothing', [], /nothing to merge/],
    ['a missing shard', [first, third], /^missing: shard 2\/3$/],
    ['a shard twice', [first, second, third, second], /shard 2\/3 comes twice/],
    [
      'other scenarios',
      [first, reportOf({ ...plan, scenarios: ['minimal'] })],
      /differ in scenarios, the number of shards/,
    ],
    ['another seed', [first, second, { ...third, options: { ...third.options, seedFrom: 6 } }], /differ in seedFrom$/],
    ['another version', [first, second, { ...third, version: '2' }], /differ in version$/],
    ['an interrupted one', [first, second, { ...third, interrupted: true }], /shard 3\/3 was interrupted/],
    ['one with runs missing', [first, second, { ...third, runs: { minimal: 1 } }], /shard 3\/3 was interrupted/],
  ])('are refused: %s', (_, reports, said) => {
    const merge = (): unknown => mergeReports(reports)
    expect(merge).toThrow(MergeError)
    expect(merge).toThrow(said)
  })
})

describe('a run that fails', () => {
  it('is told in one line, with the command that replays it', () => {
    const bug = failing('agreement', () => true)
    const { failure } = performRun({ scenario: 'mixed', seed: 3, coin: null, shrinks: false }, bug)
    expect(failure).toEqual({
      scenario: 'mixed',
      seed: 3,
      coin: null,
      checker: 'agreement',
      reason: 'a planted bug',
      command: 'npm run parsec -- simulate --scenario mixed --seed 3',
      shrunk: null,
    })
  })

  it('is also one that a scenario describes wrongly; other errors are no failures', () => {
    const throwing = (error: Error) => (): unknown =>
      performRun({ scenario: 'mixed', seed: 3, coin: null, shrinks: true }, () => {
        throw error
      })
    const failure = { checker: 'options', reason: 'topics: too many', shrunk: null }
    expect(throwing(new OptionsError('topics', 'too many'))()).toMatchObject({ failure })
    expect(throwing(new Error('no memory'))).toThrow('no memory')
  })

  it('is made smaller as long as the same checker fails', () => {
    // Carol puts one payload out twice: what is left is that payload, in the smallest network that has a Carol.
    const planted: Simulate = (options) =>
      simulate(options, {
        plant: (peer, block) => {
          const { observation } = block
          const isBuggy = peer === 'Carol' && observation.kind === 'OpaquePayload' && observation.payload === '4'
          return isBuggy ? [block, block] : [block]
        },
      })
    const { failure } = performRun({ scenario: 'mixed', seed: 2, coin: null, shrinks: true }, planted)
    expect(failure?.checker).toBe('no-duplicates')
    const { options, command } = failure?.shrunk ?? {}
    expect(options).toMatchObject({
      topics: [{ text: '4', round: 0, spreadRounds: 0 }],
      ...{ initialPeers: 3, lossProbability: 0, crashProbability: 0, delay: { kind: 'none' } },
    })
    expect(command).toBe(`npm run parsec -- simulate --options '${JSON.stringify(options)}'`)
    if (options !== undefined) expect(planted(options).failure?.checker).toBe('no-duplicates')
  })

  it('is made as small as can be where everything fails, whatever the scenario', () => {
    const bug = failing('agreement', () => true)
    for (const scenario of scenarios) {
      expect(shrink(scenario.options(1), 'agreement', bug)).toMatchObject({
        ...{ initialPeers: 1, topics: [], adversaries: [], crashes: [], fairFromRound: 1 },
        ...{ wire: false, identities: 'mock', coin: 'predictable', roundMs: 100, delay: { kind: 'none' } },
      })
    }
  })

  it('keeps a removal that waits for an addition, and nothing that came between', () => {
    const change = (kind: 'add' | 'remove', peer: string, after: number): Topic => {
      return { kind, peer, after, round: 3, spreadRounds: 2 }
    }
    const topics = [change('add', 'Eric', 0), change('add', 'Fred', 1), change('remove', 'Eric', 2)]
    const bug = failing('liveness', (options) => options.topics.some(({ kind }) => kind === 'remove'))
    const smallest = shrink({ ...optionsOf('minimal'), topics }, 'liveness', bug)
    expect(smallest.topics).toEqual([
      { ...topics[0], round: 0, spreadRounds: 0 },
      { ...topics[2], round: 0, spreadRounds: 0, after: 1 },
    ])
  })

  it.each([1, 2, 3, 4, 5])('keeps an adversary in the smallest network that bears one (seed %i)', (seed) => {
    const bug = failing('eviction', ({ adversaries }) => adversaries.length > 0)
    const smallest = shrink(optionsOf('malice', seed), 'eviction', (options) => {
      checkOptions(options)
      return bug(options)
    })
    expect(smallest.initialPeers).toBe(4)
    expect(smallest.adversaries).toHaveLength(1)
  })

  it('is not taken for another failure', () => {
    const bug = failing('liveness', () => true)
    expect(shrink(optionsOf('mixed'), 'agreement', bug)).toEqual(optionsOf('mixed'))
  })

  it.each([
    [0, shrinkLimits.attempts],
    [10_000, shrinkLimits.messages / 10_000],
  ])('is given up after a bounded search, at the smallest found (%i messages each: %i attempts)', (messages, most) => {
    // Only the last topic can be left out each time; to find that, every other one is tried first.
    const { topics } = optionsOf('votes-before')
    let left = topics.length
    let attempts = 0
    const bug = failing('agreement', (options) => {
      const isNext = options.topics.length === left - 1 && options.topics.every((topic, i) => topic === topics[i])
      if (isNext) left--
      return isNext
    })
    const smallest = shrink({ ...optionsOf('votes-before'), topics }, 'agreement', (options) => {
      attempts++
      return { ...bug(options), traffic: { ...done.traffic, messages } }
    })
    expect(attempts).toBe(most)
    expect(smallest.topics).toHaveLength(left)
  })
})
