// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkTrace } from '../../core/model/trace.ts'
import type { TraceReport } from '../../core/model/trace.ts'
import { makeElectionsForget } from '../../core/test/support/first-estimates.ts'
import { parsec, temporaryFolder } from './run-parsec.ts'

const recorded = join(import.meta.dirname, '../../../../shared/recorded-graphs')

/** The steps that a command writes. */
async function stepsOf(...argv: string[]): Promise<string[]> {
  const file = join(temporaryFolder(), 'steps.ndjson')
  const { code, stderr } = await parsec([...argv, '--meta-votes', file])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return readFileSync(file, 'utf8').trimEnd().split('\n')
}

async function check(steps: readonly string[]): Promise<TraceReport> {
  async function* lines(): AsyncGenerator<string> {
    for (const step of steps) yield await Promise.resolve(step)
  }
  return checkTrace(lines())
}

describe('--meta-votes', () => {
  test.each(['keys', 'fork-two-faced', 'malice'])(
    'of a simulation (%s) writes steps that follow from what they start from and count',
    async (scenario) => {
      const steps = await stepsOf('simulate', '--scenario', scenario, '--seed', '3', '--coin', 'predictable')
      expect(await check(steps)).toMatchObject({ steps: steps.length, fault: undefined })
      // And not from anything else.
      const at = steps.findIndex((line) => line.includes('"aux":"t","decision":"-"'))
      const spoilt = steps.with(at, (steps[at] ?? '').replaceAll('"aux":"t"', '"aux":"f"'))
      expect((await check(spoilt)).fault).toBeDefined()
    },
  )

  test('of a network of five with a key writes the coins that all agree on', async () => {
    const steps = await stepsOf('simulate', '--initial-peers', '5', '--opaque', '12', '--seed', '5')
    expect(await check(steps)).toMatchObject({ steps: steps.length, fault: undefined })
  })

  test('writes steps of a second attempt', async () => {
    const restore = makeElectionsForget({ seed: 1, keepsFirst: 0, keepsSecond: 1 })
    try {
      const steps = await stepsOf('simulate', '--initial-peers', '5', '--opaque', '3', '--seed', '5')
      // What the first attempt begins with is not what was observed: the rule of this test.
      const second = steps.filter((line) => line.includes('"attempt":2'))
      expect(second.length).toBeGreaterThan(100)
      expect(await check(second)).toMatchObject({ steps: second.length, fault: undefined })
    } finally {
      restore()
    }
  })

  test('says which file it cannot write', async () => {
    const file = join(temporaryFolder(), 'nowhere', 'steps.ndjson')
    const { code, stderr } = await parsec(['simulate', '--seed', '1', '--meta-votes', file])
    expect(code).toBe(2)
    expect(stderr).toContain('steps.ndjson')
  })
})

describe.skipIf(!existsSync(recorded))('recorded graphs (skipped where they are absent)', () => {
  test.each(['small', 'membership', 'annotated'])('of %s/ hold what the model makes of them', async (folder) => {
    const steps = await stepsOf('replay', '--any-genesis', join(recorded, folder))
    expect(steps.length).toBeGreaterThan(100)
    expect(await check(steps)).toMatchObject({ steps: steps.length, fault: undefined })
  })
})

test('dumps and pictures of a second attempt say so, and dumps are decided again as they were', async () => {
  const restore = makeElectionsForget({ seed: 1, keepsFirst: 0, keepsSecond: 1 })
  try {
    const folder = temporaryFolder()
    const flags = ['--initial-peers', '5', '--opaque', '3', '--seed', '5', '--peers', 'Alice']
    expect(await parsec(['simulate', ...flags, '--dump-graphs', folder])).toMatchObject({ code: 0 })
    const files = readdirSync(folder)
    const texts = (ending: string): string[] =>
      files.filter((file) => file.endsWith(ending)).map((file) => readFileSync(join(folder, file), 'utf8'))
    for (const dot of texts('.dot')) {
      expect(dot).toContain('///     attempt: 2\n')
      expect(dot).toContain('///     ends_attempt: 1\n')
    }
    for (const svg of texts('.svg')) {
      expect(svg).toContain('This is the second attempt: the first one decided all subjects false')
      expect(svg).toContain('ends the first attempt')
    }
    const { code, stdout } = await parsec(['replay', folder])
    expect(code).toBe(0)
    expect(stdout).not.toContain('differ')
    expect(stdout).toMatch(/matches, its [1-9]\d* meta-events too/)
  } finally {
    restore()
  }
})
