// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Attempt } from '../wire/coin-shares.ts'

/**
 * The kinds of common coin that elections can use. Nobody can predict the `threshold` coin of
 * protocol.md section 11; it needs the confirmation phase. The `predictable` one is that of the
 * first implementation, to replay its recorded graphs.
 */
export type CoinKind = (typeof coinKinds)[number]
export const coinKinds = ['threshold', 'predictable'] as const

/**
 * Where the coins of an election come from (sections 5.3 and 11). A meta-vote whose estimates are
 * empty takes the coin of its round as its estimate. There is one coin per attempt, subject and round;
 * subjects are asked for in bit sets, 32 in a word.
 */
export interface Coin {
  /**
   * Does an event reach the coin only by a supermajority of confirmations (section 11)? The coin then
   * does not depend on the event's own meta-votes, so it is taken before these are counted.
   */
  readonly confirms: boolean
  /** Which of the wanted subjects of a word have a coin of this round that the event knows. */
  known(event: number, attempt: Attempt, round: number, word: number, wanted: number): number
  /** Which of these subjects, all with a known coin, have a coin that is true. */
  values(attempt: Attempt, round: number, word: number, among: number): number
}

/** The first implementation's coin: common, but predictable. */
export const predictableCoin: Coin = {
  confirms: false,
  known: (_event, _attempt, _round, _word, wanted) => wanted,
  values: (_attempt, round, _word, among) => (round % 2 === 1 ? among : 0),
}
