// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parsec, temporaryFolder } from './run-parsec.ts'

interface Replayed {
  readonly file: string
  readonly mode: string
  readonly peers: number
  readonly events: number
  readonly recorded: string[]
  readonly decided: string[]
  readonly matches: boolean
}

const recorded = join(import.meta.dirname, '../../../../shared/recorded-graphs')

async function replayed(...argv: string[]): Promise<{ code: number; all: Replayed[] }> {
  const { code, stdout } = await parsec(['replay', '--json', ...argv])
  return { code, all: JSON.parse(stdout) as Replayed[] }
}

/** One small graph of our own, written at Alice's second decision. */
async function someGraph(folder: string): Promise<string> {
  await parsec(['simulate', '--dump-graphs', folder, '--peers', 'Alice', '--no-svg'])
  return join(folder, 'Alice-002.dot')
}

describe.skipIf(!existsSync(recorded))('recorded graphs (skipped where they are absent)', () => {
  test.each(['small', 'supermajority', 'single', 'membership', 'forks'])(
    '%s/ is decided as recorded',
    async (folder) => {
      const { code, all } = await replayed(join(recorded, folder))
      expect(code).toBe(0)
      expect(all.length).toBeGreaterThan(0)
      for (const { decided, recorded, matches } of all) {
        expect(matches).toBe(true)
        expect(decided).toEqual(recorded)
      }
    },
  )

  test('annotated/ needs --any-genesis', async () => {
    const folder = join(recorded, 'annotated')
    expect(await replayed(folder)).toMatchObject({ code: 1 })
    const { code, all } = await replayed('--any-genesis', folder)
    expect(code).toBe(0)
    for (const { decided, recorded } of all) expect(decided.length).toBeGreaterThan(recorded.length)
  })

  test('annotated/ says which block differs, and that the meta-events agree', async () => {
    const file = join(recorded, 'annotated', 'add-peer.dot')
    const { stdout } = await parsec(['replay', file])
    expect(stdout).toMatch(/: differs at block 1: recorded [\da-f]{64}, decided [\da-f]{64} \(/)
    expect(stdout).toMatch(/ \(the only difference; --any-genesis allows it\)\n$/)
    expect((await parsec(['replay', '--any-genesis', file])).stdout).toMatch(/: matches, its \d+ meta-events too\n$/)
  })

  test('small/minimal.dot is described', async () => {
    const file = join(recorded, 'small', 'minimal.dot')
    const size = 'supermajority, 4 peers, 113 events, 2 blocks recorded, 2 decided again, 1.0 ms'
    expect(await parsec(['replay', file])).toMatchObject({
      code: 0,
      stdout: `${file}: ${size}: matches, its 6 meta-events too\n`,
      stderr: '',
    })
    expect((await replayed(file)).all).toMatchObject([
      { file, mode: 'supermajority', peers: 4, events: 113, matches: true },
    ])
  })
})

describe('graphs of our own', () => {
  test('a changed history does not match: exit code 1, and the first difference', async () => {
    const folder = temporaryFolder()
    const file = await someGraph(folder)
    const [genesis = ''] = (await replayed(file)).all[0]?.recorded ?? []
    const wrong = `0${genesis.slice(1)}` === genesis ? `1${genesis.slice(1)}` : `0${genesis.slice(1)}`
    const changed = join(folder, 'changed.dot')
    writeFileSync(changed, readFileSync(file, 'utf8').replaceAll(genesis, wrong))
    const { code, all } = await replayed(changed, file)
    expect(code).toBe(1)
    expect(all.map(({ matches }) => matches)).toEqual([false, true])
    const { stdout } = await parsec(['replay', changed])
    expect(stdout).toContain(`differs at block 1: recorded ${wrong}, decided ${genesis}`)
    expect(await replayed('--any-genesis', changed)).toMatchObject({ code: 0 })
  })

  test('a folder stands for the .dot files in and below it, in the order of their names', async () => {
    const folder = temporaryFolder()
    const text = readFileSync(await someGraph(temporaryFolder()), 'utf8')
    mkdirSync(join(folder, 'below'))
    for (const name of ['z.dot', 'a.dot', 'below/b.dot', 'other.txt']) writeFileSync(join(folder, name), text)
    const { code, all } = await replayed(folder)
    expect(code).toBe(0)
    expect(all.map(({ file }) => file)).toEqual(['a.dot', 'below/b.dot', 'z.dot'].map((name) => join(folder, name)))
  })

  test('a file that is no graph: its place and what was expected, exit code 2, the others are replayed', async () => {
    const folder = temporaryFolder()
    const file = await someGraph(folder)
    const broken = join(folder, 'broken.dot')
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(broken, lines.slice(0, lines.length / 2).join('\n'))
    const { code, stdout, stderr } = await parsec(['replay', '--json', broken, file])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: .*broken\.dot:\d+: expected /)
    expect((JSON.parse(stdout) as Replayed[]).map((replayed) => replayed.file)).toEqual([file])
    expect((await parsec(['replay', broken, file])).stdout).toContain('1 of 2 files match\n')
  })

  test('counts blocks on both sides, and apart those that come after the recorded ones', async () => {
    const folder = temporaryFolder()
    const { stdout } = await parsec(['simulate', '-i', '4', '-a', '0', '-r', '0', '-o', '2', '--dump-graphs', folder])
    const agreed = Number(/put out the same (\d+) blocks/.exec(stdout)?.[1])
    const lines = (await parsec(['replay', folder])).stdout.split('\n').slice(0, -2)
    expect(lines.length).toBeGreaterThan(8)
    for (const line of lines) {
      const [, recorded = '0', again = '0'] = /, (\d+) blocks? recorded, (\d+) decided again/.exec(line) ?? []
      const [, after = '0'] = / (?:and|no block recorded,) (\d+) (?:after|decided)/.exec(line) ?? []
      expect(Number(again) + Number(after), line).toBeGreaterThan(0)
      expect(again, line).toBe(recorded)
      expect(Number(recorded) + Number(after), line).toBeLessThanOrEqual(agreed)
    }
  })

  test('--draw draws the decision that the file was written before, as the run itself did', async () => {
    const folder = temporaryFolder()
    await parsec(['simulate', '--dump-graphs', folder, '--peers', 'Alice'])
    const drawnByRun = readFileSync(join(folder, 'Alice-002.svg'), 'utf8')
    const file = join(folder, 'Alice-002.dot')
    const elsewhere = join(temporaryFolder(), 'new')
    const { stdout } = await parsec(['replay', '--draw', '--to', elsewhere, file])
    expect(stdout).toContain(`\n  drawn: ${join(elsewhere, 'Alice-002.svg')}\n`)
    const story = (svg: string): string[] =>
      [...svg.matchAll(/class="(?:heading|line)"[^>]*>([^<]*)/g)].map(([, t = '']) => t)
    const drawn = readFileSync(join(elsewhere, 'Alice-002.svg'), 'utf8')
    // A run may have taken in events behind the deciding one, and names the decision in its title.
    const comparable = (lines: readonly string[]): string[] => lines.filter((line) => !line.includes(' events, '))
    expect(comparable(story(drawn))).toEqual(comparable(story(drawnByRun)))
    expect(drawn).toContain('data-event=')
    expect((await parsec(['replay', '--draw', file])).code).toBe(0)
    expect(readFileSync(join(folder, 'Alice-002.svg'), 'utf8')).toBe(drawn)
    const { stdout: json } = await parsec(['replay', '--draw', '--json', file])
    expect(JSON.parse(json)).toMatchObject([{ file, picture: join(folder, 'Alice-002.svg') }])
  })

  test('--draw keeps the folders below the one that is named, and draws over no file but its own', async () => {
    const folder = temporaryFolder()
    const text = readFileSync(await someGraph(temporaryFolder()), 'utf8')
    mkdirSync(join(folder, 'below'))
    for (const name of ['a.dot', 'below/b.dot']) writeFileSync(join(folder, name), text)
    const to = join(folder, 'pictures')
    expect(await parsec(['replay', '--draw', '--to', to, folder])).toMatchObject({ code: 0 })
    for (const name of ['a.svg', 'below/b.svg']) expect(existsSync(join(to, name))).toBe(true)
    writeFileSync(join(folder, 'a.svg'), 'mine')
    expect(await parsec(['replay', '--draw', folder])).toMatchObject({
      code: 2,
      stderr: `error: ${join(folder, 'a.svg')} is no picture that parsec drew: name another folder, with --to\n`,
    })
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toBe('mine')
    expect(existsSync(join(folder, 'below', 'b.svg'))).toBe(true)
    expect(await parsec(['replay', '--draw', '--to', '/proc/x', folder])).toMatchObject({ code: 2 })
  })

  test('a folder without graphs is wrong usage', async () => {
    const folder = temporaryFolder()
    expect(await parsec(['replay', folder])).toMatchObject({
      code: 2,
      stderr: `error: there is no .dot file in or below ${folder}\n`,
    })
  })
})
