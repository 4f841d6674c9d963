// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Election } from '../../src/election/election.ts'
import type { TwinOptions } from './twin.ts'

/**
 * A rule that makes elections decide nothing in their first attempt: observers forget some of their
 * observees, or all. No run of the true rules is known that needs the second attempt. Like the true
 * rules it is a function of ancestry: it asks only how many events the observer descends from.
 */
export interface Forgetting {
  readonly seed: number
  /** An observer keeps one of so many observees; none if it is infinite. */
  readonly keepsOneOf: number
}

/** @param events - how many the observer descends from; @param ofSubject - how many of these the subject has made. */
function keeps({ seed, keepsOneOf }: Forgetting, events: number, ofSubject: number): boolean {
  if (keepsOneOf === Infinity) return false
  let state = Math.imul(seed ^ Math.imul(events, 0x9e3779b1) ^ Math.imul(ofSubject, 0x85ebca6b), 0xc2b2ae35)
  state = Math.imul(state ^ (state >>> 15), 0x27d4eb2f)
  return ((state ^ (state >>> 13)) >>> 0) % keepsOneOf === 0
}

/** The rule, for the plain twin. */
export function twinForgets(rule: Forgetting): NonNullable<TwinOptions['firstEstimates']> {
  return (observees, x, graph) => {
    const events = [...graph.ancestorsOf(x)]
    const madeBy = (peer: string): number => events.filter((y) => graph.at(y).creator === peer).length
    return new Set([...observees].filter((peer) => keeps(rule, events.length, madeBy(peer))))
  }
}

/** Puts the rule into all elections of this process. @returns what takes it away again. */
export function makeElectionsForget(rule: Forgetting): () => void {
  const { firstEstimates } = Election.prototype
  Election.prototype.firstEstimates = function (this: Election, x) {
    const kept = firstEstimates.call(this, x).slice()
    const { graph, voters } = this
    const events = Array.from({ length: x + 1 }, (_, y) => y).filter((y) => graph.descends(x, y))
    for (const [slot, peer] of voters.entries()) {
      const ofSubject = events.filter((y) => graph.creator[y] === peer).length
      if (!keeps(rule, events.length, ofSubject)) kept[slot >> 5] = (kept[slot >> 5] ?? 0) & ~(1 << (slot & 31))
    }
    return kept
  }
  return () => {
    Election.prototype.firstEstimates = firstEstimates
  }
}
