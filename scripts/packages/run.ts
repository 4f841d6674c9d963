// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

/**
 * Runs a program in a folder and gives what it prints. Programs that npm installed there are found
 * first, as in npm scripts.
 *
 * @throws Error with everything that the program printed, when it fails.
 */
export function run(program: string, parameters: readonly string[], folder: string): string {
  const env = { ...process.env, PATH: [join(folder, 'node_modules/.bin'), process.env.PATH].join(delimiter) }
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd: folder, encoding: 'utf8', env })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')} fails:\n${stdout}${stderr}`)
  return stdout
}
