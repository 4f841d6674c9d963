// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * A fingerprint of all that happened in a run, line by line: two runs with the same digest did the
 * same things. 64 bits, not cryptographic. Integer arithmetic only, so that it is the same on every
 * machine.
 */
export class Transcript {
  #low = 0x811c9dc5
  #high = 0x1b873593
  #lines = 0
  readonly #onLine: ((line: string) => void) | undefined

  /** @param onLine - called with each line, for those who want to read them. */
  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine
  }

  get lines(): number {
    return this.#lines
  }

  add(line: string): void {
    this.#lines++
    for (let i = 0; i < line.length; i++) this.#mix(line.charCodeAt(i))
    this.#mix(0x0a)
    this.#onLine?.(line)
  }

  /** 16 hexadecimal digits. */
  get digest(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }

  #mix(code: number): void {
    this.#low = Math.imul(this.#low ^ code, 0x01000193)
    this.#high = Math.imul(this.#high ^ code ^ (this.#low >>> 15), 0x85ebca6b)
    this.#high ^= this.#high >>> 13
  }
}
