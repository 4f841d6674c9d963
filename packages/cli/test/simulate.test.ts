// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parsec, temporaryFolder } from './run-parsec.ts'

interface Result {
  readonly seed: string
  readonly peers: readonly { name: string; status: string; votes: string[]; blocks: string[] }[]
  readonly agreed: readonly string[]
  readonly agreement: boolean
  readonly failure: { checker: string; reason: string } | null
  readonly digest: string
  readonly replay: string
  readonly graphs: { folder: string; files: string[]; first: string } | null
  readonly options: unknown
}

async function simulated(...argv: string[]): Promise<Result> {
  const { code, stdout, stderr } = await parsec(['simulate', '--json', ...argv])
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as Result
}

describe('parsec simulate', () => {
  test('narrates, shows the table, states the agreement and how to run it again', async () => {
    const { code, stdout, stderr } = await parsec(['simulate'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^Seed 1: 4 peers; supermajority mode/)
    expect(stdout).toMatch(/^round +\d+ {2}\w+ is first to put out 1 Genesis\({Alice, Bob, Carol, Dave}\)/m)
    expect(stdout).toMatch(/^Peer +State +Votes +Blocks\nAlice +\w+ +\d+ +6$/m)
    const blocks = [...stdout.matchAll(/^(\w+) +(?:voter|removed) +\d+ +(\d+)$/gm)].map(([, name, count]) => [
      name,
      count,
    ])
    const complete = blocks.filter(([, count]) => count === '6').length
    expect(stdout).toContain(
      `Agreement checked: ${String(complete)} peers put out the same 6 blocks in the same order.`,
    )
    const [shorter, ...more] = blocks.filter(([, count]) => count !== '6')
    expect(more).toEqual([])
    expect(stdout).toContain(`who left or failed: ${String(shorter?.[0])} (removed) ${String(shorter?.[1])}.`)
    expect(stdout).toMatch(/--mode supermajority --seed 1\n$/)
  })

  test('the command that it prints gives the same run', async () => {
    for (const argv of [
      ['-i', '5', '-o', '4', '-s', 'a seed'],
      ['--scenario', 'anything', '-s', '11'],
    ]) {
      const first = await simulated(...argv)
      const [, again = ''] = first.replay.split(' simulate ')
      const words = again.match(/'[^']*'|\S+/g) ?? []
      const second = await simulated(...words.map((word) => word.replaceAll("'", '')))
      expect(second).toEqual(first)
    }
  })

  test('a run described by its options is the same run', async () => {
    const first = await simulated('--scenario', 'mixed', '--seed', '3')
    const second = await simulated('--options', JSON.stringify(first.options))
    expect(second.digest).toBe(first.digest)
    expect(second.options).toEqual(first.options)
  })

  test('names in --options that could lead out of the folder are refused', async () => {
    const { options } = await simulated('--scenario', 'add-few-and-vote')
    const text = JSON.stringify(options).replaceAll(/"kind":"add","peer":"\w+"/g, '"kind":"add","peer":"../x"')
    expect(await parsec(['simulate', '--options', text])).toMatchObject({
      code: 2,
      stderr: 'error: --options: the peer "../x" must be letters, digits, _ and -, 64 at most\n',
    })
  })

  test('a random seed is printed', async () => {
    expect((await simulated()).seed).toBe('1')
  })

  test('on a terminal one line of stderr shows the progress and is gone at the end', async () => {
    const { stdout, stderr } = await parsec(['simulate'], { isTTY: true })
    expect(stderr).toContain('\rround 3: ')
    expect(stderr).toMatch(/\r\x1b\[K\(took [\d.]+ s\)\n$/)
    expect(stdout).toBe((await parsec(['simulate'])).stdout)
  })

  test('colours are added where they are wanted, and nothing else', async () => {
    const plain = (await parsec(['simulate'])).stdout
    const { stdout } = await parsec(['simulate'], { hasColours: true })
    expect(plain).not.toContain('\x1b')
    expect(stdout).toContain('\x1b[32mAgreement checked:\x1b[39m')
    expect(stripVTControlCharacters(stdout)).toBe(plain)
    const { stderr } = await parsec(['simulate', '--scenario', 'x'], { hasColours: true })
    expect(stderr).toMatch(/^\x1b\[31merror:\x1b\[39m There is no scenario x/)
  })

  test('too few rounds: exit code 3, with the reason, and stdout stays JSON', async () => {
    for (const rounds of ['1', '5', '10']) {
      const { code, stdout, stderr } = await parsec(['simulate', '--max-rounds', rounds, '--json'])
      expect(code).toBe(3)
      expect(stderr).toMatch(new RegExp(`^No consensus: not done after ${rounds} rounds`))
      expect((JSON.parse(stdout) as Result).failure?.checker).toBe('max-rounds')
    }
  })

  test('any seed and any small network: all agree, twice the same', async () => {
    const counts = fc.record({
      i: fc.integer({ min: 3, max: 6 }),
      a: fc.integer({ min: 0, max: 2 }),
      o: fc.integer({ min: 0, max: 5 }),
    })
    const modes = fc.constantFrom('supermajority', 'single')
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1 }),
        counts,
        modes,
        fc.nat(),
        async (seed, { i, a, o }, mode, chance) => {
          const removed = Math.min(2, chance % (i + a - 2))
          const argv = ['-i', i, '-a', a, '-r', removed, '-o', o, '--mode', mode, `--seed=${seed}`].map(String)
          const result = await simulated(...argv)
          expect(result).toMatchObject({ agreement: true, failure: null, seed })
          expect(result.agreed).toHaveLength(1 + a + removed + o)
          for (const { blocks } of result.peers) expect(blocks).toEqual(result.agreed.slice(0, blocks.length))
          expect(result.peers.filter(({ status }) => status === 'voter')).toHaveLength(i + a - removed)
          expect(await simulated(...argv)).toEqual(result)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('parsec simulate --dump-graphs', () => {
  test('writes a DOT and an SVG per peer and decision, says where, and parsec replay confirms them', async () => {
    const folder = join(temporaryFolder(), 'new', 'graphs')
    const { graphs, peers } = await simulated('--dump-graphs', folder)
    const files = readdirSync(folder).sort()
    expect([...(graphs?.files ?? [])].sort()).toEqual(files)
    expect(files).toContain('Alice-001.dot')
    expect(files).toContain('Alice-001.svg')
    expect(files.filter((file) => file.endsWith('.dot')).length * 2).toBe(files.length)
    expect(new Set(files.map((file) => file.split('-')[0]))).toEqual(new Set(peers.map(({ name }) => name)))
    expect(files).toContain(graphs?.first.slice(folder.length + 1))
    expect(graphs?.first).not.toMatch(/-001/)
    expect(readFileSync(join(folder, 'Alice-002.svg'), 'utf8')).toContain('Gossip graph of Alice: decision 2')
    const replayed = await parsec(['replay', folder])
    expect(replayed.code).toBe(0)
    expect(replayed.stdout).toContain(`${String(files.length / 2)} of ${String(files.length / 2)} files match\n`)
  })

  test('what is decided again is what was agreed', async () => {
    const folder = temporaryFolder()
    const { agreed } = await simulated(
      '--dump-graphs',
      folder,
      '--dump-on',
      'end',
      '--peers',
      'Alice',
      '--scenario',
      'signed',
    )
    const { stdout } = await parsec(['replay', '--json', join(folder, 'Alice-end.dot')])
    const [replayed] = JSON.parse(stdout) as { recorded: string[]; decided: string[] }[]
    // What was decided about the key of the coin is no block.
    expect(replayed?.recorded.length).toBeGreaterThan(agreed.length)
    expect(replayed?.decided).toEqual(replayed?.recorded)
  })

  test('--no-svg, --peers and --dump-on end write what they say', async () => {
    const folder = temporaryFolder()
    await simulated('--dump-graphs', folder, '--no-svg', '--peers', 'Alice,Carol')
    expect(new Set(readdirSync(folder).map((file) => file.replace(/\d{3}/, '#')))).toEqual(
      new Set(['Alice-#.dot', 'Carol-#.dot']),
    )
    const other = temporaryFolder()
    await simulated('--dump-graphs', other, '--dump-on', 'end', '--peers', 'Bob')
    expect(readdirSync(other).sort()).toEqual(['Bob-end.dot', 'Bob-end.svg'])
  })

  test('the same seed writes the same files', async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()]
    for (const folder of [one, two]) await simulated('--dump-graphs', folder, '-s', '9')
    const read = (folder: string): string[] =>
      readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
    expect(read(two)).toEqual(read(one))
  })

  test('without a name it makes a fresh folder and prints it', async () => {
    const { stdout } = await parsec(['simulate', '--dump-graphs', '--peers', 'Bob', '--no-svg'])
    const [, count, folder = ''] = /^(\d+) graph files in (.*)$/m.exec(stdout) ?? []
    onTestFinished(() => {
      rmSync(folder, { recursive: true })
    })
    expect(readdirSync(folder)).toHaveLength(Number(count))
    expect(existsSync(/^Look first at (\S+) /m.exec(stdout)?.[1] ?? '')).toBe(true)
  })

  test('graphs of an earlier run are replaced; other files are left alone', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    writeFileSync(join(folder, 'Alice-001.png'), 'mine')
    writeFileSync(join(folder, 'Alice-001-kept.svg'), 'mine')
    mkdirSync(join(folder, 'sub'))
    const { stdout } = await parsec(['simulate', '--dump-graphs', folder, '-s', '1', '-o', '9'])
    expect(stdout).not.toContain('an earlier run')
    const fresh = temporaryFolder()
    await simulated('--dump-graphs', fresh, '-s', '2', '--peers', 'Alice')
    const again = await parsec(['simulate', '--dump-graphs', folder, '-s', '2', '--peers', 'Alice'])
    const count = /^(\d+) graph files/m.exec(stdout)?.[1] ?? ''
    expect(again.stdout).toContain(`graph files in ${folder}, instead of ${count} that an earlier run wrote\n`)
    const kept = ['Alice-001-kept.svg', 'Alice-001.png', 'notes.txt', 'sub']
    expect(readdirSync(folder).sort()).toEqual([...kept, ...readdirSync(fresh)].sort())
    for (const file of readdirSync(fresh)) {
      expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(join(fresh, file), 'utf8'))
    }
    expect(readFileSync(join(folder, 'Alice-001.png'), 'utf8')).toBe('mine')
  })

  test('a file that no run wrote is neither replaced nor are others removed', async () => {
    const folder = temporaryFolder()
    await simulated('--dump-graphs', folder, '--peers', 'Alice')
    const refused = async (): Promise<void> => {
      const before = readdirSync(folder)
      const foreign = join(folder, 'Zoe-001.svg')
      expect(await parsec(['simulate', '--dump-graphs', folder])).toMatchObject({
        code: 2,
        stdout: '',
        stderr: `error: ${foreign} is no graph that parsec wrote: move it, or name another folder\n`,
      })
      expect(readdirSync(folder)).toEqual(before)
      rmSync(join(folder, 'Zoe-001.svg'), { recursive: true })
    }
    writeFileSync(join(folder, 'Zoe-001.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    await refused()
    mkdirSync(join(folder, 'Zoe-001.svg'))
    await refused()
    symlinkSync(join(folder, 'Alice-001.svg'), join(folder, 'Zoe-001.svg'))
    await refused()
    expect(await parsec(['simulate', '--dump-graphs', folder])).toMatchObject({ code: 0 })
  })

  test('the picture to look at first orders payloads and nothing else, and draws few events', async () => {
    const folder = temporaryFolder()
    for (const seed of ['1', '2', '3']) {
      const { graphs } = await simulated('--dump-graphs', folder, '-i', '5', '-o', '10', '-s', seed)
      const decided = (file: string): string[] => {
        const order = readFileSync(join(folder, file), 'utf8').matchAll(/>#\d+ (\w+)/g)
        return [...order].map(([, kind = '']) => kind)
      }
      const isTelling = (file: string): boolean => decided(file).every((kind) => kind === 'OpaquePayload')
      const drawn = (file: string): number => readFileSync(join(folder, file), 'utf8').split('data-event=').length - 1
      const first = basename(graphs?.first ?? '')
      expect(isTelling(first)).toBe(true)
      const pictures = readdirSync(folder).filter((file) => file.endsWith('.svg') && isTelling(file))
      expect(drawn(first)).toBe(Math.min(...pictures.map(drawn)))
    }
  })

  test('after a failure the graphs show where everyone stands', async () => {
    const folder = temporaryFolder()
    expect(await parsec(['simulate', '--max-rounds', '5', '--dump-graphs', folder])).toMatchObject({ code: 3 })
    expect(readdirSync(folder)).toContain('Alice-end.svg')
  })
})
