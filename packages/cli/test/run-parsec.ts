// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { run } from '../src/index.ts'
import type { Io } from '../src/index.ts'

/** What a command did. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What is different from a machine on which nothing happens. */
type Machine = Partial<Pick<Io, 'clockMs' | 'onSignal'>> & {
  readonly isTTY?: boolean
  readonly hasColours?: boolean
}

/** Runs the command in this process. Its seed is 1 where none is told; each look at the clock takes a millisecond. */
export async function parsec(argv: readonly string[], machine: Machine = {}): Promise<Ran> {
  const { isTTY = false, hasColours = false, ...rest } = machine
  const out: string[] = []
  const err: string[] = []
  let timeMs = 0
  const code = await run(argv, {
    stdout: { write: (text) => out.push(text), isTTY, hasColours },
    stderr: { write: (text) => err.push(text), isTTY, hasColours, columns: 60 },
    clockMs: () => timeMs++,
    freshSeed: () => '1',
    onSignal: () => () => undefined,
    ...rest,
  })
  return { code, stdout: out.join(''), stderr: err.join('') }
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parsec-test-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}
