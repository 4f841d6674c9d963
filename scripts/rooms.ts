// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Packages from bottom to top: each imports only those before it (ARCHITECTURE.md). */
export const packageOrder = ['core', 'graph', 'sim', 'node', 'explorer', 'cli'] as const

/**
 * The folders of a package's `src` from bottom to top: a file imports only from its own folder and
 * from those before it. `.` is `src` itself, the package's door. A package that is not listed has
 * no folders to keep in order.
 */
export const folderOrder: Readonly<Record<string, readonly string[]>> = {
  core: [
    'base',
    'crypto/platform',
    'crypto',
    'crypto/identities',
    'crypto/pairing',
    'crypto/shared-key',
    'wire',
    'graph',
    'election',
    'consensus',
    'malice',
    'peer',
    '.',
  ],
  sim: ['base', 'options', 'scenarios', 'peers', 'adversaries', 'attacks', 'network', 'checkers', 'run', 'soak', '.'],
}
