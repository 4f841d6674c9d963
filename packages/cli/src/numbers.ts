// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { InvalidArgumentError } from 'commander'

/** Reads an option that is a whole number; both bounds are allowed. */
export function wholeNumber(least = 0, most = 999_999_999): (text: string) => number {
  return (text) => {
    if (/^-\d+$/.test(text)) throw new InvalidArgumentError(`It is negative: it must be at least ${String(least)}.`)
    if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is not a whole number.')
    const value = Number(text)
    if (value < least) throw new InvalidArgumentError(`It must be at least ${String(least)}.`)
    if (value > most) throw new InvalidArgumentError(`It must be at most ${String(most)}.`)
    return value
  }
}
