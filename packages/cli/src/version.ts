// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { readFileSync } from 'node:fs'

/** Version of this package. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}
