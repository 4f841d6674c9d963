// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * Calls the application's own functions, `onDecision` and `onReport`. They only watch: if one throws,
 * the peer goes on with what it is doing, and the error is thrown once that is done.
 */
export class Callbacks {
  /** The first error since the last one that was thrown. */
  #failure: { readonly error: unknown } | undefined

  /** The same function, but it throws nothing. */
  guarded<A extends readonly unknown[]>(
    callback: ((...parameters: A) => void) | undefined,
  ): ((...parameters: A) => void) | undefined {
    if (callback === undefined) return undefined
    return (...parameters) => {
      try {
        callback(...parameters)
      } catch (error) {
        this.#failure ??= { error }
      }
    }
  }

  /**
   * Does what the application has asked for, then throws the first error of a callback. If the call
   * itself fails, its own error is thrown; that of the callback is its `cause`.
   */
  during<T>(call: () => T): T {
    let result: T
    try {
      result = call()
    } catch (error) {
      const failure = this.#take()
      if (failure !== undefined && error instanceof Error) error.cause ??= failure.error
      throw error
    }
    const failure = this.#take()
    if (failure !== undefined) throw failure.error
    return result
  }

  #take(): { readonly error: unknown } | undefined {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }
}
