// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Consensus } from './consensus.ts'
import type { Detection } from './detection.ts'
import { toHex } from './encoding.ts'
import { ParsecError } from './errors.ts'
import type { Event, EventFormat } from './event.ts'
import { none } from './graph.ts'
import type { KnownEvents } from './known-events.ts'
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

/** Where events come in: each is verified, its parents are resolved, it is judged and inserted (protocol.md sections 3 and 8). */
export class Intake<P> {
  readonly #context: PeerContext<P>

  constructor(context: PeerContext<P>) {
    this.#context = context
  }

  /** Takes in an event that somebody else sent; skips what is known. */
  receive(event: Event<P>, sender: number): void {
    const { consensus, events, ourIndex, report } = this.#context
    if (events.has(event)) return
    try {
      if (consensus.peers.indexOf(event.creator) === ourIndex) {
        throw new ParsecError({ code: 'UnknownOwnEvent', event: event.id })
      }
      this.insert(event)
    } catch (error) {
      if (error instanceof ParsecError && error.detail.code === 'MaliciousEvent') {
        const { id: peer } = consensus.peers.at(sender)
        report({ kind: 'RefusedEvent', peer, creator: event.creator, malice: error.detail.malice })
      }
      throw error
    }
  }

  /**
   * Inserts an event that is not known; returns its number, and whether it has faults of its own.
   *
   * Throws `SignatureFailure`, `UnknownCreator`, `UnknownParent` or `MaliciousEvent`.
   */
  insert(event: Event<P>): { readonly index: number; readonly isFaulty: boolean } {
    event.verify()
    const { consensus, events, detection, report } = this.#context
    const { peers, graph } = consensus
    const creator = peers.indexOf(event.creator)
    if (creator === undefined || !peers.at(creator).member) {
      throw new ParsecError({ code: 'UnknownCreator', event: event.id, creator: event.creator.name })
    }
    const { cause } = event
    const selfParent = cause.kind === 'Initial' ? none : this.#parent(event, cause.selfParent)
    const otherParent = 'otherParent' in cause ? this.#parent(event, cause.otherParent) : none
    const malice = detection.refusals.of(event, creator, selfParent, otherParent)
    if (malice !== undefined) {
      detection.refused(event, creator, malice)
      throw new ParsecError({ code: 'MaliciousEvent', event: event.id, creator: event.creator.name, malice })
    }
    const recipient = cause.kind === 'Requesting' ? peers.indexOf(cause.recipient) : undefined
    const payload = this.#payloadOf(event, creator)
    if (!peers.at(creator).removed) peers.setState(creator, peers.at(creator).state.with('RECV'))
    events.add(event)
    const index = consensus.insert({ creator, cause: cause.kind, selfParent, otherParent, recipient, payload })
    const isFaulty = detection.added(index)
    const isStale = otherParent !== none && graph.hasLaterThan(selfParent, otherParent)
    if (isStale) report({ kind: 'StaleOtherParent', peer: event.creator, event: event.id })
    return { index, isFaulty }
  }

  #parent(event: Event<P>, hash: Uint8Array): number {
    const index = this.#context.events.indexOf(hash)
    if (index === undefined) throw new ParsecError({ code: 'UnknownParent', event: event.id, parent: toHex(hash) })
    return index
  }

  #payloadOf(event: Event<P>, creator: number): number | undefined {
    const hash = event.observationHash
    if (hash === undefined || event.cause.kind !== 'Observation') return undefined
    return this.#context.consensus.addPayload(event.cause.vote.observation, creator, hash)
  }
}
