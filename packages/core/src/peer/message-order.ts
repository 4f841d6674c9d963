// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Event } from '../wire/event.ts'
import { none } from '../graph/graph.ts'
import type { PeerContext } from './context.ts'
import { creatorOf, maliciousEvent } from './intake.ts'

/** What an event waits for: a parent, an election's beginning, or its creator's admission. */
const reasons = {
  parent: (id: string): string => id,
  election: (election: number): string => `election ${String(election)}`,
  creator: (key: string): string => `creator ${key}`,
}

/**
 * The order in which the events of a message can be inserted. They come parents before children;
 * two kinds have to wait all the same:
 *
 * - What can only be judged after a decision: shares of a coin of a later election, events of a
 *   member that is still to be added. What decides may come later in the message.
 * - The third branch of a forker and any further one: until an event by somebody else comes that
 *   may record it. Branches are what a forker could flood us with, as each costs every event after
 *   it; so there are at most two per line (see InvalidGossipCreator). What nobody in the message
 *   records is dropped with it.
 */
export class MessageOrder<P> {
  readonly #context: PeerContext<P>
  /** The events to look at, the next one last. */
  readonly #toDo: Event<P>[]
  /** Events that wait for a decision, and what descends from them, by what they wait for. */
  readonly #early = new Map<string, Event<P>[]>()
  readonly #earlyIds = new Set<string>()
  /** Events on branches that nobody has recorded, by id. */
  readonly #unrecorded = new Map<string, Event<P>>()

  /** @param events - not known yet, parents before children */
  constructor(context: PeerContext<P>, events: readonly Event<P>[]) {
    this.#context = context
    this.#toDo = events.toReversed()
  }

  /**
   * The events, each when it can be inserted. The caller inserts it before it asks for the next one:
   * what comes next depends on what has been decided by then. Each event is looked at once more for
   * each thing that it waits for.
   *
   * Throws `MaliciousEvent` for an event that records what it may not.
   */
  *ready(): Generator<Event<P>, void, undefined> {
    const { consensus } = this.#context
    let decided = consensus.elections
    for (let event = this.#toDo.pop(); event !== undefined; event = this.#toDo.pop()) {
      const reason = this.#reasonToWait(event)
      if (reason !== undefined) {
        this.#hold(event, reason)
        continue
      }
      if (this.#isUnrecordedBranch(event)) this.#unrecorded.set(event.id, event)
      else yield* this.#afterWhatItRecords(event)
      this.#release(reasons.parent(event.id))
      if (decided === consensus.elections) continue
      while (decided < consensus.elections) this.#release(reasons.election(++decided))
      for (const { id, member } of consensus.peers) if (member) this.#release(reasons.creator(id.key))
    }
    // What still is too early: whoever inserts it is told why not.
    const first = this.#firstEarly()
    if (first !== undefined) yield first
  }

  /** What has to come before an event can be judged; undefined if nothing. */
  #reasonToWait({ creator, cause, parents }: Event<P>): string | undefined {
    const { consensus } = this.#context
    const parent = parents.find((id) => this.#earlyIds.has(id))
    if (parent !== undefined) return reasons.parent(parent)
    const peer = consensus.peers.indexOf(creator)
    if (peer === undefined || !consensus.peers.at(peer).member) return reasons.creator(creator.key)
    const isToCome = cause.kind === 'CoinShares' && consensus.isToCome(cause.coins.election)
    return isToCome ? reasons.election(cause.coins.election) : undefined
  }

  #hold(event: Event<P>, reason: string): void {
    const held = this.#early.get(reason) ?? []
    this.#early.set(reason, held)
    held.push(event)
    this.#earlyIds.add(event.id)
  }

  #release(reason: string): void {
    const released = this.#early.get(reason)
    if (released === undefined) return
    this.#early.delete(reason)
    for (const event of released.toReversed()) {
      this.#earlyIds.delete(event.id)
      this.#toDo.push(event)
    }
  }

  /** Any of the early events that descends from no other one. */
  #firstEarly(): Event<P> | undefined {
    for (const [event] of this.#early.values()) {
      if (event !== undefined && !event.parents.some((parent) => this.#earlyIds.has(parent))) return event
    }
    return undefined
  }

  /** Is it on a branch that nobody has recorded, or does it begin a third one of its creator? */
  #isUnrecordedBranch({ creator, parents }: Event<P>): boolean {
    const [selfParent] = parents
    if (selfParent !== undefined && this.#unrecorded.has(selfParent)) return true
    const { consensus, events } = this.#context
    const peer = consensus.peers.indexOf(creator)
    if (peer === undefined || (consensus.graph.lanesOf[peer]?.length ?? 0) < 2) return false
    return consensus.graph.beginsBranch(peer, events.indexOfId(selfParent ?? '') ?? none)
  }

  /** An event, and before it the ancestors on branches that it is the first to record. */
  *#afterWhatItRecords(event: Event<P>): Generator<Event<P>, void, undefined> {
    const stack = [event]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const [selfParent, otherParent] = top.parents
      const missing = this.#unrecorded.get(selfParent ?? '') ?? this.#unrecorded.get(otherParent ?? '')
      if (missing === undefined) {
        yield top
        this.#unrecorded.delete(top.id)
        stack.pop()
      } else {
        this.#checkMayRecord(top, missing)
        stack.push(missing)
      }
    }
  }

  /** Refuses an event that may not record a branch, before that branch is inserted. */
  #checkMayRecord(event: Event<P>, missing: Event<P>): void {
    const { consensus, events } = this.#context
    const creator = creatorOf(this.#context, event)
    const gossiper = creatorOf(this.#context, missing)
    const selfParent = events.indexOfId(event.parents[0] ?? '')
    if (gossiper === creator || selfParent === undefined) return
    if (!consensus.graph.isAwareOfFork(selfParent, gossiper)) return
    // It is not accused: its other-parent will be in nobody's ancestry.
    throw maliciousEvent(event, 'InvalidGossipCreator')
  }
}
