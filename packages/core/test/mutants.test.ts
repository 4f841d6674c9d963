// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { scriptNames } from './support/run-scripts.ts'
import { blindMutants, unjustMutants } from './support/mutants.ts'
import type { Mutant } from './support/mutants.ts'

const [hook, runner] = ['mutant-hook.ts', 'run-scripts.ts'].map((name) =>
  fileURLToPath(new URL(`support/${name}`, import.meta.url)),
) as [string, string]

interface Outcome {
  readonly code: number
  readonly errors: string
}

/** Two children at a time. */
const queues: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()]

function enqueue(start: () => Promise<Outcome>): Promise<Outcome> {
  const queue = queues.shift() ?? Promise.resolve()
  const outcome = queue.then(start)
  queues.push(outcome)
  return outcome
}

/** Runs scripts in a process of their own, with a bug planted. */
function run(scripts: readonly string[], mutant: readonly string[]): Promise<Outcome> {
  const parameters = ['--conditions=@parsec-bft/source', '--import', hook, runner, ...scripts]
  const env = { ...process.env, PARSEC_MUTANT: JSON.stringify(mutant) }
  return enqueue(
    () =>
      new Promise((resolve) => {
        const child = execFile(process.execPath, parameters, { env }, (_, __, errors) => {
          resolve({ code: child.exitCode ?? -1, errors })
        })
      }),
  )
}

const used = [...new Set([...blindMutants, ...unjustMutants].map(({ script }) => script))].sort()

describe('planted bugs', () => {
  test('without one, the scripts pass', async () => {
    expect(scriptNames()).toEqual(expect.arrayContaining(used))
    expect(await run(used, [])).toEqual({ code: 0, errors: '' })
  })

  test('one that has no place is noticed', async () => {
    const { code, errors } = await run(['duplicate-vote'], ['malice/detection.ts', 'no such text', ''])
    expect(code).toBe(2)
    expect(errors).toContain('malice/detection.ts has 0 times "no such text"')
  })
})

describe.each([
  ['malice goes unpunished', blindMutants],
  ['a correct peer accuses wrongly', unjustMutants],
])('a bug by which %s is caught:', (_, mutants: readonly Mutant[]) => {
  test.concurrent.each(mutants.map((mutant) => [mutant.bug, mutant] as const))('%s', async (__, mutant) => {
    const { file, find, replacement, script } = mutant
    const { code, errors } = await run([script], [file, find, replacement])
    expect(errors).toContain(`scripts/${script}.txt`)
    expect(code).toBe(1)
  })
})
