// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import { leastSupermajority, leastThird } from '../base/quorum.ts'
import type { Coin } from './coin.ts'

/**
 * Meta-votes of one event (protocol.md section 5.3), all subjects at once. A list of meta-votes has
 * its entries at consecutive *stages*, stage = 3 · round + step, starting at 0. For each stage an
 * event stores {@link fieldCount} bit sets over the subjects: which have an entry there, and which
 * of these hold what. A subject is a bit: `slot & 31` of word `slot >> 5`.
 *
 * A decision at step 0 is always *true*, at step 1 always *false*, and none falls at step 2, so
 * that one bit set tells it. A decided meta-vote holds its value, and no other, in estimates,
 * binValues and aux: it is stored so.
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

/** Place and number of stages of an event's meta-votes in the pool; start is -1 where there are none. */
export interface MetaVoteSpan {
  start: number
  stages: number
}

/** What the counters count. */
const counted = { estTrue: 0, estFalse: 1, auxTrue: 2, auxFalse: 3, anyAux: 4, anyConf: 5 } as const
const counterCount = 6

/**
 * Computes meta-votes. Counting is bit-sliced: the counters of 32 subjects are added to at once,
 * bit i of each in one integer, so that the cost per event is that of the other voters, not of
 * other voters times subjects.
 */
export class MetaVoting {
  /** All meta-votes of the election under way. Emptied when it is over. */
  readonly pool = new IntList(1024)
  readonly words: number
  readonly #coin: Coin
  readonly #bits: number
  readonly #counters: Int32Array
  readonly #oneThird: number
  readonly #supermajority: number
  /** Bit set of all subjects. */
  readonly #all: Int32Array
  /** Spans of the others' meta-votes for the event at hand. */
  readonly #otherStarts: Int32Array
  readonly #otherStages: Int32Array
  #others = 0
  #othersStages = 0
  /** The event at hand. */
  #event = -1
  /** Which subjects at the stage at hand have confirmations, seen by the event at hand, that hold true; or false. */
  #confirmedTrue = 0
  #confirmedFalse = 0

  constructor(voters: number, coin: Coin) {
    this.words = Math.max(1, Math.ceil(voters / 32))
    this.#coin = coin
    this.#bits = 32 - Math.clz32(voters)
    this.#counters = new Int32Array(counterCount * (this.#bits + 1))
    this.#oneThird = leastThird(voters)
    this.#supermajority = leastSupermajority(voters)
    this.#all = new Int32Array(this.words)
    for (let slot = 0; slot < voters; slot++)
      this.#all[slot >> 5] = (this.#all[slot >> 5] as number) | (1 << (slot & 31))
    this.#otherStarts = new Int32Array(voters)
    this.#otherStages = new Int32Array(voters)
  }

  /** Begins an event: no other's meta-votes are known. */
  begin(event: number): void {
    this.#event = event
    this.#others = 0
    this.#othersStages = 0
  }

