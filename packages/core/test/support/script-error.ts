// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** A script that cannot be run: says where, and what was expected there. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError'
}

/** Where a command stands. */
export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
}

export function expected(place: Place, what: string, found: string): ScriptError {
  return new ScriptError(`${place.file}:${String(place.line)}: expected ${what}, found ${JSON.stringify(found)}`)
}
