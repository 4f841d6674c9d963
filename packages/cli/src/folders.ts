// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it, unless it is there. Node's own `recursive` never returns for
 * folders that the system does not let anybody make, such as /proc/x.
 */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
  const above = dirname(path)
  if (above !== path && !existsSync(above)) makeFolder(above)
  mkdirSync(path)
}
