// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { defineConfig } from 'vitest/config'

const conditions = ['@parsec-bft/source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions }, noExternal: [/^@parsec-bft\//] },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'scripts/*.test.ts', 'examples/*.test.ts'],
    maxWorkers: 2,
    // For the threads that tests start.
    execArgv: ['--conditions=@parsec-bft/source'],
    // No limits: a slow machine must not fail what a fast one passes. A test that hangs is ended by CI's limit for the
    // job, and its file is the one that the output does not list.
    testTimeout: 0,
    hookTimeout: 0,
    reporters: ['default', './scripts/closing-line.ts'],
  },
})
