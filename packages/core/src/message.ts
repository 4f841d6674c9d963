// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, Writer } from './encoding.ts'
import { ParsecError } from './errors.ts'
import { Event } from './event.ts'
import type { EventFormat } from './event.ts'
import { causes, isSync, none } from './graph.ts'
import type { GossipGraph } from './graph.ts'
import { limits } from './limits.ts'

const kinds = ['request', 'response'] as const

/** A gossip message: events, parents before children, of which the last one says what the message is (protocol.md section 3). */
export class Message<P> {
  readonly kind: (typeof kinds)[number]
  readonly events: readonly Event<P>[]

  constructor(kind: (typeof kinds)[number], events: readonly Event<P>[]) {
    this.kind = kind
    this.events = events
  }

  /** Canonical encoding: u32 kind, u64 number of events, the events. */
  toBytes(): Uint8Array {
    const writer = new Writer().u32(kinds.indexOf(this.kind)).length(this.events.length)
    for (const event of this.events) writer.fixed(event.bytes)
    return writer.finish()
  }

  /**
   * Reads a message from bytes that nobody vouches for: linear in their number. Nothing is verified yet.
   *
   * Throws `MalformedEncoding`, `LimitExceeded`, `MalformedPayload` or `InvalidPublicId`.
   */
  static decode<P>(bytes: Uint8Array, format: EventFormat<P>): Message<P> {
    if (bytes.length > limits.messageBytes) {
      throw new ParsecError({
        code: 'LimitExceeded',
        what: 'message bytes',
        limit: limits.messageBytes,
        actual: bytes.length,
      })
    }
    const reader = new Reader(bytes)
    const kind = kinds[reader.u32()]
    if (kind === undefined) throw reader.malformed('the kind of a message')
    const count = reader.length('message events', limits.messageEvents)
    const events: Event<P>[] = []
    for (let i = 0; i < count; i++) events.push(Event.decode(reader, format))
    reader.end()
    return new Message(kind, events)
  }

  /** Checks all signatures; throws `SignatureFailure`. */
  verify(): void {
    for (const event of this.events) event.verify()
  }
}

/**
 * The sync event of the sender that our Request or Response event will record when a message ends with event `end`: for a request, a Requesting event
 * addressed to us; for a response, a Request event that answers us, itself or followed by events that are not sync events. With any other
 * other-parent our own event would be invalid (section 8).
 *
 * Throws `InvalidMessage`.
 */
export function recordedSyncEvent(
  graph: GossipGraph,
  kind: Message<unknown>['kind'],
  end: number,
  sender: number,
  us: number,
): number {
  if (graph.creator[end] !== sender) throw invalidMessage('its last event is not by the sender')
  if (kind === 'request') {
    if (graph.cause[end] === causes.Requesting && graph.recipient[end] === us) return end
    throw invalidMessage('its last event is not a Requesting event addressed to us')
  }
  const index = isSync(graph.cause[end] as number) ? end : (graph.syncSelfAncestor[end] as number)
  const answered = graph.cause[index] === causes.Request ? (graph.otherParent[index] as number) : none
  if (graph.creator[answered] === us) return index
  throw invalidMessage('its last sync event does not answer a request of ours')
}

export function invalidMessage(reason: string): ParsecError {
  return new ParsecError({ code: 'InvalidMessage', reason })
}
