// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import { parsec } from './run-parsec.ts'

interface Result {
  readonly peers: number
  readonly rounds: number
  readonly blind: boolean
  readonly runs: readonly { seed: string; electionRounds: number[]; failure: string | null }[]
}

describe('parsec attack stall', () => {
  test('tells how many rounds the attacked election took', async () => {
    const { code, stdout, stderr } = await parsec(['attack', 'stall', '--rounds', '4'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^4 peers, all correct; a scheduler that knows the coins, for 4 rounds\n/)
    expect(stdout).toMatch(/^seed 0: the election took [5-9] rounds, those before it \d$/m)
  })

  test('counts the rounds of many runs', async () => {
    const { stdout } = await parsec(['attack', 'stall', '--blind', '--runs', '12', '--seed-from', '3'])
    expect(stdout).toContain('seed 12: ')
    expect(stdout).not.toContain('seed 13: ')
    const rows = [...stdout.matchAll(/^ +(\d+) +(\d+) +(\d+) +(#+)$/gm)]
    const counts = rows.map(([, , count]) => Number(count))
    expect(counts.reduce((a, b) => a + b, 0)).toBe(12)
    for (const [i, [, , , orMore, bar = '']] of rows.entries()) {
      expect(Number(orMore)).toBe(counts.slice(i).reduce((a, b) => a + b))
      expect(bar.length).toBe(1 + Math.round(6 * Math.log2(Number(orMore))))
    }
  })

  test('prints JSON', async () => {
    const argv = ['attack', 'stall', '--peers', '7', '--rounds', '2', '--runs', '2', '--json']
    const result = JSON.parse((await parsec(argv)).stdout) as Result
    expect(result).toMatchObject({ peers: 7, rounds: 2, coin: 'predictable', blind: false })
    expect(result.runs.map(({ seed, failure }) => [seed, failure])).toEqual([
      ['0', null],
      ['1', null],
    ])
    for (const { electionRounds } of result.runs) expect(electionRounds[1]).toBeGreaterThan(2)
  })

  test('names one default of each option', async () => {
    const { stdout } = await parsec(['attack', 'stall', '--help'])
    const options = stdout.slice(stdout.indexOf('Options:'), stdout.indexOf('All peers are correct'))
    for (const option of options.split(/\n {2}--/)) expect(option.match(/default/g)?.length ?? 0).toBeLessThan(2)
    expect(options).toContain('default: "predictable"')
  })

  test.each([
    [['--peers', '5'], 'It is not 4, 7, 10 or another 3f + 1'],
    [['--peers', '1000'], "'--peers <count>' argument '1000' is invalid. It must be at most 100"],
    [['--peers', 'many'], 'It is not a whole number'],
    [['--rounds', '0'], "'--rounds <count>' argument '0' is invalid. It must be at least 1"],
    [['--runs', '-2'], 'It is negative: it must be at least 1'],
  ])('refuses %j', async (argv, reason) => {
    const { code, stdout, stderr } = await parsec(['attack', 'stall', ...argv])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(reason)
  })
})
