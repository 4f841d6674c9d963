// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** What only a process of its own shows: exit codes, colours, and an output that fails. */

const main = join(import.meta.dirname, '../src/main.ts')
const command = ['--conditions=@parsec-bft/source', main]

test.skipIf(!existsSync('/dev/full'))('a full disk: says so, and exits with 4', () => {
  const full = openSync('/dev/full', 'w')
  const { status, stderr } = spawnSync(process.execPath, [...command, 'scenarios'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  })
  closeSync(full)
  expect(stderr).toMatch(/^error: the output could not be written: ENOSPC.*\n$/)
  expect(status).toBe(4)
})

test('a reader that stops reading: says so, and exits with 4', async () => {
  const child = spawn(process.execPath, [...command, 'scenarios'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number]
  expect(stderr).toBe('error: the output could not be written: whoever was to read it stopped reading\n')
  expect(code).toBe(4)
})

test('NO_COLOR and FORCE_COLOR are respected; a pipe has no colours by itself', () => {
  const errorFor = (env: Record<string, string>): string => {
    const others = { ...process.env }
    delete others.FORCE_COLOR
    delete others.NO_COLOR
    const argv = [...command, 'help', 'nope']
    return spawnSync(process.execPath, argv, { env: { ...others, ...env }, encoding: 'utf8' }).stderr
  }
  expect(errorFor({})).toBe("error: unknown command 'nope'\n")
  expect(errorFor({ NO_COLOR: '1' })).toBe("error: unknown command 'nope'\n")
  expect(errorFor({ FORCE_COLOR: '1' })).toBe("\x1b[31merror:\x1b[39m unknown command 'nope'\n")
})
