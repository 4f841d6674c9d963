// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { root } from './build.ts'
import { packAll } from './pack.ts'
import type { PackedPackage } from './pack.ts'
import { run } from './run.ts'

/** What is missing in a package, one line each. */
function missingFiles({ name, files }: PackedPackage): string[] {
  const present = new Set(files)
  const faults = ['README.md', 'LICENSE'].filter((file) => !present.has(file)).map((file) => `${name} has no ${file}`)
  const folder = join(root, 'packages', name.slice(name.indexOf('/') + 1))
  for (const map of files.filter((file) => file.endsWith('.map'))) {
    const { sources } = JSON.parse(readFileSync(join(folder, map), 'utf8')) as { sources: string[] }
    for (const source of sources) {
      const path = normalize(join(dirname(map), source)).replaceAll('\\', '/')
      if (!present.has(path)) faults.push(`${name}: ${map} points to ${path}, which is not in the package`)
    }
  }
  return faults
}

// Builds and packs all packages, and looks for mistakes that their users would run into.
const folder = mkdtempSync(join(tmpdir(), 'parsec-lint-'))
try {
  const packages = packAll(folder)
  const faults = packages.flatMap(missingFiles)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  for (const { tarball } of packages) {
    run('publint', ['run', tarball, '--strict'], root)
    // The packages are ES modules only: nothing is promised to CommonJS.
    run('attw', [tarball, '--profile', 'esm-only', '--no-color'], root)
  }
  console.log(`packages: ${String(packages.length)} packed, files, manifests and types are in order`)
} finally {
  rmSync(folder, { recursive: true })
}
