// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { Command } from 'commander'
import type { Io } from './io.ts'
export function addReplay(program: Command, io: Io, done: (code: number) => void): void {
  program.command('replay').action(() => { done(0); io.stdout.write('') })
}
