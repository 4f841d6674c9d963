// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import type { Attempt } from '../wire/coin-shares.ts'
import type { Coin } from './coin.ts'
import { fieldCount, fields, MetaVoteEntry } from './meta-vote-entry.ts'

/**
 * Where an event's meta-votes are in the pool: their place, or -1 where there are none, and for how
 * many stages they go on.
 */
export interface MetaVoteSpan {
  start: number
  stages: number
}

/**
 * All meta-votes of the election under way (protocol.md section 5.3), for the events that have any.
 *
 * The entries of an event's lists are numbered as *stages*, stage = 3 · round + step, from 0. All
 * lists, one per subject, are stored together, as bits: a subject is bit `slot & 31` of word
 * `slot >> 5`. Per stage, and in it per word, there is one entry as {@link fields} describes it.
 * The cost per event is that of the other voters, not of other voters times subjects.
 */
export class MetaVoting {
  /** Emptied when the election is over. */
  readonly pool = new IntList(1024)
  /** Per word, all subjects that there are. */
  readonly #all: Int32Array
  readonly #entry: MetaVoteEntry
  /** The event at hand. */
  #event = -1
  #attempt: Attempt = 1
  /** Where the other voters' meta-votes are that count for it. */
  readonly #otherStarts: Int32Array
  readonly #otherStages: Int32Array
  #others = 0
  #othersStages = 0

  constructor(voters: number, coin: Coin) {
    this.#all = new Int32Array(Math.max(1, Math.ceil(voters / 32)))
    for (let slot = 0; slot < voters; slot++) {
      this.#all[slot >> 5] = (this.#all[slot >> 5] as number) | (1 << (slot & 31))
    }
    this.#entry = new MetaVoteEntry(voters, coin)
    this.#otherStarts = new Int32Array(voters)
    this.#otherStages = new Int32Array(voters)
  }

  /** How many words a bit set of all subjects takes. */
  get words(): number {
    return this.#all.length
  }

  /** Where in the pool an entry of an event's lists is. */
  place(start: number, stage: number, word: number): number {
    return start + (stage * this.words + word) * fieldCount
  }

  /** Is a subject in one of the {@link fields} of an entry? */
  holds({ start }: MetaVoteSpan, stage: number, slot: number, field: number): boolean {
    return ((this.pool.at(this.place(start, stage, slot >> 5) + field) >> (slot & 31)) & 1) === 1
  }

  /** Begins the meta-votes of an event in an attempt: no other's are known. */
  begin(event: number, attempt: Attempt): void {
    this.#event = event
    this.#attempt = attempt
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
   * bits of `observed`.
   */
  startFrom(observed: Int32Array, into: MetaVoteSpan): void {
    const start = this.pool.extend(fieldCount * this.words)
    const items = this.pool.items
    items.fill(0, start, this.pool.length)
    for (let word = 0; word < this.words; word++) {
      const at = this.place(start, 0, word)
      const all = this.#all[word] as number
      items[at + fields.has] = all
      items[at + fields.estTrue] = observed[word] as number
      items[at + fields.estFalse] = all & ~(observed[word] as number)
    }
    into.start = start
    into.stages = 1
  }

  /**
   * Computes an event's meta-votes from those it starts from and the others'; writes where they are
   * to `into`. Returns true when each subject's last meta-vote is decided.
   */
  update(base: MetaVoteSpan, into: MetaVoteSpan): boolean {
    // A list goes on only past an entry where a supermajority holds an aux value. So it can become
    // longer by one than the longest list that anybody has.
    const room = Math.max(base.stages, this.#othersStages) + 1
    const start = this.pool.extend(room * fieldCount * this.words)
    this.pool.items.fill(0, start, this.pool.length)
    into.start = start
    into.stages = 0
    let allDecided = true
    for (let word = 0; word < this.words; word++) {
      if (!this.#updateWord(base, into, room, word)) allDecided = false
    }
    this.pool.length = this.place(start, into.stages, 0)
    return allDecided
  }

  /** The same for the subjects of a word. */
  #updateWord(base: MetaVoteSpan, into: MetaVoteSpan, room: number, word: number): boolean {
    const entry = this.#entry
    const items = this.pool.items
    let undecided = this.#all[word] as number
    entry.begin(this.#event, this.#attempt, word)
    for (let stage = 0; stage < room; stage++) {
      // What comes after a decision is left out.
      const kept = undecided & this.#has(base, stage, word)
      if ((kept | entry.entering) === 0) break
      entry.load(stage, kept, items, this.place(base.start, stage, word))
      this.#countOthers(stage, word)
      entry.update()
      entry.store(items, this.place(into.start, stage, word))
      entry.append(this.#has(base, stage + 1, word))
      undecided &= ~entry.decided
      if (stage >= into.stages) into.stages = stage + 1
    }
    return undecided === 0
  }

  #countOthers(stage: number, word: number): void {
    const entry = this.#entry
    const items = this.pool.items
    const offset = this.place(0, stage, word)
    for (let i = 0; i < this.#others; i++) {
      if ((this.#otherStages[i] as number) > stage) entry.countOther(items, offset + (this.#otherStarts[i] as number))
    }
  }

  /** Subjects whose meta-votes, all decided, ended in true: a bit set. */
  decidedTrue(span: MetaVoteSpan): Int32Array {
    const result = new Int32Array(this.words)
    for (let word = 0; word < this.words; word++) {
      for (let stage = 0; stage < span.stages; stage += 3) {
        result[word] = (result[word] as number) | this.pool.at(this.place(span.start, stage, word) + fields.decided)
      }
    }
    return result
  }

  /** Which subjects have begun which rounds after the first one. */
  roundsBegun(span: MetaVoteSpan): { slot: number; round: number }[] {
    const begun: { slot: number; round: number }[] = []
    for (let stage = 3; stage < span.stages; stage += 3) {
      for (let slot = 0; slot < 32 * this.words; slot++) {
        if (this.holds(span, stage, slot, fields.has)) begun.push({ slot, round: stage / 3 })
      }
    }
    return begun
  }

  /** Forgets all meta-votes. */
  clear(): void {
    this.pool.length = 0
  }

  /** Which lists about the subjects of a word have an entry at the stage. */
  #has({ start, stages }: MetaVoteSpan, stage: number, word: number): number {
    return stage < stages ? this.pool.at(this.place(start, stage, word) + fields.has) : 0
  }
}
