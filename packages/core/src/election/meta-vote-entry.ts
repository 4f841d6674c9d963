// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Ints } from '../base/arrays.ts'
import type { Attempt } from '../wire/coin-shares.ts'
import type { Coin } from './coin.ts'
import { held, Tally } from './tally.ts'

/**
 * An entry as it is stored: so many integers in a row, each a bit set of subjects. Bit s of `has`
 * tells whether the list about subject s has the entry, bit s of the others what is held there.
 *
 * A decision at step 0 is always *true*, at step 1 always *false*, and none falls at step 2, so one
 * bit set tells it. A decided meta-vote holds its value, and no other, in estimates, binValues and
 * aux: it is stored so.
 */
export const fields = {
  has: 0,
  estTrue: 1,
  estFalse: 2,
  binTrue: 3,
  binFalse: 4,
  auxTrue: 5,
  auxFalse: 6,
  decided: 7,
  /** Confirmed sets of aux values, at step 2 only (section 11). */
  confTrue: 8,
  confFalse: 9,
} as const
export const fieldCount = 10

/**
 * The entry at hand: the meta-votes of one event at one round and step, about up to 32 subjects at
 * once. It is loaded, the others' meta-votes are counted, it is updated (protocol.md section 5.3)
 * and stored; then it tells with what the next entry begins. All numbers without another meaning
 * are bit sets of subjects.
 */
export class MetaVoteEntry {
  readonly #coin: Coin
  readonly #tally: Tally

  // Where it is.
  #event = -1
  #attempt: Attempt = 1
  #word = 0
  #round = 0
  #step = 0
  /** Is it one that is left by confirmations (section 11), rather than by aux values? */
  #needsConfirmation = false

  // The meta-votes: as they were loaded, then updated.
  #has = 0
  #estTrue = 0
  #estFalse = 0
  #binTrue = 0
  #binFalse = 0
  #auxTrue = 0
  #auxFalse = 0
  #decided = 0
  #confTrue = 0
  #confFalse = 0
  /** Those that may change: they are there, and were not decided before. */
  #undecided = 0
  /** Those whose binValues were not empty before this update. */
  #hadBinValues = 0

  // What is known of others, beside the tally.
  #decidedByOthers = 0
  /** About which subjects some confirmation, ours or another's, contains true; and false. */
  #anyConfTrue = 0
  #anyConfFalse = 0

  // Lists that go on with the next entry, and its estimates.
  #entering = 0
  #enteringTrue = 0
  #enteringFalse = 0

  constructor(voters: number, coin: Coin) {
    this.#coin = coin
    this.#tally = new Tally(voters)
  }

  /** Begins with an event's lists about the subjects of a word, which has no entry yet. */
  begin(event: number, attempt: Attempt, word: number): void {
    this.#event = event
    this.#attempt = attempt
    this.#word = word
    this.#entering = 0
    this.#enteringTrue = 0
    this.#enteringFalse = 0
  }

  /** Lists that were found to go on with the entry that comes next. */
  get entering(): number {
    return this.#entering
  }

  /** Meta-votes that are decided. */
  get decided(): number {
    return this.#decided
  }

