// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('four processes over TCP count to the same number in the same order', () => {
  const example = join(import.meta.dirname, 'tcp.ts')
  const output = execFileSync(process.execPath, ['--conditions=@parsec-bft/source', example], { encoding: 'utf8' })
  const lines = output.trimEnd().split('\n')
  expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(['Alice', 'Bob', 'Carol', 'Dave'])
  expect(new Set(lines.map((line) => line.slice(line.indexOf(' '))))).toHaveLength(1)
  expect(lines[0]).toMatch(/ counted to 20, [\da-f]{16}$/)
})
