// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * Bytes that must not leave by accident: JSON, text, node's inspection, enumeration and structured
 * clone show at most that there is a secret. Only `toSecretBytes` gives it.
 */
export class Secret {
  readonly #bytes: Uint8Array

  /** @param bytes - copied. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.slice()
  }

  /** The secret itself, a copy, for storage that nobody else reads. */
  toSecretBytes(): Uint8Array {
    return this.#bytes.slice()
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return this.toString()
  }

  /** What node's `util.inspect` and `console.log` show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
