// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'
import type { Event, EventFormat } from '../wire/event.ts'
import { none } from '../graph/graph.ts'
import type { KnownEvents } from '../graph/known-events.ts'
import type { Consensus } from '../consensus/consensus.ts'
import type { Detection } from '../malice/detection.ts'
import { EarlyEvents, reasons } from './message-order.ts'
import type { Report } from './report.ts'

/** What the rooms of one peer share. */
export interface PeerContext<P> {
  readonly ourIndex: number
  readonly format: EventFormat<P>
  readonly consensus: Consensus
  readonly events: KnownEvents<P>
  readonly detection: Detection<P>
  readonly report: (report: Report) => void
}

/**
 * Where events come in: each is verified, its parents are resolved, it is judged and inserted
 * (protocol.md sections 3 and 8).
 *
 * Branches are what a forker could flood us with, as they cost every event after them. So the third
 * branch of a creator and any further one waits until an event by somebody else that may record it
 * is inserted: at most two per line (see InvalidGossipCreator). What nobody records is dropped with
 * the message.
 */
export class Intake<P> {
  readonly #context: PeerContext<P>
  /** Peers that have sent what no correct peer sends. */
  readonly #distrusted = new Map<number, RefusedEventKind>()
  /** Branches beyond the first one of each creator. */
  #furtherBranches = 0
  readonly #conclude: (() => void) | undefined

  /**
   * @param conclude - makes events of ours that record what has decided, where none does; if there
   * are events of ours.
   */
  constructor(context: PeerContext<P>, conclude?: () => void) {
    this.#context = context
    this.#conclude = conclude
  }

  /**
   * Why we take no messages from a peer and send it none, or undefined: it forked, or it sent us an
   * event that no correct peer inserts.
   */
  distrust(peer: number): 'Fork' | RefusedEventKind | undefined {
    return this.#branchesOf(peer) > 1 ? 'Fork' : this.#distrusted.get(peer)
  }

  /**
   * Takes in the events of a message, parents before children; skips what is known. What can only
   * be judged after a decision waits for it, as what decides may come later in the message.
   *
   * Throws `UnknownOwnEvent`, `SignatureFailure` or `UnknownParent` before anything is inserted,
   * `UnknownCreator`, `MaliciousEvent`, `PrematureCoinShares` or `LimitExceeded` later.
   */
  receive(events: readonly Event<P>[], sender: PublicId): void {
    const unknown = this.#check(events)
    try {
      this.#insertAll(unknown)
    } catch (error) {
      if (error instanceof ParsecError && error.detail.code === 'MaliciousEvent') {
        const { event: id, malice } = error.detail
        const peer = this.#context.consensus.peers.indexOf(sender)
        if (peer !== undefined) this.#distrusted.set(peer, malice)
        const { creator } = unknown.find((event) => event.id === id) ?? {}
        if (creator !== undefined) this.#context.report({ kind: 'RefusedEvent', peer: sender, creator, malice })
      }
      throw error
    }
  }

  /**
   * Inserts an event that is not known; returns its number, and whether it has faults of its own.
   *
   * Throws `SignatureFailure`, `UnknownCreator`, `UnknownParent`, `MaliciousEvent`,
   * `PrematureCoinShares` or `LimitExceeded`.
   */
  insert(event: Event<P>): { readonly index: number; readonly isFaulty: boolean } {
    event.verify()
    const { consensus, events, detection, report } = this.#context
    const coins = event.cause.kind === 'CoinShares' ? event.cause.coins : undefined
    // A correct peer has recorded what decides the election before, and sends that too.
    if (coins !== undefined && consensus.isToCome(coins.election)) {
      throw new ParsecError({ code: 'PrematureCoinShares', event: event.id, election: coins.election })
    }
    const { peers, graph } = consensus
    const creator = this.#creatorOf(event)
    const { cause } = event
    const selfParent = this.#parent(event, 0)
    const otherParent = this.#parent(event, 1)
    const malice = detection.refusals.of(event, creator, selfParent, otherParent)
    if (malice !== undefined) {
      detection.refused(event, creator, malice)
      throw maliciousEvent(event, malice)
    }
    if (this.#branchesOf(creator) > 0 && this.#beginsBranch(creator, selfParent)) {
      checkLimit('branches', limits.branches, ++this.#furtherBranches)
    }
    const recipient = cause.kind === 'Requesting' ? peers.indexOf(cause.recipient) : undefined
    const payload = this.#payloadOf(event, creator)
    if (!peers.at(creator).removed) peers.setState(creator, peers.at(creator).state.with('RECV'))
    const isOurs = creator === this.#context.ourIndex
    if (!isOurs && consensus.conclusions?.mustPrecede(creator, coins?.election) === true) this.#conclude?.()
    events.add(event)
    const index = consensus.insert({ creator, cause: cause.kind, selfParent, otherParent, recipient, payload, coins })
    const isFaulty = detection.added(index)
    if (!isOurs && consensus.conclusions?.isUrgent === true) this.#conclude?.()
    const isStale = otherParent !== none && graph.hasLaterThan(selfParent, otherParent)
    if (isStale) report({ kind: 'StaleOtherParent', peer: event.creator, event: event.id })
    return { index, isFaulty }
  }

  /** What is not known of the events, all signatures and parents checked. */
  #check(events: readonly Event<P>[]): Event<P>[] {
    const { consensus, events: known, ourIndex } = this.#context
    const unknown = new Map<string, Event<P>>()
    for (const event of events) {
      if (known.has(event.id)) continue
      // First, as anybody can spoil an event of ours; only who has our key can make another one.
      event.verify()
      if (consensus.peers.indexOf(event.creator) === ourIndex) {
        throw new ParsecError({ code: 'UnknownOwnEvent', event: event.id })
      }
      for (const parent of event.parents) {
        if (!known.has(parent) && !unknown.has(parent)) {
          throw new ParsecError({ code: 'UnknownParent', event: event.id, parent })
        }
      }
      unknown.set(event.id, event)
    }
    return [...unknown.values()]
  }

