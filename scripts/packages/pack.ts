// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { join } from 'node:path'
import { build, root } from './build.ts'
import { run } from './run.ts'

/** A package as npm would publish it. */
export interface PackedPackage {
  readonly name: string
  /** Path of the .tgz file. */
  readonly tarball: string
  /** Paths in the package, with slashes. */
  readonly files: readonly string[]
}

/** What `npm pack --json` tells of each package. */
interface NpmPacked {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** Builds all packages and packs each into a file in `folder`. */
export function packAll(folder: string): PackedPackage[] {
  build()
  // Without scripts: each package's `prepack` would build all of them again.
  const parameters = ['pack', '--workspaces', '--ignore-scripts', '--json', '--pack-destination', folder]
  const printed = run('npm', parameters, root)
  const packed = JSON.parse(printed) as NpmPacked[] | Record<string, NpmPacked>
  return Object.values(packed).map(({ name, filename, files }) => ({
    name,
    tarball: join(folder, filename),
    files: files.map(({ path }) => path),
  }))
}
