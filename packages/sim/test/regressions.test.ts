// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { simulate } from '@parsec-bft/sim'
import type { SimulationOptions } from '@parsec-bft/sim'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { expect, it } from 'vitest'

/** What `parsec soak --save` wrote: runs in which a check once failed. */
interface Regression {
  readonly failed: { readonly checker: string; readonly reason: string; readonly version: string }
  readonly options: SimulationOptions
}

const folder = new URL('regressions/', import.meta.url)

const files = existsSync(folder) ? readdirSync(folder) : []

if (files.length === 0) {
  it('nothing that once failed is on file', () => {
    expect(files).toEqual([])
  })
}

it.each(files)('what once failed does not fail again: %s', (file) => {
  const { options } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Regression
  const { failure } = simulate(options)
  expect(failure, failure?.report).toBeUndefined()
})