  /** Adds another voter's meta-votes, those of its latest event in the ancestry. */
  addOther(start: number, stages: number): void {
    this.#otherStarts[this.#others] = start
    this.#otherStages[this.#others++] = stages
    if (stages > this.#othersStages) this.#othersStages = stages
  }

  /**
   * Puts one meta-vote per subject into the pool, at round 0 and step 0, with estimate true for the
   * bits of `observees`.
   */
  startFrom(observees: Int32Array, into: MetaVoteSpan): void {
    const { words } = this
    const start = this.pool.extend(fieldCount * words)
    const items = this.pool.items
    items.fill(0, start, this.pool.length)
    for (let w = 0; w < words; w++) {
      items[start + fields.has * words + w] = this.#all[w] as number
      items[start + fields.estTrue * words + w] = observees[w] as number
      items[start + fields.estFalse * words + w] = (this.#all[w] as number) & ~(observees[w] as number)
    }
    into.start = start
    into.stages = 1
  }

  /**
   * Computes an event's meta-votes from those it starts from and the others'; writes where they are
   * to `into`. Returns true when each subject's last meta-vote is decided.
   */
  update(base: MetaVoteSpan, into: MetaVoteSpan): boolean {
    const { words } = this
    // A list grows only past a stage where a supermajority holds an aux value, so by one more than anyone has.
    const room = Math.max(base.stages, this.#othersStages) + 1
    const start = this.pool.extend(room * fieldCount * words)
    this.pool.items.fill(0, start, this.pool.length)
    let stages = 0
    let allDecided = true
    for (let w = 0; w < words; w++) {
      let entering = 0
      let enterTrue = 0
      let enterFalse = 0
      let open = this.#all[w] as number
      for (let stage = 0; stage < room; stage++) {
        const kept = stage < base.stages ? this.#field(base.start, stage, fields.has, w) & open : 0
        if ((kept | entering) === 0) break
        const longer = stage + 1 < base.stages ? this.#field(base.start, stage + 1, fields.has, w) : 0
        this.#count(stage, w)
        const out = start + stage * fieldCount * words + w
        const decided = this.#updateStage(base.start, kept, entering, enterTrue, enterFalse, stage, w, out)
        const has = kept | entering
        open &= ~decided
        entering = has & ~longer & ~decided & this.#mayProceed(stage % 3)
        enterTrue = this.#nextTrue(stage % 3, entering)
        enterFalse = this.#nextFalse(stage % 3, entering)
        if (stage >= stages) stages = stage + 1
      }
      if (open !== 0) allDecided = false
    }
    this.pool.length = start + stages * fieldCount * words
    into.start = start
    into.stages = stages
    return allDecided
  }

  /** Subjects whose meta-votes, all decided, ended in true: a bit set. */
  decidedTrue({ start, stages }: MetaVoteSpan): Int32Array {
    const result = new Int32Array(this.words)
    for (let w = 0; w < this.words; w++) {
      for (let stage = 0; stage < stages; stage += 3) {
        result[w] = (result[w] as number) | this.#field(start, stage, fields.decided, w)
      }
    }
    return result
  }

  /** Which subjects have begun which rounds after the first one. */
  roundsBegun({ start, stages }: MetaVoteSpan): { slot: number; round: number }[] {
    const begun: { slot: number; round: number }[] = []
    for (let stage = 3; stage < stages; stage += 3) {
      for (let slot = 0; slot < 32 * this.words; slot++) {
        const has = this.#field(start, stage, fields.has, slot >> 5)
        if ((has >> (slot & 31)) & 1) begun.push({ slot, round: stage / 3 })
      }
    }
    return begun
  }

  /** Forgets all meta-votes. */
  clear(): void {
    this.pool.length = 0
  }

  #field(start: number, stage: number, field: number, w: number): number {
    return this.pool.items[start + (stage * fieldCount + field) * this.words + w] as number
  }

  /** Counts what the others hold at a stage. */
  #count(stage: number, w: number): void {
    const { words } = this
    const items = this.pool.items
    this.#counters.fill(0)
    this.#confirmedTrue = 0
    this.#confirmedFalse = 0
    const at = stage * fieldCount * words + w
    const confirming = this.#coin.confirms && stage % 3 === 2
    for (let i = 0; i < this.#others; i++) {
      if ((this.#otherStages[i] as number) <= stage) continue
      const row = (this.#otherStarts[i] as number) + at
      const auxTrue = items[row + fields.auxTrue * words] as number
      const auxFalse = items[row + fields.auxFalse * words] as number
      this.#add(counted.estTrue, items[row + fields.estTrue * words] as number)
      this.#add(counted.estFalse, items[row + fields.estFalse * words] as number)
      this.#add(counted.auxTrue, auxTrue)
      this.#add(counted.auxFalse, auxFalse)
      this.#add(counted.anyAux, auxTrue | auxFalse)
      if (confirming) {
        this.#addConfirmed(
          items[row + fields.confTrue * words] as number,
          items[row + fields.confFalse * words] as number,
        )
      }
    }
  }

  #addConfirmed(confTrue: number, confFalse: number): void {
    this.#add(counted.anyConf, confTrue | confFalse)
    this.#confirmedTrue |= confTrue
    this.#confirmedFalse |= confFalse
  }

  /** Others' decisions at a stage. */
  #decidedByOthers(stage: number, w: number): number {
    let decided = 0
    for (let i = 0; i < this.#others; i++) {
      if ((this.#otherStages[i] as number) > stage) {
        decided |= this.#field(this.#otherStarts[i] as number, stage, fields.decided, w)
      }
    }
    return decided
  }

  /** The four steps of an update at one stage, for all subjects of a word. Returns who is decided there. */
  #updateStage(
    base: number,
    kept: number,
    entering: number,
    enterTrue: number,
    enterFalse: number,
    stage: number,
    w: number,
    out: number,
  ): number {
    const step = stage % 3
    const wasDecided = kept === 0 ? 0 : kept & this.#field(base, stage, fields.decided, w)
    let estTrue = enterTrue
    let estFalse = enterFalse
    let binTrue = 0
    let binFalse = 0
    let auxTrue = 0
    let auxFalse = 0
    if (kept !== 0) {
      estTrue |= kept & this.#field(base, stage, fields.estTrue, w)
      estFalse |= kept & this.#field(base, stage, fields.estFalse, w)
      binTrue = kept & this.#field(base, stage, fields.binTrue, w)
      binFalse = kept & this.#field(base, stage, fields.binFalse, w)
      auxTrue = kept & this.#field(base, stage, fields.auxTrue, w)
      auxFalse = kept & this.#field(base, stage, fields.auxFalse, w)
    }
    const free = (kept | entering) & ~wasDecided
    const tossing = step === 0 && stage > 0
    if (tossing && this.#coin.confirms) {
      const known = this.#known(stage / 3, w, free & ~(estTrue | estFalse))
      const isTrue = this.#values(stage / 3, w, known)
      estTrue |= isTrue
      estFalse |= known & ~isTrue
    }
    this.#add(counted.estTrue, estTrue)
    this.#add(counted.estFalse, estFalse)
    const estimating = free & (estTrue | estFalse)
    const moreTrue = estimating & ~estTrue & this.#atLeast(counted.estTrue, this.#oneThird)
    const moreFalse = estimating & ~estFalse & this.#atLeast(counted.estFalse, this.#oneThird)
    this.#add(counted.estTrue, moreTrue)
    this.#add(counted.estFalse, moreFalse)
    estTrue |= moreTrue
    estFalse |= moreFalse
    const hadBins = binTrue | binFalse
    binTrue |= free & this.#atLeast(counted.estTrue, this.#supermajority)
    binFalse |= free & this.#atLeast(counted.estFalse, this.#supermajority)
    const choosing = free & ~hadBins & ~(auxTrue | auxFalse)
    auxTrue |= choosing & binTrue
    auxFalse |= choosing & binFalse & ~binTrue
    this.#add(counted.auxTrue, auxTrue)
    this.#add(counted.auxFalse, auxFalse)
    this.#add(counted.anyAux, auxTrue | auxFalse)
    let deciding = this.#decidedByOthers(stage, w)
    if (step === 0) deciding |= binTrue & this.#atLeast(counted.auxTrue, this.#supermajority)
    else if (step === 1) deciding |= binFalse & this.#atLeast(counted.auxFalse, this.#supermajority)
    const decided = wasDecided | (free & deciding)
    const isTrue = step === 0 ? decided : 0
    const isFalse = decided & ~isTrue
    // The coin is taken after the counting, in the second pass of section 5.3: it is seen by others only.
    if (tossing && !this.#coin.confirms) {
      const known = this.#known(stage / 3, w, free & ~decided & ~(estTrue | estFalse))
      const isTrue = this.#values(stage / 3, w, known)
      estTrue |= isTrue
      estFalse |= known & ~isTrue
    }
    const { words } = this
    const items = this.pool.items
    items[out + fields.has * words] = kept | entering
    items[out + fields.estTrue * words] = (estTrue & ~decided) | isTrue
    items[out + fields.estFalse * words] = (estFalse & ~decided) | isFalse
    items[out + fields.binTrue * words] = (binTrue & ~decided) | isTrue
    items[out + fields.binFalse * words] = (binFalse & ~decided) | isFalse
    items[out + fields.auxTrue * words] = (auxTrue & ~decided) | isTrue
    items[out + fields.auxFalse * words] = (auxFalse & ~decided) | isFalse
    items[out + fields.decided * words] = decided
    if (step === 2 && this.#coin.confirms) this.#confirm(base, kept, free, stage, w, out)
    return decided
  }

  /** The first event that sees a supermajority of aux values confirms which ones it sees (section 11). */
  #confirm(base: number, kept: number, free: number, stage: number, w: number, out: number): void {
    const { words } = this
    const items = this.pool.items
    let confTrue = kept === 0 ? 0 : kept & this.#field(base, stage, fields.confTrue, w)
    let confFalse = kept === 0 ? 0 : kept & this.#field(base, stage, fields.confFalse, w)
    const confirming = free & ~(confTrue | confFalse) & this.#atLeast(counted.anyAux, this.#supermajority)
    confTrue |= confirming & this.#atLeast(counted.auxTrue, 1)
    confFalse |= confirming & this.#atLeast(counted.auxFalse, 1)
    items[out + fields.confTrue * words] = confTrue
    items[out + fields.confFalse * words] = confFalse
    this.#addConfirmed(confTrue, confFalse)
  }

  #known(round: number, w: number, wanted: number): number {
    return wanted === 0 ? 0 : this.#coin.known(this.#event, round, w, wanted)
  }

