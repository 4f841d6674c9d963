// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Command, CommanderError } from 'commander'
import { addAttack } from './attack.ts'
import { addHelp } from './help.ts'
import { UsageError, exitCodes, painter, tellError } from './io.ts'
import type { Io } from './io.ts'
import { addReplay } from './replay.ts'
import { addScenarios } from './scenarios.ts'
import { addSimulate } from './simulate.ts'
import { addSoak } from './soak/command.ts'
import { version } from './version.ts'
import { styleText } from 'node:util'

const examples = `
Examples:
  parsec simulate                         peers agree on the order of random payloads
  parsec simulate --dump-graphs graphs    the same, with a picture per peer and decision in graphs/
  parsec scenarios                        networks with faults, churn, lost messages …
  parsec replay graphs                    the written graphs, decided again
  parsec soak                             a thousand networks: does any check fail?
  parsec attack stall                     a scheduler that keeps four correct peers from deciding
  parsec help simulate                    everything about a command

Exit codes: 0 all is well; 1 a check fails, or a replay decides something else; 2 wrong usage; 3 no consensus
within the allowed rounds; 4 the output could not be written; soak also 130 (Ctrl-C) and 143 (SIGTERM).

Colours: on a terminal, unless NO_COLOR is set; everywhere if FORCE_COLOR is.
`

/**
 * Runs one command line.
 *
 * @param argv - the arguments, without the program's name.
 * @returns the exit code, see `exitCodes`. Wrong usage is told on `io.stderr`; only our own mistakes throw.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.ok
  const program = new Command('parsec')
    .description('PARSEC: peers that trust nobody agree on an order of blocks, without a leader or a clock.')
    .version(version(), '-V, --version', 'print the version')
    .exitOverride()
    // Options behind the name of a subcommand, as in soak merge --json, belong to that one.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => io.stdout.hasColours === true,
      getErrHasColors: () => io.stderr.hasColours === true,
      outputError: (text, write) => {
        write(text.replace(/^error:/, painter(io.stderr)('red', 'error:')))
      },
    })
    .configureHelp({ styleTitle: (text) => styleText('bold', text, { validateStream: false }) })
    .addHelpText('after', examples)
  const done = (result: number): void => {
    code = result
  }
  addSimulate(program, io, done)
  addReplay(program, io, done)
  addScenarios(program, io)
  addSoak(program, io, done)
  addAttack(program, io, done)
  addHelp(program)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (!(error instanceof UsageError)) throw error
    tellError(io, error.message)
    return exitCodes.usage
  }
}
