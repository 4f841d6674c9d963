// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { readFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { firstDifference, runScript } from './script-file.ts'

const folder = fileURLToPath(new URL('../scripts/', import.meta.url))

/** Names of all scripts, ascending. */
export function scriptNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => basename(name, '.txt'))
    .sort()
}

export function scriptPath(name: string): string {
  return `${folder}${name}.txt`
}

/** What is wrong with a script's run, or undefined. */
export function failureOf(name: string): string | undefined {
  const text = readFileSync(scriptPath(name), 'utf8')
  const file = `scripts/${name}.txt`
  try {
    return firstDifference(file, text, runScript(file, text))
  } catch (error) {
    return error instanceof Error ? `${file}: ${error.message}` : String(error)
  }
}

// As a program: runs the scripts that are named, or all, and says how many fail.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2)
  const failures = (named.length > 0 ? named : scriptNames()).map(failureOf).filter((failure) => failure !== undefined)
  for (const failure of failures) console.error(failure)
  process.exitCode = failures.length > 0 ? 1 : 0
}
