// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Virtual time. Nothing in a simulation depends on real time. */
export class Clock {
  /** The round under way; 0 is before any gossip. */
  round = 0
  nowMs = 0
  readonly #roundMs: number

  constructor(roundMs: number) {
    this.#roundMs = roundMs
  }

  /** When the round under way began. */
  get startMs(): number {
    return (this.round - 1) * this.#roundMs
  }

  /** When the round under way is over. */
  get endMs(): number {
    return this.round * this.#roundMs
  }
}
