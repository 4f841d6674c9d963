// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ScriptWorld } from './script-world.ts'
import { runCommand } from './script-commands.ts'
import { ScriptError, expected } from './script-error.ts'

/** Lines without a blank one between them: comments, commands, and what these print. */
interface Paragraph {
  /** Number of the first line, from 1. */
  readonly line: number
  readonly lines: readonly string[]
  /** Undefined when there is no dividing line. */
  readonly output: readonly string[] | undefined
}

const divider = '----'

function paragraphsOf(file: string, text: string): Paragraph[] {
  const paragraphs: Paragraph[] = []
  let lines: string[] = []
  const finish = (end: number): void => {
    if (lines.length === 0) return
    const line = end - lines.length
    const at = lines.indexOf(divider)
    if (at === 0) throw expected({ file, line }, 'a command above the dividing line', divider)
    const output = at < 0 ? undefined : lines.slice(at + 1)
    paragraphs.push({ line, lines: at < 0 ? lines : lines.slice(0, at), output })
    lines = []
  }
  const all = text.split('\n')
  for (const [i, line] of all.entries()) {
    if (line.trim() === '') finish(i + 1)
    else lines.push(line.trimEnd())
  }
  finish(all.length + 1)
  return paragraphs
}

/**
 * Runs a script; returns it as it should read: every paragraph with what its commands have printed.
 *
 * Throws `ScriptError` where it cannot be read, and where a rule that holds for all scripts is broken.
 */
export function runScript(file: string, text: string): string {
  const world = new ScriptWorld()
  const written: string[] = []
  let line = 1
  for (const paragraph of paragraphsOf(file, text)) {
    line = paragraph.line
    for (const [i, command] of paragraph.lines.entries()) {
      const place = { file, line: paragraph.line + i }
      if (!command.startsWith('#')) runCommand(world, command, place)
    }
    const output = world.takeOutput()
    const below = output.length === 0 ? [] : [divider, ...output]
    written.push([...paragraph.lines, ...below].join('\n'))
  }
  const broken = world.brokenRule()
  if (broken !== undefined) throw new ScriptError(`${file}:${String(line)}: at the end of the script, ${broken}`)
  return `${written.join('\n\n')}\n`
}

/** The first line in which two texts differ, for people; undefined when they are the same. */
export function firstDifference(file: string, is: string, shouldBe: string): string | undefined {
  if (is === shouldBe) return undefined
  const [left, right] = [is.split('\n'), shouldBe.split('\n')]
  const i = left.findIndex((line, at) => line !== right[at])
  const at = i < 0 ? left.length : i
  return `${file}:${String(at + 1)}: expected ${JSON.stringify(left[at])}, the run gives ${JSON.stringify(right[at])}`
}
