// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type * as Sim from '@parsec-bft/sim'
import { readdirSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { parsec, temporaryFolder } from './run-parsec.ts'

/** Bob loses his second block: what he puts out next is not what others put out there. */
vi.mock('@parsec-bft/sim', async (importOriginal) => {
  const sim = await importOriginal<typeof Sim>()
  const simulate: typeof Sim.simulate = (options, hooks) => {
    let blocksOfBob = 0
    return sim.simulate(options, {
      ...hooks,
      plant: (peer, block) => (peer === 'Bob' && ++blocksOfBob === 2 ? [] : [block]),
    })
  }
  return { ...sim, simulate }
})

test('disagreement: exit code 1, what was seen, the command that shows it again, and the graphs', async () => {
  const folder = temporaryFolder()
  const { code, stdout, stderr } = await parsec(['simulate', '--dump-graphs', folder, '--no-svg'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^A check failed!\nagreement, round \d+: /)
  expect(stderr).toMatch(/^seed: 1$/m)
  expect(stderr).toMatch(/^replay: .* simulate .* --seed 1$/m)
  expect(stdout).not.toContain('Agreement checked')
  expect(stdout).toContain('Order of blocks up to the disagreement:')
  expect(readdirSync(folder)).toContain('Bob-end.dot')
})

test('disagreement as JSON', async () => {
  const { code, stdout } = await parsec(['simulate', '--json'])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ agreement: false, failure: { checker: 'agreement' } })
})
