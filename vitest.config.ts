// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { defineConfig } from 'vitest/config'

const conditions = ['source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions }, noExternal: [/^@parsec-bft\//] },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'scripts/*.test.ts', 'examples/*.test.ts'],
    maxWorkers: 2,
    // No test has a time limit: a slow machine must not fail what a fast one passes. CI's limit ends a test that hangs.
    testTimeout: 0,
    hookTimeout: 0,
    reporters: ['default', './scripts/closing-line.ts'],
  },
})
