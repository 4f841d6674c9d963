// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { unjustMutants } from '../../core/test/support/mutants.ts'

const [hook, main] = ['../../core/test/support/mutant-hook.ts', '../hostile/fuzz/main.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
) as [string, string]

interface Fuzzed {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** `npm run fuzz` in a process of its own, with a bug planted in the core that it loads. */
function fuzz(bug: string | undefined, ...flags: readonly string[]): Promise<Fuzzed> {
  const mutant = unjustMutants.find((candidate) => candidate.bug === bug)
  if ((mutant === undefined) !== (bug === undefined)) throw new Error(`no mutant: ${String(bug)}`)
  const planted = mutant === undefined ? [] : [mutant.file, mutant.find, mutant.replacement]
  const env = { ...process.env, PARSEC_MUTANT: JSON.stringify(planted) }
  const parameters = ['--conditions=@parsec-bft/source', '--import', hook, main, ...flags]
  return new Promise((resolve) => {
    const child = execFile(process.execPath, parameters, { env }, (_, output, errors) => {
      resolve({ code: child.exitCode ?? -1, output, errors })
    })
  })
}

describe('mutated messages', () => {
  test('break no promise, and at least one in ten passes decoding and signatures', async () => {
    const { code, output, errors } = await fuzz(undefined, '--messages', '6000', '--seed', '1')
    expect(errors).not.toContain('broken')
    expect(code).toBe(0)
    expect(output).toMatch(/^6 000 messages to \d+ networks/)
    for (const outcome of ['answered by a response', 'MaliciousEvent', 'InvalidMessage', 'PrematureCoinShares']) {
      expect(output).toContain(outcome)
    }
  })

  test('come in shards, of which each makes its part', async () => {
    const { code, output } = await fuzz(undefined, '--messages', '1200', '--seed', '2', '--shard', '2/3')
    expect(code).toBe(0)
    expect(output).toMatch(/^400 messages to 1 networks/)
  })

  test.each([['--shard', '3/2'], ['--messages', '0'], ['--nonsense']])(
    'are not sent for wrong options (%s %s)',
    async (...flags) => {
      expect((await fuzz(undefined, ...flags)).code).toBe(2)
    },
  )
})

/** Bugs, and what the fuzzer says of each. */
const bugs: readonly (readonly [string, RegExp])[] = [
  ['what was accused is accused again', /an event of ours without fault/],
  ['forks are judged by arrival: unknown branches count', /accuses a correct peer: Accusation\(\w+, Accomplice/],
  [
    'what another branch has recorded counts as recorded',
    /refuses a \w+ of \w+: MaliciousEvent|\w+ accuses a correct peer/,
  ],
]

describe.each(bugs)('a bug by which %s', (bug, told) => {
  test('is found, and the command that is printed finds it again', async () => {
    const { code, errors } = await fuzz(bug, '--messages', '20000', '--seed', '1')
    expect(code).toBe(1)
    expect(errors).toMatch(told)
    const [, replay = ''] = /replay: npm run fuzz -- (.*)\n/.exec(errors) ?? []
    const again = await fuzz(bug, ...replay.split(' '))
    expect(again.code).toBe(1)
    expect(again.errors).toMatch(told)
  })
})
