// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** A run has broken a promise of the protocol or of this library's interface. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
  /** Name of the checker. */
  readonly checker: string
  /** The peer at which it was seen. */
  readonly peer: string | undefined

  constructor(checker: string, reason: string, peer?: string) {
    super(reason)
    this.checker = checker
    this.peer = peer
  }
}
