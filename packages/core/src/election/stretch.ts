// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { none } from '../graph/graph.ts'

/**
 * Which part of the graph an election looks at (protocol.md section 6). Events are numbers in
 * insertion order, so that a few of them say it:
 *
 * ```text
 *      newStart        continueStart        end         size of the graph
 * --------|------------------|---------------|-----------------|
 *  nothing    meta-events      processed by      not processed
 *  open       kept, no votes   this election     yet
 * ```
 *
 * Always newStart ≤ continueStart ≤ end. The first observer of the election, once there is one, is
 * in the processed part: no event before continueStart is an observer, and none has meta-votes.
 */
export class Stretch {
  #newStart = 0
  #continueStart = 0
  #end = 0
  #firstObserver: number = none

  /** The first event that can have a meta-event. */
  get newStart(): number {
    return this.#newStart
  }

  /** The event that is processed next. */
  get end(): number {
    return this.#end
  }

  /** The first event that was found to be an observer, or none. */
  get firstObserver(): number {
    return this.#firstObserver
  }

  /** Takes the next event to be processed. */
  take(): number {
    return this.#end++
  }

  /** The event taken last is an observer. */
  observed(x: number): void {
    if (this.#firstObserver === none) this.#firstObserver = x
  }

  /** Has this election processed the event? What is stored about others is of earlier elections. */
  isProcessed(x: number): boolean {
    return x >= this.#continueStart && x < this.#end
  }

  /** Can the event have a meta-event by now: one of this election, or one that was kept? */
  mayHaveMetaEvent(x: number): boolean {
    return x >= this.#newStart && x < this.#end
  }

  /**
   * Goes back to where the next election begins.
   *
   * @param newStart - the first event that carries what is not decided.
   * @param keepsMetaEvents - false with other voters. With the same ones, an event before the first
   *   observer is no observer in the next election either: it need not be processed again.
   */
  restart(newStart: number, keepsMetaEvents: boolean): void {
    this.#newStart = newStart
    this.#continueStart = keepsMetaEvents ? Math.max(newStart, this.#firstObserver) : newStart
    this.#end = this.#continueStart
    this.#firstObserver = none
  }
}
