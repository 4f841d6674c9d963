// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { scenarios } from '@parsec-bft/sim'
import { describe, expect, test } from 'vitest'
import { parsec } from './run-parsec.ts'

describe('help', () => {
  test.each([
    ['--help'],
    ['simulate', '--help'],
    ['replay', '--help'],
    ['scenarios', '--help'],
    ['soak', '--help'],
    ['soak', 'merge', '--help'],
    ['help', 'simulate'],
    ['help', 'soak', 'merge'],
    ['attack', 'help', 'stall'],
  ])('parsec %s %s exits with 0 and shows examples', async (...argv) => {
    const { code, stdout, stderr } = await parsec(argv)
    expect(code).toBe(0)
    expect(stdout).toContain('Examples:\n  parsec ')
    expect(stderr).toBe('')
  })

  test('no command at all shows the help on stderr and is wrong usage', async () => {
    const { code, stdout, stderr } = await parsec([])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Examples:')
  })

  test('the examples of every help text are accepted, as far as they need no files', async () => {
    const texts = await Promise.all(
      [['--help'], ['simulate', '--help'], ['scenarios', '--help']].map((argv) => parsec(argv)),
    )
    const examples = texts
      .flatMap(({ stdout }) => stdout.split('\n'))
      .filter((line) => /^ {2}parsec (?:simulate|scenarios)/.test(line) && !line.includes('--dump-graphs'))
      .map((line) => line.trim().split(/ {2,}/)[0]?.split(' ').slice(1) ?? [])
    expect(examples.length).toBeGreaterThan(5)
    for (const argv of examples) expect(await parsec(argv), argv.join(' ')).toMatchObject({ code: 0 })
  })

  test('the version is a version', async () => {
    expect(await parsec(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    })
  })
})

describe('wrong usage exits with 2 and says what to do', () => {
  test.each<[string, RegExp]>([
    ['simulat', /unknown command 'simulat'\n\(Did you mean simulate/],
    ['simulate --bogus', /unknown option '--bogus'/],
    ['simulate --sed 4', /Did you mean --seed/],
    ['simulate extra', /too many arguments/],
    ['simulate --opaque', /argument missing/],
    ['simulate --opaque x', /not a whole number/],
    ['simulate --opaque -5', /It is negative: it must be at least 0/],
    ['simulate --opaque 1.5', /not a whole number/],
    ['simulate --opaque 1001', /--opaque.*at most 1000/],
    ['simulate -i 2', /--initial-peers: at least 3/],
    ['simulate -i 21', /--initial-peers.*--max-peers is 20: at most 20/],
    ['simulate -m 101', /--max-peers.*at most 100/],
    ['simulate -i 5 -m 6 -a 3 -r 1', /--add-peers.*at most 2/],
    ['simulate -i 4 -a 1 -r 3', /--remove-peers.*at most 2/],
    ['simulate --max-rounds 0', /--max-rounds.*from 1/],
    ['simulate --mode both', /supermajority, single/],
    ['simulate --scenario nowhere', /no scenario nowhere\. List all: parsec scenarios/],
    ['simulate --scenario chrun', /no scenario chrun\. Did you mean churn\?/],
    ['simulate --scenario fork', /Did you mean fork-\w+/],
    ['simulate --scenario minimal -i 5', /cannot be used with option '-i/],
    ['simulate --options {} --seed 3', /cannot be used with option '-s/],
    ['simulate --options {', /--options is not JSON/],
    ['simulate --options {}', /--options: seed must be a string/],
    ['simulate --peers Alice', /--peers.*use it with --dump-graphs/],
    ['simulate --no-svg', /--no-svg.*use it with --dump-graphs/],
    ['simulate --dump-on end', /--dump-on.*use it with --dump-graphs/],
    ['simulate --dump-graphs /dev/null/graphs', /cannot write graphs to/],
    ['simulate --dump-graphs /proc/x', /cannot write graphs to \/proc\/x/],
    ['simulate --dump-graphs --peers Zed', /no peer "Zed" in this run; there are Alice,Bob,Carol,Dave,Eric/],
    ['soak --runs 0', /It must be at least 1\./],
    ['soak --for 10', /not a time like 30s, 10m or 2h/],
    ['soak --for 0s', /not a time like/],
    ['soak --for 1s --runs 5', /cannot be used with option '--runs/],
    ['soak --seed-from x', /not a whole number/],
    ['soak --shard 0/2', /not i\/n with i from 1 to n/],
    ['soak --shard 3/2', /not i\/n with i from 1 to n/],
    ['soak --workers 1025', /It must be at most 1024\./],
    ['soak --scenario nowhere', /no scenario nowhere\. List all: parsec scenarios/],
    ['soak --scenario doubel-vote', /Did you mean double-vote\?/],
    ['soak --save /proc/x', /cannot write to \/proc\/x/],
    ['soak --save /dev/null/x', /cannot write to \/dev\/null\/x/],
    ['soak merg', /too many arguments|unknown command/],
    ['soak merge', /missing required argument 'file'/],
    ['soak merge no-such-file.json', /cannot read no-such-file.json/],
    ['soak merge package.json', /package.json is no report that parsec soak --json printed/],
    ['help nope', /unknown command 'nope'/],
    ['help simulat', /unknown command 'simulat'\n\(Did you mean simulate\?\)/],
    ['help soak nope', /unknown command 'nope'/],
    ['attack help stal', /Did you mean stall\?/],
    ['replay --to x y.dot', /--to .*use it with --draw/],
    ['replay', /missing required argument 'file'/],
    ['replay no-such-file.dot', /cannot read no-such-file.dot/],
  ])('parsec %s', async (line, said) => {
    const { code, stdout, stderr } = await parsec(line.split(' '))
    expect(stderr).toMatch(said)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('the largest value named works, one more does not', async () => {
    const most = (stderr: string): number => Number(/at most (\d+)/.exec(stderr)?.[1])
    for (const [flag, rest] of [
      ['--add-peers', ['-i', '4', '-m', '6', '-r', '1']],
      ['--remove-peers', ['-i', '4', '-a', '2']],
      ['--initial-peers', ['-m', '5', '-a', '1', '-r', '1']],
    ] as const) {
      const { stderr } = await parsec(['simulate', ...rest, flag, '90'])
      const bound = most(stderr)
      expect(await parsec(['simulate', ...rest, flag, String(bound)]), flag).toMatchObject({ code: 0 })
      expect(await parsec(['simulate', ...rest, flag, String(bound + 1)]), flag).toMatchObject({ code: 2 })
    }
  })
})

test('parsec scenarios lists every scenario, with what it shows', async () => {
  const { code, stdout } = await parsec(['scenarios'])
  expect(code).toBe(0)
  for (const { name, description } of scenarios) expect(stdout).toMatch(new RegExp(`^${name} +${description}$`, 'm'))
  const json = await parsec(['scenarios', '--json'])
  expect(JSON.parse(json.stdout)).toEqual(scenarios.map(({ name, description }) => ({ name, description })))
})
