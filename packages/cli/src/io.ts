// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { randomInt } from 'node:crypto'

/** Where words go: a stream of the process, or whatever a test collects them in. */
export interface Output {
  write(text: string): unknown
  /** True on a terminal, where a line can be written over. */
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** What commands get from the machine, and all that could make two runs of one command differ. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** Milliseconds since some moment. */
  clockMs(): number
  /** A seed for those who do not care which. */
  freshSeed(): string
  /**
   * Calls when the user wants an end, once: who asks a second time gets it at once.
   *
   * @returns what stops listening.
   */
  onInterrupt(call: () => void): () => void
}

/** The process that we are. */
export const processIo: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  clockMs: () => performance.now(),
  freshSeed: () => String(randomInt(2 ** 32)),
  onInterrupt: (call) => {
    // A person's Ctrl-C, and what ends jobs elsewhere.
    const signals = ['SIGINT', 'SIGTERM'] as const
    for (const signal of signals) process.once(signal, call)
    return () => {
      for (const signal of signals) process.off(signal, call)
    }
  },
}

/** Exit codes of all commands. */
export const exitCodes = {
  ok: 0,
  /** Peers disagree, another promise is broken, or a replay decides something else than what was recorded. */
  mismatch: 1,
  /** Options, combinations of options or files with which nothing can be done. */
  usage: 2,
  noConsensus: 3,
} as const

/** Something that the user can put right; the message says how. Ends the command with `exitCodes.usage`. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** One line that is written over again and again; nothing at all where the output is no terminal. */
export class ProgressLine {
  readonly #output: Output
  #isShown = false

  constructor(output: Output) {
    this.#output = output
  }

  show(text: string): void {
    if (this.#output.isTTY !== true) return
    // Some terminals do not know their width and say 0.
    const columns = Math.max(this.#output.columns ?? 0, 40)
    this.#output.write(`\r${text.slice(0, columns - 1)}\x1b[K`)
    this.#isShown = true
  }

  /** Before anything else is written. */
  clear(): void {
    if (this.#isShown) this.#output.write('\r\x1b[K')
    this.#isShown = false
  }
}