  /**
   * Each event is looked at once more for each thing that it waits for: two parents, its creator's
   * admission, and the election that its shares are of.
   */
  #insertAll(events: readonly Event<P>[]): void {
    const { consensus } = this.#context
    const waiting = new Map<string, Event<P>>()
    const early = new EarlyEvents<P>()
    const next = events.toReversed()
    const proceedWith = (released: readonly Event<P>[]): void => {
      for (const event of released.toReversed()) next.push(event)
    }
    let decided = consensus.elections
    for (let event = next.pop(); event !== undefined; event = next.pop()) {
      const reason = this.#reasonToWait(event, early)
      if (reason !== undefined) {
        early.hold(event, reason)
        continue
      }
      if (this.#waits(event, waiting)) waiting.set(event.id, event)
      else this.#insertAfter(event, waiting)
      proceedWith(early.release(reasons.parent(event.id)))
      if (decided === consensus.elections) continue
      while (decided < consensus.elections) proceedWith(early.release(reasons.election(++decided)))
      for (const { id, member } of consensus.peers) if (member) proceedWith(early.release(reasons.creator(id)))
    }
    // What still is too early is refused.
    if (early.first !== undefined) this.insert(early.first)
  }

  /** What has to come before an event can be judged; undefined if nothing. */
  #reasonToWait({ creator, cause, parents }: Event<P>, early: EarlyEvents<P>): string | undefined {
    const { consensus } = this.#context
    const parent = parents.find((id) => early.has(id))
    if (parent !== undefined) return reasons.parent(parent)
    const peer = consensus.peers.indexOf(creator)
    if (peer === undefined || !consensus.peers.at(peer).member) return reasons.creator(creator)
    const isToCome = cause.kind === 'CoinShares' && consensus.isToCome(cause.coins.election)
    return isToCome ? reasons.election(cause.coins.election) : undefined
  }

  /** Is it on a branch that waits, or begins one that has to? */
  #waits({ creator, parents }: Event<P>, waiting: ReadonlyMap<string, Event<P>>): boolean {
    const [selfParent] = parents
    if (selfParent !== undefined && waiting.has(selfParent)) return true
    const peer = this.#context.consensus.peers.indexOf(creator)
    if (peer === undefined || this.#branchesOf(peer) < 2) return false
    return this.#beginsBranch(peer, this.#context.events.indexOfId(selfParent ?? ''))
  }

  /** Inserts an event, and before it what waits and is among its ancestors. */
  #insertAfter(event: Event<P>, waiting: Map<string, Event<P>>): void {
    const stack = [event]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const [selfParent, otherParent] = top.parents
      const missing = waiting.get(selfParent ?? '') ?? waiting.get(otherParent ?? '')
      if (missing === undefined) {
        this.insert(top)
        waiting.delete(top.id)
        stack.pop()
      } else {
        this.#checkMayRecord(top, missing)
        stack.push(missing)
      }
    }
  }

  /** Refuses an event that may not record what waits, before the latter is inserted. */
  #checkMayRecord(event: Event<P>, waiting: Event<P>): void {
    const { consensus, events } = this.#context
    const creator = this.#creatorOf(event)
    const gossiper = this.#creatorOf(waiting)
    const selfParent = events.indexOfId(event.parents[0] ?? '')
    if (gossiper === creator || selfParent === undefined) return
    if (!consensus.graph.isAwareOfFork(selfParent, gossiper)) return
    // It is not accused: its other-parent will be in nobody's ancestry.
    throw maliciousEvent(event, 'InvalidGossipCreator')
  }

  #branchesOf(peer: number): number {
    return this.#context.consensus.graph.lanesOf[peer]?.length ?? 0
  }

  #beginsBranch(peer: number, selfParent: number | undefined): boolean {
    const { graph } = this.#context.consensus
    return (
      selfParent === undefined ||
      selfParent === none ||
      graph.creator[selfParent] !== peer ||
      !graph.isLatestOnLane(selfParent)
    )
  }

  /** The creator's index; throws `UnknownCreator`. */
  #creatorOf(event: Event<P>): number {
    const { peers } = this.#context.consensus
    const creator = peers.indexOf(event.creator)
    if (creator !== undefined && peers.at(creator).member) return creator
    throw new ParsecError({ code: 'UnknownCreator', event: event.id, creator: event.creator })
  }

  /** Number of the self-parent (place 0) or the other-parent (1), or none if it has none; throws `UnknownParent`. */
  #parent(event: Event<P>, place: 0 | 1): number {
    const parent = event.parents[place]
    if (parent === undefined) return none
    const index = this.#context.events.indexOfId(parent)
    if (index === undefined) throw new ParsecError({ code: 'UnknownParent', event: event.id, parent })
    return index
  }

  #payloadOf(event: Event<P>, creator: number): number | undefined {
    const hash = event.observationHash
    if (hash === undefined || event.cause.kind !== 'Observation') return undefined
    return this.#context.consensus.addPayload(event.cause.vote.observation, creator, hash)
  }
}

function maliciousEvent({ id, creator }: Event<unknown>, malice: RefusedEventKind): ParsecError {
  return new ParsecError({ code: 'MaliciousEvent', event: id, creator, malice })
}
