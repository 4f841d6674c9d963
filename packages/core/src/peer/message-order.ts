// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Event } from '../wire/event.ts'
import { none } from '../graph/graph.ts'
import type { PeerContext } from './context.ts'
import { creatorOf, maliciousEvent } from './intake.ts'

/**
 * What an event can wait for: a parent, the beginning of an election, or the admission of its
 * creator.
 */
const reasons = {
  parent: (id: string): string => id,
  election: (election: number): string => `election ${String(election)}`,
  creator: (key: string): string => `creator ${key}`,
}

/**
 * The order in which the events of a message can be inserted. In a message, parents come before
 * children. Still, two kinds of events have to wait:
 *
 * - Events that can only be judged after a decision: shares of a coin of a later election, and
 *   events of a member that is still to be added. The events that decide may come later in the
 *   message.
 * - Events on the third branch of a forker, or on a further one. They wait until an event of
 *   another peer comes that may record them. If none in the message does, they are dropped.
 *   Otherwise a forker could flood us with branches, and each branch makes every later event more
 *   expensive. Those who record branches may record at most two of a peer (see
 *   InvalidGossipCreator).
 */
export class MessageOrder<P> {
  readonly #context: PeerContext<P>
  /** The events still to look at. The next one is at the end. */
  readonly #toDo: Event<P>[]
  /** The events that wait for a decision, and their descendants, by what they wait for. */
  readonly #early = new Map<string, Event<P>[]>()
  readonly #earlyIds = new Set<string>()
  /** The events on branches that nobody has recorded, by id. */
  readonly #unrecorded = new Map<string, Event<P>>()

  /** @param events - events that we do not have yet, parents before children */
  constructor(context: PeerContext<P>, events: readonly Event<P>[]) {
    this.#context = context
    this.#toDo = events.toReversed()
  }

  /**
   * Yields each event when it can be inserted. The caller must insert it before it asks for the
   * next one, because the next one depends on what is decided by then. An event is looked at once,
   * and once more for each thing that it waits for.
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
    // Some events are still too early. Trying to insert the first of them throws the right error.
    const first = this.#firstEarly()
    if (first !== undefined) yield first
  }

  /** What an event has to wait for; undefined if it can be judged now. */
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

  /** Puts the events that wait for this back among those to look at. */
  #release(reason: string): void {
    const released = this.#early.get(reason)
    if (released === undefined) return
    this.#early.delete(reason)
    for (const event of released.toReversed()) {
      this.#earlyIds.delete(event.id)
      this.#toDo.push(event)
    }
  }

  /** One of the waiting events that descends from no other waiting event. */
  #firstEarly(): Event<P> | undefined {
    for (const [event] of this.#early.values()) {
      if (event !== undefined && !event.parents.some((parent) => this.#earlyIds.has(parent))) return event
    }
    return undefined
  }

  /** Is it on a branch that nobody has recorded, or does it begin a third branch of its creator? */
  #isUnrecordedBranch({ creator, parents }: Event<P>): boolean {
    const [selfParent] = parents
    if (selfParent !== undefined && this.#unrecorded.has(selfParent)) return true
    const { consensus, events } = this.#context
    const peer = consensus.peers.indexOf(creator)
    if (peer === undefined || (consensus.graph.lanesOf[peer]?.length ?? 0) < 2) return false
    return consensus.graph.beginsBranch(peer, events.indexOfId(selfParent ?? '') ?? none)
  }

  /** Yields an event, and before it those of its ancestors that it is the first to record. */
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

  /** Throws `MaliciousEvent` if the event may not record the missing one, before that is inserted. */
  #checkMayRecord(event: Event<P>, missing: Event<P>): void {
    const { consensus, events } = this.#context
    const creator = creatorOf(this.#context, event)
    const gossiper = creatorOf(this.#context, missing)
    const selfParent = events.indexOfId(event.parents[0] ?? '')
    if (gossiper === creator || selfParent === undefined) return
    if (!consensus.graph.isAwareOfFork(selfParent, gossiper)) return
    // We cannot accuse its creator, because its other-parent will be among nobody's ancestors.
    throw maliciousEvent(event, 'InvalidGossipCreator')
  }
}
