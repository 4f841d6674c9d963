// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * The command `parsec` as a function.
 *
 * @packageDocumentation
 */
export { exitCodes } from './io.ts'
export type { Io, Output } from './io.ts'
export { run } from './run.ts'
