// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Election } from '../../src/election/election.ts'
import type { TwinOptions } from './twin.ts'

/**
 * A rule that makes elections decide nothing in their first attempt: events whose meta-votes begin
 * forget some of those who were observed, or all. No run of the true rules is known that needs the
 * second attempt. Like the true rules it is a function of ancestry: it asks only how many events the
 * event descends from, and how many of these the subject has made.
 */
export interface Forgetting {
  readonly seed: number
  /** What observers keep in the first attempt, at random: this share, from 0 to 1. */
  readonly keepsFirst: number
  /** In the second attempt. If it is less than 1, nothing is certain to be decided, only likely. */
  readonly keepsSecond: number
}

function keeps(rule: Forgetting, attempt: 1 | 2, events: number, ofSubject: number): boolean {
  const mixed = rule.seed ^ Math.imul(events, 0x9e3779b1) ^ Math.imul(2 * ofSubject + attempt, 0x85ebca6b)
  let state = Math.imul(mixed, 0xc2b2ae35)
  state = Math.imul(state ^ (state >>> 15), 0x27d4eb2f)
  return (state ^ (state >>> 13)) >>> 0 < 2 ** 32 * (attempt === 1 ? rule.keepsFirst : rule.keepsSecond)
}

/** The rule, for the plain twin. */
export function twinForgets(rule: Forgetting): NonNullable<TwinOptions['initialEstimates']> {
  return (observed, x, attempt, graph) => {
    const events = [...graph.ancestorsOf(x)]
    const madeBy = (peer: string): number => events.filter((y) => graph.at(y).creator === peer).length
    return new Set([...observed].filter((peer) => keeps(rule, attempt, events.length, madeBy(peer))))
  }
}

/** Puts the rule into all elections of this process. @returns what takes it away again. */
export function makeElectionsForget(rule: Forgetting): () => void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its election
  const { initialEstimates } = Election.prototype
  Election.prototype.initialEstimates = function (this: Election, x, attempt, observed) {
    const kept = observed.slice()
    const { graph, voters } = this
    const events = Array.from({ length: x + 1 }, (_, y) => y).filter((y) => graph.descends(x, y))
    for (const [slot, peer] of voters.entries()) {
      const ofSubject = events.filter((y) => graph.creator[y] === peer).length
      if (keeps(rule, attempt, events.length, ofSubject)) continue
      kept[slot >> 5] = (kept[slot >> 5] ?? 0) & ~(1 << (slot & 31))
    }
    return kept
  }
  return () => {
    Election.prototype.initialEstimates = initialEstimates
  }
}
