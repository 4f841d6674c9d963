// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { copyOf } from '../../base/encoding.ts'

/**
 * Bytes that must not get out by accident. Printing, `JSON.stringify`, enumeration and structured
 * clone show at most that there is a secret. Only {@link Secret.toSecretBytes} returns it.
 */
export class Secret {
  readonly #bytes: Uint8Array

  /** @param bytes - the secret; they are copied */
  constructor(bytes: Uint8Array) {
    this.#bytes = copyOf(bytes)
  }

  /** Returns a copy of the secret itself. Store it only where nobody else can read it. */
  toSecretBytes(): Uint8Array {
    return copyOf(this.#bytes)
  }

  /** Says that there is a secret, without showing it. */
  toString(): string {
    return '[secret]'
  }

  /** The same as `toString`. */
  toJSON(): string {
    return this.toString()
  }

  /** What Node's `util.inspect` and `console.log` show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
