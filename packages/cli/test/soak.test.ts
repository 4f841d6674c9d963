// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type * as Sim from '@parsec-bft/sim'
import type { SoakReport } from '@parsec-bft/sim'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { Signal } from '../src/io.ts'
import { performAll } from '../src/soak/perform-all.ts'
import { parsec, temporaryFolder } from './run-parsec.ts'

/** From seed 100 on Bob puts out each payload twice. Other threads do not have this bug. */
vi.mock('@parsec-bft/sim', async (importOriginal) => {
  const sim = await importOriginal<typeof Sim>()
  const plant: Sim.SimulationHooks['plant'] = (peer, block) =>
    peer === 'Bob' && block.observation.kind === 'OpaquePayload' ? [block, block] : [block]
  const simulate: typeof Sim.simulate = (options, hooks) =>
    sim.simulate(options, Number(options.seed) >= 100 ? { ...hooks, plant } : hooks)
  return { ...sim, simulate }
})

const few = ['soak', '--scenario', 'minimal', '--scenario', 'single-same']

async function report(...argv: string[]): Promise<SoakReport> {
  const { code, stdout, stderr } = await parsec([...few, '--json', ...argv])
  const json = JSON.parse(stdout) as SoakReport
  expect(code, stderr).toBe(json.failures.length > 0 ? 1 : 0)
  return json
}

