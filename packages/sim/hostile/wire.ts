// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/*
 * How an attacker talks to a peer. What depends on the form of messages is here and nowhere else.
 */

import { Message, limits } from '@parsec-bft/core'
import type { Event, Parsec, PublicId } from '@parsec-bft/core'

/** How large a message and its encoding may become without the events, and with the length of each. */
const overhead = { message: 16, event: 4 }

/** The largest message that is taken from a stranger. */
export const mostStrangerBytes: number = limits.strangerBytes

/** One message with these events, parents before children. */
export function messageOf(kind: 'request' | 'response', events: readonly Event<string>[]): Uint8Array {
  return new Message(kind, events).toBytes()
}

/** Messages with these events, parents before children, each as large as a peer may take it. */
export function messagesOf(kind: 'request' | 'response', events: readonly Event<string>[]): Uint8Array[] {
  const slices: Event<string>[][] = []
  let bytes = Infinity
  for (const event of events) {
    const size = overhead.event + event.bytes.length
    const last = slices.at(-1)
    if (last === undefined || bytes + size > limits.messageBytes || last.length === limits.messageEvents) {
      slices.push([event])
      bytes = overhead.message + size
    } else {
      last.push(event)
      bytes += size
    }
  }
  return slices.map((slice, i) => new Message(kind, slice, i < slices.length - 1).toBytes())
}

/** The events of a message. */
export function eventsOf(bytes: Uint8Array, reader: Parsec<string>): readonly Event<string>[] {
  return reader.decodeMessage(bytes).events
}

/**
 * Hands a message to a peer. As bytes it is decoded and verified; an object is taken as it is, which
 * is faster. Throws what the peer throws.
 *
 * @returns what it sends back, if anything
 */
export function deliver(
  to: Parsec<string>,
  from: PublicId,
  message: Message<string> | Uint8Array,
): Message<string> | undefined {
  return to.handleMessage(from, message)
}
