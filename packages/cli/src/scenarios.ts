// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { scenarios } from '@parsec-bft/sim'
import type { Command } from 'commander'
import { painter } from './io.ts'
import type { Io, Paint } from './io.ts'

const examples = `
Examples:
  parsec scenarios
  parsec scenarios --json
  parsec simulate --scenario churn --seed 7
`

/** Adds `parsec scenarios`: the named networks that `parsec simulate --scenario` runs. */
export function addScenarios(program: Command, io: Io): void {
  program
    .command('scenarios')
    .description('list the named networks that parsec simulate --scenario runs')
    .option('--json', 'print an array of {name, description}')
    .addHelpText('after', examples)
    .action(({ json }: { json?: true }) => {
      io.stdout.write(json === true ? `${JSON.stringify(listed(), null, 2)}\n` : table(painter(io.stdout)))
    })
}

function listed(): { name: string; description: string }[] {
  return scenarios.map(({ name, description }) => ({ name, description }))
}

function table(paint: Paint): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  const lines = scenarios.map(({ name, description }) => `${paint('bold', name.padEnd(width))}  ${description}`)
  return [...lines, '', 'Run one: parsec simulate --scenario NAME [--seed SEED]', ''].join('\n')
}
