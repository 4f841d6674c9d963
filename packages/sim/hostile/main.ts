// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { parseArgs } from 'node:util'
import type { Attack } from './attack.ts'
import { attacks } from './attacks.ts'
import type { Extent } from './measure.ts'
import { excesses, honestCosts, tableOf } from './report.ts'
import { heapMiB, measureRow } from './rows.ts'
import type { Row } from './rows.ts'

const help = `Usage: npm run attack-costs -- [options]

Measures what attackers can make the correct peers of a network spend, and compares it with the bounds
of docs/threat-model.md. Each attack runs in a process of its own, with a heap of ${String(heapMiB)} MiB for the
whole network. An "honest" row shows what a correct peer costs that votes and gossips as fast as it can.

Options:
  --voters <n,…>   sizes of networks, one voter of which is the attacker; default 4,7,10
  --only <name>    only this attack, and the honest peer; may be repeated
  --runs <n>       the table shows the medians of so many runs; default 1
  --quick          attackers send a tenth, and the others decide one block instead of two; default 4 voters
  --json           print [{attack, voters, result, runs}] instead of the table
  --help           print this

Columns, all per byte that the attacker sent (B/B), for all correct peers together but for the peak:
  CPU              time of the processor because of it, per 10⁶ bytes, and as a multiple of the honest row
  CPU per round    of one correct peer, as a multiple of the honest row
  peak             the most memory that one large message took while it was handled (Linux only)
  kept             memory that stays
  answered         bytes that the attacker got in answer
  relayed          bytes that correct peers sent each other because of it
  accusing blocks  that came of it
  rounds per block of the others, as a multiple of what they need in peace
  CPU per block    of one correct peer, in peace and during the attack

Attacks:
${attacks.map(({ name, by, what }) => `  ${name.padEnd(20)} ${by}: ${what}`).join('\n')}

Exit codes: 0 all bounds hold; 1 a bound is exceeded; 2 wrong usage.
`

interface Flags {
  readonly voters: readonly number[]
  readonly chosen: readonly Attack[]
  readonly runs: number
  readonly extent: Extent
  readonly json: boolean
}

class UsageError extends Error {}

function wholeNumber(text: string, least: number, option: string): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : NaN
  if (!(value >= least)) throw new UsageError(`${option} takes whole numbers from ${String(least)} on`)
  return value
}

function readFlags(args: string[]): Flags | 'help' {
  const { values } = parse(args)
  if (values.help === true) return 'help'
  const quick = values.quick === true
  const only = values.only ?? []
  const unknown = only.find((name) => !attacks.some((attack) => attack.name === name))
  if (unknown !== undefined) throw new UsageError(`no attack ${unknown}`)
  return {
    voters: (values.voters ?? (quick ? '4' : '4,7,10')).split(',').map((text) => wholeNumber(text, 4, '--voters')),
    chosen: attacks.filter(({ name, by }) => only.length === 0 || by === 'honest peer' || only.includes(name)),
    runs: wholeNumber(values.runs ?? '1', 1, '--runs'),
    extent: quick ? { scale: 0.1, blocks: 1 } : { scale: 1, blocks: 2 },
    json: values.json === true,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        voters: { type: 'string' },
        only: { type: 'string', multiple: true },
        runs: { type: 'string' },
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

async function measureAll({ voters, chosen, runs, extent }: Flags): Promise<Row[]> {
  const rows: Row[] = []
  const count = voters.length * chosen.length
  for (const attack of chosen) {
    for (const size of voters) {
      process.stderr.write(`${String(rows.length + 1)} of ${String(count)}: ${attack.name}, ${String(size)} voters\n`)
      rows.push(await measureRow(attack, size, extent, runs))
    }
  }
  return rows
}

async function main(args: string[]): Promise<number> {
  const flags = readFlags(args)
  if (flags === 'help') {
    process.stdout.write(help)
    return 0
  }
  const rows = await measureAll(flags)
  const honest = honestCosts(rows)
  const told = rows.map(({ attack, ...row }) => ({ attack: attack.name, by: attack.by, ...row }))
  process.stdout.write(`${flags.json ? JSON.stringify(told, undefined, 2) : tableOf(rows, honest)}\n`)
  const exceeded = rows.flatMap((row) => excesses(row, honest))
  for (const text of exceeded) process.stderr.write(`${text}\n`)
  return exceeded.length > 0 ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}; --help shows the options\n`)
  process.exitCode = 2
}
