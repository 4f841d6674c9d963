// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** A promise of the protocol (or of this library's interface) that a run has seen broken. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
  /** Name of the checker. */
  readonly checker: string
  /** At whom it was seen. */
  readonly peer: string | undefined

  constructor(checker: string, reason: string, peer?: string) {
    super(reason)
    this.checker = checker
    this.peer = peer
  }
}
