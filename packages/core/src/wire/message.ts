// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, Writer } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import { Event } from './event.ts'
import { completeFormat } from './format.ts'
import type { Format } from './format.ts'

const kinds = ['request', 'response', 'farewell'] as const

/**
 * A gossip message (protocol.md section 3). A `request` is answered by a `response`. A `farewell`
 * answers a request of a peer that was removed: it brings what that peer needs to learn of its
 * removal (section 7).
 *
 * @example
 * const request = peer.createGossip(recipient)
 * send(recipient, request.toBytes())
 */
export class Message<P> {
  readonly kind: (typeof kinds)[number]
  /** Parents come before children. */
  readonly events: readonly Event<P>[]

  constructor(kind: (typeof kinds)[number], events: readonly Event<P>[]) {
    this.kind = kind
    this.events = events
  }

  /** The canonical encoding, to be sent: the kind (u32), the number of events (u64), the events. */
  toBytes(): Uint8Array {
    const writer = new Writer().u32(kinds.indexOf(this.kind)).length(this.events.length)
    for (const event of this.events) writer.fixed(event.bytes)
    return writer.finish()
  }

  /**
   * Decodes a message from bytes that cannot be trusted, in time that is linear in their number. It
   * does not verify the signatures.
   *
   * @param bytes - at most `limits.messageBytes`; not kept
   * @param format - the network's codec and identities
   * @throws ParsecError `MalformedEncoding`, `LimitExceeded`, `MalformedPayload` or
   *   `InvalidPublicId`
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

  /**
   * Checks the signatures of all events. You need not call it: a peer verifies what it takes in. If
   * you did, the peer does not spend the time again.
   *
   * @throws ParsecError `SignatureFailure`
   */
  verify(): void {
    for (const event of this.events) event.verify()
  }
}

export function invalidMessage(reason: string): ParsecError {
  return new ParsecError({ code: 'InvalidMessage', reason })
}
