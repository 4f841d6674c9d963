// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** The options describe no run. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'
  /** Which option is wrong. */
  readonly option: string
  /** The largest (or, for a lower bound, smallest) value that works, where there is one. */
  readonly bound: number | undefined

  constructor(option: string, reason: string, bound?: number) {
    super(`${option}: ${reason}`)
    this.option = option
    this.bound = bound
  }
}
