// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { randomInt } from 'node:crypto'
import { styleText } from 'node:util'

/** Where words go: a stream of the process, or whatever a test collects them in. */
export interface Output {
  write(text: string): unknown
  /** True on a terminal, where a line can be written over. */
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  /** Are colours wanted there? */
  readonly hasColours?: boolean | undefined
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** How a user or a system asks a process to stop. */
export type Signal = (typeof signals)[number]

/** Everything that commands get from the machine: with the same of it, a command does the same again. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** Milliseconds since some moment. */
  clockMs(): number
  /** A seed for those who do not care which. */
  freshSeed(): string
  /**
   * Calls back at the first signal, which then does not end the process; a second one does.
   *
   * @returns what stops listening.
   */
  onSignal(call: (signal: Signal) => void): () => void
}

/** The process that we are. */
export const processIo: Io = {
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  clockMs: () => performance.now(),
  freshSeed: () => String(randomInt(2 ** 32)),
  onSignal: (call) => {
    const stop = (): void => {
      for (const signal of signals) process.off(signal, onFirst)
    }
    const onFirst = (signal: Signal): void => {
      stop()
      call(signal)
    }
    for (const signal of signals) process.on(signal, onFirst)
    return stop
  },
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => stream.write(text),
    get isTTY() {
      return stream.isTTY
    },
    get columns() {
      return stream.columns
    },
    /** Node knows the rules: a terminal that can, unless NO_COLOR is set, and always if FORCE_COLOR is. */
    get hasColours() {
      return styleText('bold', 'text', { stream }) !== 'text'
    },
  }
}

/** Gives a text a colour where colours are wanted. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string) => string

/** For texts that go to this output. */
export function painter({ hasColours }: Output): Paint {
  return (style, text) => (hasColours === true ? styleText(style, text, { validateStream: false }) : text)
}

/** Exit codes of all commands. */
export const exitCodes = {
  ok: 0,
  /** Peers disagree, another promise is broken, or a replay decides something else than what was recorded. */
  mismatch: 1,
  /** Options, combinations of options or files with which nothing can be done. */
  usage: 2,
  noConsensus: 3,
  /** What the command prints could not be written: a full disk, or a reader that went away. */
  output: 4,
  /** Stopped by Ctrl-C; as shells count: 128 and the number of the signal. */
  SIGINT: 130,
  SIGTERM: 143,
} as const

/** Something that the user can put right; the message says how. Ends the command with `exitCodes.usage`. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Tells on stderr what is wrong. */
export function tellError({ stderr }: Io, message: string): void {
  stderr.write(`${painter(stderr)('red', 'error:')} ${message}\n`)
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