  /**
   * Goes to the next entry of the lists.
   *
   * @param kept - the lists that have it from the start; it is read for these.
   * @param at - where in `items` it is stored.
   */
  load(stage: number, kept: number, items: Ints, at: number): void {
    this.#round = Math.floor(stage / 3)
    this.#step = stage % 3
    this.#needsConfirmation = this.#step === 2 && this.#coin.confirms
    this.#has = kept | this.#entering
    this.#estTrue = this.#enteringTrue
    this.#estFalse = this.#enteringFalse
    this.#binTrue = 0
    this.#binFalse = 0
    this.#auxTrue = 0
    this.#auxFalse = 0
    this.#decided = 0
    this.#confTrue = 0
    this.#confFalse = 0
    if (kept !== 0) {
      this.#estTrue |= kept & (items[at + fields.estTrue] as number)
      this.#estFalse |= kept & (items[at + fields.estFalse] as number)
      this.#binTrue = kept & (items[at + fields.binTrue] as number)
      this.#binFalse = kept & (items[at + fields.binFalse] as number)
      this.#auxTrue = kept & (items[at + fields.auxTrue] as number)
      this.#auxFalse = kept & (items[at + fields.auxFalse] as number)
      this.#decided = kept & (items[at + fields.decided] as number)
      this.#confTrue = kept & (items[at + fields.confTrue] as number)
      this.#confFalse = kept & (items[at + fields.confFalse] as number)
    }
    this.#undecided = this.#has & ~this.#decided
    this.#tally.clear()
    this.#decidedByOthers = 0
    this.#anyConfTrue = 0
    this.#anyConfFalse = 0
  }

  /** Counts what another voter holds at the entry. */
  countOther(items: Ints, at: number): void {
    this.#countEstimates(items[at + fields.estTrue] as number, items[at + fields.estFalse] as number)
    this.#countAux(items[at + fields.auxTrue] as number, items[at + fields.auxFalse] as number)
    this.#decidedByOthers |= items[at + fields.decided] as number
    if (this.#needsConfirmation) {
      this.#countConfirmation(items[at + fields.confTrue] as number, items[at + fields.confFalse] as number)
    }
  }

