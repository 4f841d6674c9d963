// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { SoakReport } from '@parsec-bft/sim'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { blindMutants, unjustMutants } from '../../core/test/support/mutants.ts'

/** A bug of detection, the run that shows it, and what that run says. */
type Case = readonly [bug: string, scenario: string, seed: number, checker: string, reason: RegExp]

/** Some malice goes unpunished, or is taken in. */
const blind: readonly Case[] = [
  ['Fork is not seen', 'fork-two-faced', 0, 'eviction', /was not removed .* after Fork/],
  ['DuplicateVote is not seen', 'double-vote', 0, 'eviction', /was not removed .* after DuplicateVote/],
  ['MissingGenesis is not seen', 'genesis-malice', 9, 'eviction', /was not removed .* after MissingGenesis/],
  ['InvalidAccusation is not seen', 'false-accuser', 1, 'eviction', /was not removed .* after InvalidAccusation/],
  ['Accomplice is not seen', 'accomplice', 0, 'eviction', /was not removed .* after Accomplice/],
  [
    'gossip of a peer that one could not know is not seen',
    'gossip-creator',
    4,
    'eviction',
    /was not removed .* after InvalidGossipCreator/,
  ],
  ['IncorrectGenesis is not seen', 'genesis-malice', 1, 'insertion', /IncorrectGenesis/],
  ['SelfParentByDifferentCreator is not seen', 'bad-parents', 0, 'insertion', /SelfParentByDifferentCreator/],
  ['OtherParentBySameCreator is not seen', 'bad-parents', 1, 'insertion', /OtherParentBySameCreator/],
  ['a request that was for somebody else is not seen', 'bad-exchange', 0, 'insertion', /InvalidRequest/],
  ['a response that was for somebody else is not seen', 'bad-exchange', 1, 'insertion', /InvalidResponse/],
  ['nobody is accused of an event that was refused', 'bad-parents', 0, 'eviction', /was not removed/],
  ['UnexpectedGenesis is not seen', 'malice', 279, 'eviction', /was not removed .* after UnexpectedGenesis/],
  ['an accusation removes nobody', 'double-vote', 0, 'eviction', /was not removed .* after DuplicateVote/],
]

/** A correct peer accuses wrongly, or is refused for what it sends. */
const unjust: readonly Case[] = [
  [
    'forks are judged by arrival: unknown branches count',
    'fork-simple',
    0,
    'no-false-accusation',
    /accuses .* of Accomplice/,
  ],
  [
    'forks are judged by arrival: the first branch always goes on',
    'fork-nested',
    0,
    'no-false-accusation',
    /accuses .* of Accomplice/,
  ],
  ['what was accused is accused again', 'fork-simple', 0, 'exception', /an event of ours without fault/],
  ['accusations come after the sync event', 'fork-simple', 0, 'exception', /an event of ours without fault/],
  ['founders must have been added', 'gossip-creator', 0, 'refusals', /how its sender was added/],
  ['what has decided is not recorded', 'stranding-helped', 2, 'refusals', /PrematureCoinShares/],
]

const [hook, main] = ['../../core/test/support/mutant-hook.ts', '../src/main.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
) as [string, string]

interface Soaked {
  readonly code: number
  readonly report: SoakReport
}

/** `parsec soak` in a process of its own, with a bug planted in the core that it and its threads load. */
function soak(mutant: readonly string[], ...flags: readonly string[]): Promise<Soaked> {
  const parameters = [
    '--conditions=@parsec-bft/source',
    '--import',
    hook,
    main,
    'soak',
    '--json',
    '--coin',
    'predictable',
    ...flags,
  ]
  const env = { ...process.env, PARSEC_MUTANT: JSON.stringify(mutant) }
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, parameters, { env }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr, { cause: error }))
      else resolve({ code: child.exitCode ?? -1, report: JSON.parse(stdout) as SoakReport })
    })
  })
}

function mutantOf(bug: string): readonly string[] {
  const found = [...blindMutants, ...unjustMutants].find((mutant) => mutant.bug === bug)
  if (found === undefined) throw new Error(`no mutant: ${bug}`)
  return [found.file, found.find, found.replacement]
}

const every = [...blind, ...unjust].map(([, scenario, seed]) => ({ scenario, seed }))

test.concurrent.each([...new Set(every.map(({ seed }) => seed))])(
  'without a bug, no run of seed %i fails',
  async (seed) => {
    const scenarios = new Set(every.filter((run) => run.seed === seed).map(({ scenario }) => scenario))
    const named = [...scenarios].flatMap((scenario) => ['--scenario', scenario])
    const flags = ['--seed-from', String(seed), '--runs', String(scenarios.size), '--workers', '1']
    const { code, report } = await soak([], ...named, ...flags)
    expect(report.runs).toEqual(Object.fromEntries([...scenarios].map((scenario) => [scenario, 1])))
    expect({ code, failures: report.failures }).toEqual({ code: 0, failures: [] })
  },
)

/*
 * A soak of 200 runs has three runs or more of each scenario, with the coins that the scenarios choose.
 * It misses the bug about once in 500 times if `stranding-helped` finds it in four runs of five.
 */
test.concurrent('that what has decided is not recorded is found in most runs of one scenario', async () => {
  const flags = ['--scenario', 'stranding-helped', '--runs', '9', '--workers', '1', '--coin', 'threshold']
  const { report } = await soak(mutantOf('what has decided is not recorded'), ...flags)
  expect(report.failures.length).toBeGreaterThanOrEqual(6)
  expect(new Set(report.failures.map(({ checker }) => checker))).toEqual(new Set(['refusals']))
})

test.concurrent('threads have the bug, too', async () => {
  const flags = ['--scenario', 'double-vote', '--runs', '2', '--workers', '2']
  const { code, report } = await soak(mutantOf('DuplicateVote is not seen'), ...flags)
  expect(code).toBe(1)
  expect(report.elapsed.workers).toBe(2)
  expect(report.failures.map(({ seed, checker }) => [seed, checker])).toEqual([
    [0, 'eviction'],
    [1, 'eviction'],
  ])
})

describe.each([
  ['malice goes unpunished', blind],
  ['a correct peer accuses wrongly', unjust],
])('parsec soak finds a bug by which %s:', (_, cases: readonly Case[]) => {
  test.concurrent.each(cases)('%s', async (bug, scenario, seed, checker, reason) => {
    const flags = ['--scenario', scenario, '--seed-from', String(seed), '--runs', '1', '--workers', '1']
    const { code, report } = await soak(mutantOf(bug), ...flags)
    expect(code).toBe(1)
    expect(report.failures).toMatchObject([{ scenario, seed, checker }])
    expect(report.failures[0]?.reason).toMatch(reason)
  })
})
