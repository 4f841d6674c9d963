// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, Writer } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import { Event } from './event.ts'
import { completeFormat } from './format.ts'
import type { Format } from './format.ts'

const kinds = ['request', 'response', 'farewell'] as const

/**
 * A gossip message: events, parents before children. The last one of a request or a response says
 * what the message is (protocol.md section 3); a farewell answers a request by a peer that was
 * removed, and nobody records it (section 7).
 */
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
  static decode<P>(bytes: Uint8Array, format: Format<P>): Message<P> {
    const { codec, identities } = completeFormat(format)
    checkLimit('message bytes', limits.messageBytes, bytes.length)
    const reader = new Reader(bytes)
    const kind = kinds[reader.u32()]
    if (kind === undefined) throw reader.malformed('the kind of a message')
    const count = reader.length('message events', limits.messageEvents)
    const events: Event<P>[] = []
    for (let i = 0; i < count; i++) events.push(Event.decode(reader, { codec, identities }))
    reader.end()
    return new Message(kind, events)
  }

  /** Checks all signatures; throws `SignatureFailure`. */
  verify(): void {
    for (const event of this.events) event.verify()
  }
}

export function invalidMessage(reason: string): ParsecError {
  return new ParsecError({ code: 'InvalidMessage', reason })
}
