// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'packages/core/test/scripts/README.md',
  ...docs.map((name) => `docs/${name}`),
]
const folder = mkdtempSync(join(tmpdir(), 'parsec-docs-'))

function node(...args: string[]): string {
  return execFileSync(process.execPath, ['--conditions=@parsec-bft/source', ...args], { cwd: root, encoding: 'utf8' })
}

afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('the documentation', () => {
  it('prints the example in README as it runs', () => {
    const printed = /<!-- example: (\S+) -->\n```ts\n([\s\S]*?)\n```/.exec(
      readFileSync(join(root, 'README.md'), 'utf8'),
    )
    const file = printed?.[1] ?? ''
    expect(readFileSync(join(root, file), 'utf8').trimEnd()).toBe(printed?.[2])
    const orders = node(file).trimEnd().split('\n')
    expect(orders.map((line) => line.split(' ')[0])).toEqual(['Alice', 'Bob', 'Carol'])
    expect(new Set(orders.map((line) => line.slice(line.indexOf('decided:'))))).toHaveLength(1)
  })

  it('has a beacon and sealed bids that run', () => {
    const lines = node('examples/shared-key.ts').trimEnd().split('\n')
    expect(lines.pop()).toBe('1200 for the clock')
    expect(new Set(lines.map((line) => line.split(' ')[1]))).toEqual(new Set(['true']))
    expect(new Set(lines).size).toBe(3)
  })

  it("draws the tutorial's pictures with the command that it gives", () => {
    const tutorial = readFileSync(join(root, 'docs/tutorial.md'), 'utf8')
    const commands = [...tutorial.matchAll(/npm run parsec -- (simulate .*--peers Alice) --dump-graphs (\w+)/g)]
    expect(commands.map(([, , out]) => out)).toEqual(['out', 'fork', 'coin', 'toss'])
    for (const [, flags = '', out = ''] of commands) {
      const pictures = join(root, 'docs', out === 'out' ? 'pictures' : `pictures-${out}`)
      const drawn = join(folder, out)
      const args = flags.replace(/"\$\(cat (\S+)\)"/, '$1').split(' ')
      const given = args.map((arg) => (arg.endsWith('.json') ? readFileSync(join(root, arg), 'utf8') : arg))
      node('packages/cli/src/main.ts', ...given, '--dump-graphs', drawn)
      const files = readdirSync(pictures).filter((file) => !file.endsWith('.json'))
      expect(readdirSync(drawn)).toEqual(expect.arrayContaining(files))
      for (const file of files) {
        // If it is meant to change: run the tutorial's command, and copy the files that docs/ has.
        expect(readFileSync(join(drawn, file), 'utf8')).toBe(readFileSync(join(pictures, file), 'utf8'))
      }
    }
  })

  it('names only private members of core that are there', () => {
    const sources = join(root, 'packages/core/src')
    const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    const code = files.map((file) => readFileSync(join(sources, file), 'utf8')).join('\n')
    for (const page of pages) {
      for (const [, name = ''] of readFileSync(join(root, page), 'utf8').matchAll(/`(#[a-z]\w*)`/g)) {
        expect(code, `${page}: ${name}`).toMatch(new RegExp(`${name}\\b`))
      }
    }
  })

  it('says of each assertion of core why no message reaches it', () => {
    const sources = join(root, 'packages/core/src')
    const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    const expected = files.flatMap((file) => {
      const code = readFileSync(join(sources, file), 'utf8')
      return [...code.matchAll(/\bassert\(\s[^;]*?'([^']+)',?\s*\)|\bassert\([^;]*?'([^']+)'\)/g)].map(
        ([, a, b]) => a ?? b,
      )
    })
    const section = readFileSync(join(root, 'docs/threat-model.md'), 'utf8').split('## Can a message stop a peer?')[1]
    const told = [...(section?.split('\n## ')[0] ?? '').matchAll(/^\| "([^"]+)"/gm)].map(([, text]) => text)
    expect(told.sort()).toEqual(expected.sort())
  })

  it('links only to files and headings that are there', () => {
    for (const page of pages) {
      const text = readFileSync(join(root, page), 'utf8')
      for (const [, target = '', heading] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)) {
        const path = target === '' ? join(root, page) : join(root, dirname(page), target)
        expect(existsSync(path), `${page}: ${target}`).toBe(true)
        if (heading !== undefined) expect(anchorsOf(path), `${page}: ${target}#${heading}`).toContain(heading)
      }
    }
  })
})

/** The names by which GitHub links to a page's headings. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
