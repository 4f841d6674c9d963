// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { defineConfig } from 'vitest/config'

const conditions = ['source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions }, noExternal: [/^@parsec-bft\//] },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'scripts/*.test.ts', 'examples/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    reporters: ['default', './scripts/closing-line.ts'],
  },
})
