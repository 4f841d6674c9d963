// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { copyOf, Reader, Writer } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import { hashLength } from './cause.ts'
import { Event } from './event.ts'
import { completeFormat } from './format.ts'
import type { Format } from './format.ts'

const kinds = ['request', 'response', 'farewell', 'receipt'] as const

/** The kinds of messages; see {@link Message}. */
export type MessageKind = (typeof kinds)[number]

/** What a peer has, as it says itself (protocol.md section 3). */
export interface Receipt {
  /** The hashes of events: it has them and their ancestors. */
  readonly tips: readonly Uint8Array[]
  /** Was a parent unknown to it? Then it has no more than this, whatever else is known of it. */
  readonly hasGap: boolean
}

/**
 * A gossip message (protocol.md section 3). A `request` is answered by a `response`. A `farewell`
 * answers a request of a peer that was removed: it brings what that peer needs to learn of its
 * removal (section 7). Whatever is too long for one message comes in *slices*, messages of the same
 * kind; each but the last is answered by a `receipt`, which brings no events but asks for the next
 * slice.
 *
 * @example
 * const request = peer.createGossip(recipient)
 * send(recipient, request.toBytes())
 */
export class Message<P> {
  readonly kind: MessageKind
  /** Parents come before children. */
  readonly events: readonly Event<P>[]
  /** Does a further slice follow? */
  readonly hasMore: boolean
  /** What a receipt says; undefined for the other kinds. */
  readonly receipt: Receipt | undefined

  /**
   * Does it leave out events of earlier messages, though its sender does not know whether those have
   * arrived?
   */
  readonly follows: boolean

  constructor(kind: MessageKind, events: readonly Event<P>[], hasMore = false, receipt?: Receipt, follows = false) {
    this.kind = kind
    this.events = events
    this.hasMore = hasMore
    this.receipt = receipt
    this.follows = follows
  }

  /**
   * The canonical encoding, to be sent: the kind (u32); the sum of 1 if a further slice comes and 2
   * if it follows earlier messages (u32); the number of events (u64), and the events, each after its
   * length (u32). Of a receipt: the kind and whether it has a gap (u32 each), the number of tips
   * (u64) and their hashes.
   */
  toBytes(): Uint8Array {
    const writer = new Writer().u32(kinds.indexOf(this.kind))
    if (this.receipt !== undefined) {
      writer.u32(Number(this.receipt.hasGap)).length(this.receipt.tips.length)
      for (const tip of this.receipt.tips) writer.fixed(tip)
      return writer.finish()
    }
    writer.u32(Number(this.hasMore) + 2 * Number(this.follows)).length(this.events.length)
    for (const { bytes } of this.events) writer.u32(bytes.length).fixed(bytes)
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
    const { kind, events, hasMore, receipt, follows } = openMessage(bytes, format)
    const decoded = Array.from(events, (event) => event.decode())
    return new Message(kind, decoded, hasMore, receipt, follows)
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

/** An event that has come in and is not looked at yet. */
export interface UnreadEvent<P> {
  /** Its hash in hexadecimal. */
  readonly id: string
  /** Throws `MalformedEncoding`, `LimitExceeded`, `MalformedPayload` or `InvalidPublicId`. */
  decode(): Event<P>
}

/** A message of which only the head is read. */
export interface OpenMessage<P> extends Pick<Message<P>, 'kind' | 'hasMore' | 'receipt' | 'follows'> {
  /** Its size on the wire, in bytes. */
  readonly size: number
  /** Reads on with each event that is asked for; can be gone through once. */
  readonly events: Iterable<UnreadEvent<P>>
}

/** Bytes before the events of a message: two u32 and a u64. */
const headLength = 16

/**
 * Reads the head of a message, and its events one by one as they are asked for, so that whoever
 * finds one that is wrong need not read on.
 *
 * @param received - bytes, at most `limits.messageBytes`; or a message
 * @throws ParsecError `MalformedEncoding` or `LimitExceeded`; later, as {@link UnreadEvent.decode}
 */
export function openMessage<P>(received: Uint8Array | Message<P>, format: Format<P>): OpenMessage<P> {
  if (received instanceof Uint8Array) return openBytes(received, format)
  if (!(received instanceof Message)) throw invalidMessage('neither bytes nor a Message')
  const { kind, hasMore, receipt, follows, events } = received
  if ((kind === 'receipt') !== (receipt !== undefined)) throw invalidMessage('a receipt that says nothing')
  const size = events.reduce((sum, { bytes }) => sum + 4 + bytes.length, headLength)
  return {
    kind,
    hasMore,
    receipt,
    follows,
    size,
    events: events.map((event) => ({ id: event.id, decode: () => event })),
  }
}

function openBytes<P>(bytes: Uint8Array, format: Format<P>): OpenMessage<P> {
  checkLimit('message bytes', limits.messageBytes, bytes.length)
  const reader = new Reader(bytes)
  const kind = kinds[reader.u32()]
  if (kind === undefined) throw reader.malformed('the kind of a message')
  const flag = reader.u32()
  const most = kind === 'receipt' ? 1 : 3
  if (flag > most) throw reader.malformed(`a number up to ${String(most)}`)
  const size = bytes.length
  if (kind === 'receipt') {
    const receipt = { tips: readTips(reader), hasGap: flag === 1 }
    return { kind, hasMore: false, receipt, follows: false, size, events: [] }
  }
  const [hasMore, follows] = [(flag & 1) !== 0, (flag & 2) !== 0]
  return { kind, hasMore, receipt: undefined, follows, size, events: readEvents(reader, format) }
}

function readTips(reader: Reader): Uint8Array[] {
  const count = reader.length('tips of a receipt', limits.receiptTips)
  const tips: Uint8Array[] = []
  for (let i = 0; i < count; i++) tips.push(copyOf(reader.fixed(hashLength, 'the hash of an event')))
  reader.end()
  return tips
}

function* readEvents<P>(reader: Reader, format: Format<P>): Generator<UnreadEvent<P>, void, undefined> {
  const { codec, identities } = completeFormat(format)
  const count = reader.length('message events', limits.messageEvents)
  for (let i = 0; i < count; i++) {
    const length = reader.u32()
    checkLimit('event bytes', limits.eventBytes, length)
    const bytes = reader.fixed(length, 'an event')
    const decode = (): Event<P> => {
      const inner = new Reader(bytes)
      const event = Event.decode(inner, { codec, identities })
      inner.end()
      return event
    }
    yield { id: Event.idOf(bytes, identities), decode }
  }
  reader.end()
}

export function invalidMessage(reason: string): ParsecError {
  return new ParsecError({ code: 'InvalidMessage', reason })
}