  #values(round: number, w: number, among: number): number {
    return among === 0 ? 0 : this.#coin.values(round, w, among)
  }

  /** Subjects whose list may grow past an entry of this step. */
  #mayProceed(step: number): number {
    const needed = step === 2 && this.#coin.confirms ? counted.anyConf : counted.anyAux
    return this.#atLeast(needed, this.#supermajority)
  }

  /** Who of those that enter the entry after a step estimates true there; neither true nor false waits for the coin. */
  #nextTrue(step: number, entering: number): number {
    if (entering === 0) return 0
    if (step === 0) return entering & ~this.#atLeast(counted.auxFalse, this.#supermajority)
    if (step === 2 && this.#coin.confirms) return entering & ~this.#confirmedFalse
    return entering & this.#atLeast(counted.auxTrue, this.#supermajority)
  }

  #nextFalse(step: number, entering: number): number {
    if (entering === 0) return 0
    if (step === 1) return entering & ~this.#atLeast(counted.auxTrue, this.#supermajority)
    if (step === 2 && this.#coin.confirms) return entering & ~this.#confirmedTrue
    return entering & this.#atLeast(counted.auxFalse, this.#supermajority)
  }

  /** Adds one to the counters of the subjects in a bit set. */
  #add(counter: number, subjects: number): void {
    const counters = this.#counters
    let at = counter * (this.#bits + 1)
    let carry = subjects
    while (carry !== 0) {
      const bit = counters[at] as number
      counters[at++] = bit ^ carry
      carry &= bit
    }
  }

  /** Subjects whose counter is at least a threshold: a comparison from the lowest bit up. */
  #atLeast(counter: number, threshold: number): number {
    const counters = this.#counters
    const at = counter * (this.#bits + 1)
    let less = 0
    for (let bit = 0; bit < this.#bits; bit++) {
      const value = counters[at + bit] as number
      less = (threshold >> bit) & 1 ? ~value | less : ~value & less
    }
    return ~less
  }
}
