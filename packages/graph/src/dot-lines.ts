// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Thrown for a file that is not a gossip graph: says where, and what was expected there. */
export class DotError extends Error {
  override readonly name = 'DotError'
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly expected: string
  /** Start of what stood there instead. */
  readonly found: string

  constructor(file: string, line: number, expected: string, found: string) {
    const shown = found.length > 60 ? `${found.slice(0, 60)}…` : found
    super(`${file}:${String(line)}: expected ${expected}, found ${shown === '' ? 'nothing' : `"${shown}"`}`)
    this.file = file
    this.line = line
    this.expected = expected
    this.found = shown
  }
}

/** The lines of a file, read once from top to bottom. */
export class DotLines {
  readonly file: string
  readonly #lines: readonly string[]
  #at = 0

  constructor(file: string, text: string) {
    this.file = file
    this.#lines = text.split(/\r?\n/)
  }

  /** Index of the current line. */
  get at(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#lines.length
  }

  /** The current line; empty past the end. */
  get current(): string {
    return this.#lines[this.#at] ?? ''
  }

  advance(): void {
    this.#at++
  }

  skipBlank(): void {
    while (!this.isAtEnd && this.current.trim() === '') this.#at++
  }

  /** If the current line begins with the prefix, returns what follows it and moves to the next line; else undefined. */
  after(prefix: string): string | undefined {
    if (this.isAtEnd || !this.current.startsWith(prefix)) return undefined
    return this.#take().slice(prefix.length)
  }

  /** Like {@link after}, but throws if the current line begins otherwise. */
  expect(prefix: string): string {
    return this.after(prefix) ?? this.fail(`"${prefix.trim()}"`)
  }

  /** Moves past the next line that begins with a prefix. */
  skipPast(prefix: string): void {
    const from = this.#at
    while (!this.isAtEnd && !this.current.startsWith(prefix)) this.#at++
    if (this.isAtEnd) {
      this.#at = from
      this.fail(`"${prefix.trim()}" further down`)
    }
    this.#at++
  }

  /** Moves past the next line that ends with a suffix. */
  skipPastEnd(suffix: string): void {
    const from = this.#at
    while (!this.isAtEnd && !this.current.endsWith(suffix)) this.#at++
    if (this.isAtEnd) {
      this.#at = from
      this.fail(`a line further down that ends with "${suffix}"`)
    }
    this.#at++
  }

  /** Reads from behind the last line with this text, then comes back here; undefined if there is none. */
  behind<T>(line: string, read: () => T): T | undefined {
    const target = this.#lines.lastIndexOf(line)
    if (target < 0) return undefined
    const here = this.#at
    this.#at = target + 1
    const result = read()
    this.#at = here
    return result
  }

  /** Throws; `at` is the index of the line at fault, by default the current one. */
  fail(expected: string, at = this.#at): never {
    throw new DotError(this.file, at + 1, expected, (this.#lines[at] ?? '').trim())
  }

  #take(): string {
    return this.#lines[this.#at++] ?? ''
  }
}
