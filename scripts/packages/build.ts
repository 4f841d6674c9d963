// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export const root = join(import.meta.dirname, '../..')

/** Folders of all packages. */
export const packageFolders: readonly string[] = readdirSync(join(root, 'packages')).map((name) =>
  join(root, 'packages', name),
)

/**
 * Compiles all packages into their `dist` folders, and puts the licence beside. Starts from nothing,
 * because a package must not contain what is left of a file that no longer exists.
 */
export function build(): void {
  for (const folder of packageFolders) {
    rmSync(join(folder, 'dist'), { recursive: true, force: true })
    for (const file of readdirSync(folder)) if (file.endsWith('.tsbuildinfo')) rmSync(join(folder, file))
    copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  }
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-b', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) build()