describe('parsec soak', () => {
  test('makes the runs of its scenarios in turn, and sums them', async () => {
    const { options, runs, rounds, blocks, messages, interrupted, failures } = await report('--runs', '5')
    expect(options).toEqual({
      scenarios: ['minimal', 'single-same'],
      seedFrom: 0,
      coin: null,
      runs: 5,
      forMs: null,
      shard: { index: 1, count: 1 },
    })
    expect(runs).toEqual({ minimal: 3, 'single-same': 2 })
    expect(blocks).toBeGreaterThan(2 * 3)
    expect(rounds).toBeGreaterThan(5)
    expect(messages).toBeGreaterThan(rounds)
    expect({ interrupted, failures }).toEqual({ interrupted: false, failures: [] })
  })

  test('reports the same, whatever the number of workers', async () => {
    const argv = ['--runs', '8', '--scenario', 'fork-simple', '--seed-from', '3']
    const [one, three] = await Promise.all(['1', '3'].map((workers) => report(...argv, '--workers', workers)))
    expect(three?.elapsed.workers).toBe(3)
    expect(one?.counts['committed.Fork']).toBeGreaterThan(0)
    expect({ ...three, elapsed: undefined }).toEqual({ ...one, elapsed: undefined })
  })

  test.each([1, 2])('an error that is no failed check ends everything (%i workers)', async (workers) => {
    const job = { scenario: 'nowhere', seed: 0, coin: null, shrinks: false }
    const all = performAll(
      workers,
      () => job,
      () => undefined,
    )
    await expect(all).rejects.toThrow(/there is no nowhere/)
  })

  test('--for ends when its time is over', async () => {
    let seconds = 0
    const { stdout } = await parsec([...few, '--workers', '1', '--json', '--for', '1m'], {
      clockMs: () => 1000 * seconds++,
    })
    const { runs, interrupted, elapsed } = JSON.parse(stdout) as SoakReport
    expect(elapsed.ms).toBeGreaterThanOrEqual(60_000)
    expect(elapsed.ms).toBeLessThan(70_000)
    expect(runs.minimal).toBeGreaterThan(5)
    expect(interrupted).toBe(false)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: the report so far, exit code %i, and it listens no longer', async (signal, exitCode) => {
    let interrupt: ((signal: Signal) => void) | undefined
    let looks = 0
    const ran = parsec([...few, '--workers', '1'], {
      clockMs: () => {
        if (++looks === 20) interrupt?.(signal)
        return looks
      },
      onSignal: (call) => {
        interrupt = call
        return () => {
          interrupt = undefined
        }
      },
    })
    const { code, stdout, stderr } = await ran
    expect(stderr).toBe(`${signal}: stopping after the runs under way; once more stops at once\n`)
    expect(stdout).toMatch(/^\d{1,2} runs of 2 scenarios/)
    expect(stdout).toContain('\nIt was interrupted: there was more to do.\n')
    expect(code).toBe(exitCode)
    expect(interrupt).toBeUndefined()
  })

  test('on a terminal one line of stderr shows the progress and is gone at the end', async () => {
    const { stdout, stderr } = await parsec([...few, '--runs', '3', '--workers', '1'], { isTTY: true })
    expect(stderr).toMatch(/\r2 of 3 runs, [\d.]+\/s, 0 failures\x1b\[K/)
    expect(stderr.endsWith('\r\x1b[K')).toBe(true)
    expect(stdout).toMatch(
      /^3 runs of 2 scenarios, seeds from 0: \d+ rounds, \d+ blocks, \d+ messages\.\n\n[^]*No check failed\.\n$/,
    )
  })
})

describe('parsec soak that finds a bug', () => {
  const buggy = ['--workers', '1', '--runs', '5', '--seed-from', '98']

  test('goes on, tells each failure with its command and a smaller run, and exits with 1', async () => {
    const { code, stdout, stderr } = await parsec([...few, ...buggy])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^5 runs of 2 scenarios/)
    expect(stderr).toMatch(
      /^FAILED minimal, seed 100: no-duplicates: .*\n {2}replay: .* --scenario minimal --seed 100\n$/,
    )
    expect(stdout).toContain(stderr)
    expect(stdout).toMatch(/^ {2}smaller: npm run parsec -- simulate --options '\{.*"seed":"100"/m)
    expect(stdout).toMatch(/\n1 of 5 runs failed\.\n$/)
  })

  test('tells the first failures, counts the others, and shrinks only the first', async () => {
    const argv = ['soak', '--scenario', 'minimal', '--workers', '1', '--runs', '12', '--seed-from', '100']
    const { stdout, stderr } = await parsec(argv)
    expect(stderr.match(/^FAILED/gm)).toHaveLength(10)
    expect(stdout.match(/^FAILED/gm)).toHaveLength(10)
    expect(stdout).toContain('\nand 2 more failures (--json lists all)\n')
    const { failures } = JSON.parse((await parsec([...argv, '--json'])).stdout) as SoakReport
    expect(failures.map(({ seed, shrunk }) => [seed, shrunk !== null])).toEqual(
      Array.from({ length: 12 }, (_, i) => [100 + i, i < 10]),
    )
  })

  test('--save writes what failed and the smaller options', async () => {
    const folder = join(temporaryFolder(), 'new')
    const { failures } = await report(...buggy, '--save', folder)
    expect(readdirSync(folder)).toEqual(['minimal-100.json'])
    const saved = JSON.parse(readFileSync(join(folder, 'minimal-100.json'), 'utf8')) as unknown
    expect(saved).toMatchObject({ failed: { checker: 'no-duplicates' }, options: failures[0]?.shrunk?.options })
    expect(failures[0]?.shrunk?.options).toMatchObject({ initialPeers: 2 })
  })
})

describe('parsec soak merge', () => {
  test('makes one report of all shards, as if there had been one machine', async () => {
    const argv = ['--runs', '7', '--workers', '1', '--seed-from', '98']
    const folder = temporaryFolder()
    const files = await Promise.all(
      [1, 2, 3].map(async (index) => {
        const file = join(folder, `${String(index)}.json`)
        writeFileSync(file, JSON.stringify(await report(...argv, '--shard', `${String(index)}/3`)))
        return file
      }),
    )
    const whole = await report(...argv)
    expect(whole.failures).toHaveLength(3)
    const merged = await parsec(['soak', 'merge', '--json', ...files])
    expect(merged.code).toBe(1)
    expect({ ...(JSON.parse(merged.stdout) as SoakReport), elapsed: whole.elapsed }).toEqual(whole)
    expect(await parsec(['soak', 'merge', ...files])).toEqual({ ...(await parsec([...few, ...argv])), stderr: '' })
    expect(await parsec(['soak', 'merge', ...files.slice(1)])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: missing: shard 1/3\n',
    })
  })
})
