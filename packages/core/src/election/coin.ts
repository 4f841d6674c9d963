// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * The common coin of elections: `threshold` is the one of section 11, that nobody can predict, with
 * the confirmation phase; `predictable` the first implementation's, for its recorded graphs.
 */
export type CoinKind = (typeof coinKinds)[number]
export const coinKinds = ['threshold', 'predictable'] as const

/** Where the coins of an election come from (sections 5.3 and 11): what entries take whose estimates are empty. */
export interface Coin {
  /**
   * Does an event reach the coin by a supermajority of confirmations? The coin is then no function
   * of its own meta-votes, so that it is taken before they are counted.
   */
  readonly confirms: boolean
  /** For which of the wanted subjects of a word the coin of a round is known at an event. */
  known(event: number, round: number, word: number, wanted: number): number
  /** Among subjects of whom it is known: for which it is true. */
  values(round: number, word: number, among: number): number
}

/** The first implementation's coin: common, but predictable. */
export const predictableCoin: Coin = {
  confirms: false,
  known: (_event, _round, _word, wanted) => wanted,
  values: (round, _word, among) => (round % 2 === 1 ? among : 0),
}
