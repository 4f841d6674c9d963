// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Command } from 'commander'
import { didYouMean } from './suggest.ts'

/**
 * Adds `help [command]`. Commander's own shows the general help for a command that there is not,
 * without a word about the mistake.
 */
export function addHelp(parent: Command): void {
  parent.helpCommand(false)
  parent
    .command('help')
    .description('everything about a command')
    .argument('[command...]')
    .action((names: readonly string[]) => {
      let command = parent
      for (const name of names) {
        const found = command.commands.find((candidate) => candidate.name() === name)
        if (found === undefined) {
          const known = command.commands.map((candidate) => candidate.name())
          // In the words in which commander says it of a command without help.
          const hint = didYouMean(name, known).trim()
          parent.error(`error: unknown command '${name}'${hint === '' ? '' : `\n(${hint})`}`)
        }
        command = found
      }
      command.outputHelp()
    })
}
