// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

const folder = join(import.meta.dirname, '../../../../../shared/recorded-graphs')

/** Real runs of the first implementation, where they are: [short name, path]. */
export const recordedFiles: readonly (readonly [name: string, path: string])[] = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.dot'))
      .sort()
      .map((file) => [relative(folder, join(folder, file)), join(folder, file)])
  : []

export function recordedFile(name: string): string {
  return join(folder, name)
}

if (recordedFiles.length === 0) console.warn(`recorded graphs: none at ${folder}; their tests are skipped`)
