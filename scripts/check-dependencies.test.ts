// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { dependencyFaults } from './check-dependencies.ts'
import { housePicture } from './house.ts'

const folders: string[] = []

/** A `packages` folder with the given files, and core and sim declared as dependencies everywhere. */
function packagesWith(files: Record<string, string>): string {
  const packages = mkdtempSync(join(tmpdir(), 'parsec-check-'))
  folders.push(packages)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(packages, file)), { recursive: true })
    writeFileSync(join(packages, file), text)
  }
  const manifest = JSON.stringify({ dependencies: { '@parsec-bft/core': '*', '@parsec-bft/sim': '*' } })
  for (const name of new Set(Object.keys(files).map((file) => file.split('/')[0] ?? ''))) {
    writeFileSync(join(packages, name, 'package.json'), manifest)
  }
  return packages
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('the dependency check', () => {
  it('finds nothing in this repository', () => {
    expect(dependencyFaults(join(import.meta.dirname, '..', 'packages'))).toEqual([])
  })

  it('lets a package use what is below it and core its platform', () => {
    const files = {
      'sim/src/a.ts': "import { x } from '@parsec-bft/core'\nimport { readFileSync } from 'node:fs'",
      'core/src/crypto/platform/node.ts': "import { hash } from 'node:crypto'",
      'core/src/graph/b.ts': "import { c } from '../base/c.ts'\n// Date.now is not called here\n",
      'core/src/base/c.ts': 'export const c = 1',
    }
    expect(dependencyFaults(packagesWith(files))).toEqual([])
  })

  it.each([
    ['an import of what is above', 'core/src/a.ts', "import type { S } from '@parsec-bft/sim'", 'is not below it'],
    ['an undeclared dependency', 'sim/src/a.ts', "export * from 'left-pad'", 'does not name'],
    ['a way around the package', 'sim/src/a.ts', "import '../../core/src/x.ts'", 'outside its package'],
    [
      'an upward import',
      'core/src/graph/a.ts',
      "import type { C } from '../peer/c.ts'",
      'peer/c.ts, which is above graph',
    ],
    ['an upward import of the platform', 'core/src/base/a.ts', "import { p } from '#crypto'", 'which is above base'],
    ['a folder without a place', 'core/src/attic/a.ts', "import '../base/b.ts'", 'rooms.ts does not name'],
    ['Node in core', 'core/src/a.ts', "import { hash } from 'node:crypto'", 'core imports node:crypto'],
    ['a clock in core', 'core/src/a.ts', 'export const now = Date.now()', 'core touches Date.now'],
    ['randomness in core', 'core/src/a.ts', 'export const draw = () => Math.random()', 'core touches Math.random'],
  ])('catches %s', (_, file, text, fault) => {
    expect(dependencyFaults(packagesWith({ [file]: text }))).toEqual([expect.stringContaining(fault)])
  })

  it('tells an upward import once, and not the cycle that it makes; a cycle beside it all the same', () => {
    const files = {
      'core/src/graph/a.ts': "import '../peer/b.ts'",
      'core/src/peer/b.ts': "import '../graph/a.ts'",
      'core/src/wire/c.ts': "import './d.ts'",
      'core/src/wire/d.ts': "import './c.ts'",
    }
    const faults = dependencyFaults(packagesWith(files))
    expect(faults).toEqual([
      expect.stringContaining('which is above graph'),
      expect.stringMatching(/^cycle: core.src.wire/),
    ])
  })

  it('catches a cycle, of types too', () => {
    const files = {
      'core/src/a.ts': "import type { B } from './b.ts'",
      'core/src/b.ts': "import { a } from './a.ts'",
    }
    expect(dependencyFaults(packagesWith(files))).toEqual(['cycle: core/src/a.ts -> core/src/b.ts -> core/src/a.ts'])
  })
})

describe('the picture of the house', () => {
  it('is the one in docs, and no arrow in it goes up', () => {
    const root = join(import.meta.dirname, '..')
    const picture = housePicture(join(root, 'packages'))
    expect(readFileSync(join(root, 'docs/house.svg'), 'utf8'), 'npm run house writes it').toBe(picture)
    expect(picture).not.toContain('class="up"')
  })

  it('shows an import that goes up', () => {
    const files = { 'core/src/base/a.ts': "import '../peer/b.ts'", 'core/src/peer/b.ts': '' }
    expect(housePicture(packagesWith(files))).toContain('class="up"')
  })
})
