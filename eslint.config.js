// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const reason = 'core is a pure state machine: see ARCHITECTURE.md.'
const clocksAndMachines = [
  'process',
  'Buffer',
  'console',
  'crypto',
  'fetch',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'Date',
  'Promise',
]

export default defineConfig(
  { ignores: ['**/dist/', 'docs/api/', 'node_modules/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-len': ['error', { code: 120, ignoreUrls: true }],
      // Indexing a typed array inside its bounds gives a number: the hot path says so without a check.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  {
    files: ['packages/core/src/**/*.ts'],
    ignores: ['packages/core/src/crypto/platform/node.ts'],
    rules: {
      'no-restricted-globals': ['error', ...clocksAndMachines.map((name) => ({ name, message: reason }))],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: reason }],
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: reason }] }],
      'no-restricted-syntax': ['error', { selector: ':function[async=true]', message: reason }],
      // Index loops are for the hot path.
      '@typescript-eslint/prefer-for-of': 'off',
    },
  },
)