  /** Updates the meta-votes that were not decided before: rules 1 to 4 of section 5.3, and section 11. */
  update(): void {
    if (this.#coin.confirms) this.#takeCoin()
    this.#addEstimates()
    this.#addBinValues()
    this.#chooseAux()
    if (this.#needsConfirmation) this.#confirm()
    this.#decide()
    // The coin may depend on our own meta-votes: they are counted without it. Only others see it.
    if (!this.#coin.confirms) this.#takeCoin()
  }

  /** Writes the updated meta-votes: what is decided holds its value, and no other. */
  store(items: Ints, at: number): void {
    const open = ~this.#decided
    const isTrue = this.#step === 0 ? this.#decided : 0
    const isFalse = this.#step === 0 ? 0 : this.#decided
    items[at + fields.has] = this.#has
    items[at + fields.estTrue] = (this.#estTrue & open) | isTrue
    items[at + fields.estFalse] = (this.#estFalse & open) | isFalse
    items[at + fields.binTrue] = (this.#binTrue & open) | isTrue
    items[at + fields.binFalse] = (this.#binFalse & open) | isFalse
    items[at + fields.auxTrue] = (this.#auxTrue & open) | isTrue
    items[at + fields.auxFalse] = (this.#auxFalse & open) | isFalse
    items[at + fields.decided] = this.#decided
    items[at + fields.confTrue] = this.#confTrue
    items[at + fields.confFalse] = this.#confFalse
  }

  /**
   * Finds the lists to which the next entry is appended, and its estimates: the table of section 5.3.
   *
   * @param longer - the lists that have a next entry from the start.
   */
  append(longer: number): void {
    const tally = this.#tally
    const needed = this.#needsConfirmation ? held.anyConf : held.anyAux
    const entering = this.#has & ~this.#decided & ~longer & tally.supermajorityHold(needed)
    this.#entering = entering
    this.#enteringTrue = 0
    this.#enteringFalse = 0
    if (entering === 0) return
    if (this.#step === 0) {
      this.#enteringFalse = entering & tally.supermajorityHold(held.auxFalse)
      this.#enteringTrue = entering & ~this.#enteringFalse
    } else if (this.#step === 1) {
      this.#enteringTrue = entering & tally.supermajorityHold(held.auxTrue)
      this.#enteringFalse = entering & ~this.#enteringTrue
    } else if (this.#needsConfirmation) {
      this.#enteringTrue = entering & ~this.#anyConfFalse
      this.#enteringFalse = entering & ~this.#anyConfTrue
    } else {
      this.#enteringTrue = entering & tally.supermajorityHold(held.auxTrue)
      this.#enteringFalse = entering & tally.supermajorityHold(held.auxFalse)
    }
  }

  #countEstimates(holdTrue: number, holdFalse: number): void {
    this.#tally.add(held.estTrue, holdTrue)
    this.#tally.add(held.estFalse, holdFalse)
  }

  #countAux(holdTrue: number, holdFalse: number): void {
    this.#tally.add(held.auxTrue, holdTrue)
    this.#tally.add(held.auxFalse, holdFalse)
    this.#tally.add(held.anyAux, holdTrue | holdFalse)
  }

  #countConfirmation(holdTrue: number, holdFalse: number): void {
    this.#tally.add(held.anyConf, holdTrue | holdFalse)
    this.#anyConfTrue |= holdTrue
    this.#anyConfFalse |= holdFalse
  }

  /** Rule 1, the first half: estimates that are empty are the coin, if it is known. */
  #takeCoin(): void {
    if (this.#step !== 0 || this.#round === 0) return
    const wanted = this.#undecided & ~this.#estTrue & ~this.#estFalse
    if (wanted === 0) return
    const known = this.#coin.known(this.#event, this.#attempt, this.#round, this.#word, wanted)
    if (known === 0) return
    const isTrue = this.#coin.values(this.#attempt, this.#round, this.#word, known)
    this.#estTrue |= isTrue
    this.#estFalse |= known & ~isTrue
  }

  /** Rule 1, the second half: estimates that are not empty get each value that at least one third hold. */
  #addEstimates(): void {
    this.#countEstimates(this.#estTrue, this.#estFalse)
    const estimating = this.#undecided & (this.#estTrue | this.#estFalse)
    const addTrue = estimating & ~this.#estTrue & this.#tally.thirdHold(held.estTrue)
    const addFalse = estimating & ~this.#estFalse & this.#tally.thirdHold(held.estFalse)
    this.#countEstimates(addTrue, addFalse)
    this.#estTrue |= addTrue
    this.#estFalse |= addFalse
  }

  /** Rule 2: binValues get each value that a supermajority hold in estimates. */
  #addBinValues(): void {
    this.#hadBinValues = this.#binTrue | this.#binFalse
    this.#binTrue |= this.#undecided & this.#tally.supermajorityHold(held.estTrue)
    this.#binFalse |= this.#undecided & this.#tally.supermajorityHold(held.estFalse)
  }

  /** Rule 3: if binValues were empty, aux becomes the value that entered them; true if both did. */
  #chooseAux(): void {
    const choosing = this.#undecided & ~this.#hadBinValues & ~this.#auxTrue & ~this.#auxFalse
    this.#auxTrue |= choosing & this.#binTrue
    this.#auxFalse |= choosing & this.#binFalse & ~this.#binTrue
    this.#countAux(this.#auxTrue, this.#auxFalse)
  }

  /** Section 11: the first event that sees a supermajority of aux values confirms which ones it sees. */
  #confirm(): void {
    const tally = this.#tally
    const confirming = this.#undecided & ~this.#confTrue & ~this.#confFalse & tally.supermajorityHold(held.anyAux)
    this.#confTrue |= confirming & tally.anyHold(held.auxTrue)
    this.#confFalse |= confirming & tally.anyHold(held.auxFalse)
    this.#countConfirmation(this.#confTrue, this.#confFalse)
  }

  /** Rule 4: true is decided in step 0, false in step 1, and others' decisions are adopted. */
  #decide(): void {
    let deciding = this.#decidedByOthers
    if (this.#step === 0) deciding |= this.#binTrue & this.#tally.supermajorityHold(held.auxTrue)
    else if (this.#step === 1) deciding |= this.#binFalse & this.#tally.supermajorityHold(held.auxFalse)
    this.#decided |= this.#undecided & deciding
    this.#undecided &= ~deciding
  }
}
