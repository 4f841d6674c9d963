// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import { limits } from '../base/limits.ts'
import type { CauseKind } from '../wire/cause.ts'
import { Ancestry } from '../graph/ancestry.ts'
import { none } from '../graph/graph.ts'
import type { Consensus } from '../consensus/consensus.ts'

/** Part of a window. */
export interface WindowSize {
  readonly events: number
  readonly bytes: number
}

/** The whole window: beyond it an event is refused. */
const whole: WindowSize = { events: limits.windowEvents, bytes: limits.windowBytes }

/**
 * How much of the window a correct peer fills, so that what matters more still has room. The rest is
 * for accusations.
 */
export const windowShares = {
  vote: { events: whole.events / 4, bytes: whole.bytes / 2 },
  dkgMessage: { events: (3 * whole.events) / 8, bytes: (3 * whole.bytes) / 4 },
  /** A request to a peer that has not answered an earlier one. */
  request: { events: whole.events / 2, bytes: whole.bytes },
  /** Any other request. */
  firstRequest: { events: (5 * whole.events) / 8, bytes: whole.bytes },
} as const satisfies Record<string, WindowSize>

/** Does the creator decide by itself whether it makes such an event? All others answer something. */
export function isSpontaneous(cause: CauseKind): boolean {
  return cause === 'Requesting' || cause === 'Observation'
}

/**
 * The window of protocol.md section 3: how far a creator may be ahead of the others with votes and
 * requests. It counts those of its line that fewer than T voters have acknowledged, where T is two
 * thirds of their number, rounded down. A voter acknowledges an event when an event of its own
 * descends from it.
 *
 * It is a function of an event's ancestry and of who the voters are. So an event that one correct
 * peer takes in, all take in.
 */
export class Window {
  readonly #consensus: Consensus
  /** Per event, how many spontaneous events its line has up to it, and how many bytes they have. */
  readonly #events = new IntList()
  readonly #bytes: number[] = []

  constructor(consensus: Consensus) {
    this.#consensus = consensus
  }

  /** Takes in the newest event of the graph. */
  added(selfParent: number, cause: CauseKind, bytes: number): void {
    const counts = isSpontaneous(cause)
    this.#events.push(this.#eventsUpTo(selfParent) + Number(counts))
    this.#bytes.push(this.#bytesUpTo(selfParent) + (counts ? bytes : 0))
  }

  /**
   * May the creator make a further spontaneous event?
   *
   * Returns the election from which on the voters are such that it may, or undefined if it may not.
   * The voters of every election so far count, because others may have judged the event when they
   * had decided less.
   *
   * @param creator - a peer index
   * @param selfParent - the parents of the event
   * @param otherParent - or none
   * @param bytes - its size
   * @param size - how much of the window it may fill
   */
  admits(creator: number, selfParent: number, otherParent: number, bytes: number, size = whole): number | undefined {
    const events = this.#eventsUpTo(selfParent) + 1
    const sum = this.#bytesUpTo(selfParent) + bytes
    // Whoever has not made so many events at all need not be looked at.
    if (events <= size.events && sum <= size.bytes) return 0
    const { voterSets, conclusions } = this.#consensus
    const ancestry = new Ancestry(
      this.#consensus.graph,
      [selfParent, otherParent].filter((x) => x !== none),
    )
    const fits = ({ voters }: { readonly voters: readonly number[] }): boolean => {
      const known = this.#acknowledged(ancestry, voters, creator, selfParent)
      return events - this.#eventsUpTo(known) <= size.events && sum - this.#bytesUpTo(known) <= size.bytes
    }
    // The present voters are the likeliest; but which ones were enough matters only rarely.
    const latest = voterSets.findLast(fits)
    if (latest === undefined || conclusions === undefined || conclusions.unrecorded.length === 0) return latest?.from
    return voterSets.find(fits)?.from
  }

  /** The latest event of the line that T of the voters have acknowledged; none if there is none. */
  #acknowledged(ancestry: Ancestry, voters: readonly number[], creator: number, selfParent: number): number {
    const { graph } = this.#consensus
    const needed = Math.floor((2 * voters.length) / 3)
    if (needed === 0) return selfParent
    const known: number[] = []
    for (const voter of voters) {
      if (voter === creator) continue
      let latest: number = none
      for (const lane of graph.lanesOf[voter] ?? []) {
        const tip = ancestry.latestOn(lane)
        if (tip === none) continue
        for (const own of graph.lanesOf[creator] ?? []) {
          const event = graph.latestOn(tip, own)
          if (event > latest && graph.isSelfAncestor(selfParent, event)) latest = event
        }
      }
      known.push(latest)
    }
    // On one line, later events have larger numbers.
    return known.sort((a, b) => b - a)[needed - 1] ?? none
  }

  #eventsUpTo(x: number): number {
    return x === none ? 0 : this.#events.at(x)
  }

  #bytesUpTo(x: number): number {
    return x === none ? 0 : (this.#bytes[x] as number)
  }
}
