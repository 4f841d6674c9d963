// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { limits } from '../base/limits.ts'
import type { Event } from '../wire/event.ts'
import { Message } from '../wire/message.ts'
import type { MessageKind, Receipt } from '../wire/message.ts'
import { none } from '../graph/graph.ts'
import type { PeerContext } from './context.ts'

/** What we know of one peer, and have sent it. */
interface Delivery {
  /** The kind of the messages that it is sent at present, and the event that the last slice ends with. */
  kind: Exclude<MessageKind, 'receipt'>
  end: number
  /** The tips of its last receipt, as far as we know them. */
  reported: number[]
  /** Does it have no more than it reported? */
  hasGap: boolean
  /**
   * Per lane, the latest event that was sent and not taken for lost. We count on its arrival, though
   * nothing shows it yet.
   */
  pending: number[]
  /** Per lane, the latest event that was ever sent. */
  sent: number[]
  /** The tick in which something was sent for the second time. */
  repeatedAt: number
}

/**
 * Makes the messages for other peers (protocol.md section 3): each brings what the peer lacks of the
 * ancestors of one event of ours, in slices of bounded size.
 *
 * We know what a peer has from its latest event and from its receipts. Everything else may be on its
 * way or lost. So it is sent again, but of all that was sent before only one slice per *tick*, the
 * time from one request of ours to the next. So whoever asks again and again, and says that it has
 * nothing, gets little.
 */
export class Deliveries<P> {
  readonly #context: PeerContext<P>
  readonly #deliveries = new Map<number, Delivery>()
  #ticks = 0

  constructor(context: PeerContext<P>) {
    this.#context = context
  }

  /** Takes note that a request of ours is about to be made. */
  tick(): void {
    this.#ticks++
  }

  /** Takes note that a message of the peer shows what it has: it has begun no second life. */
  heardFrom(peer: number): void {
    const delivery = this.#deliveries.get(peer)
    if (delivery !== undefined) delivery.hasGap = false
  }

  /**
   * The first slice of a new message.
   *
   * @param end - the event of ours that its last slice ends with
   * @returns undefined if there is nothing that may be sent now
   */
  begin(peer: number, kind: Delivery['kind'], end: number): Message<P> | undefined {
    const delivery = this.#of(peer)
    delivery.kind = kind
    delivery.end = end
    const mayRepeat = this.#mayRepeat(delivery)
    if (mayRepeat) delivery.pending = []
    const slice = this.#slice(peer, delivery)
    if (slice !== undefined || !mayRepeat) return slice
    // It lacks nothing, but no message is empty.
    delivery.repeatedAt = this.#ticks
    return new Message(kind, [this.#context.events.at(end)])
  }

  /**
   * The next slice for a peer that has sent a receipt.
   *
   * @returns undefined if it lacks nothing, or nothing that may be sent now
   */
  proceed(peer: number, { tips, hasGap }: Receipt): Message<P> | undefined {
    const delivery = this.#deliveries.get(peer)
    if (delivery === undefined) return undefined
    const { events } = this.#context
    delivery.reported = tips.map((tip) => events.indexOf(tip)).filter((tip) => tip !== undefined)
    delivery.hasGap = hasGap
    if (hasGap) {
      if (!this.#mayRepeat(delivery)) return undefined
      delivery.pending = []
    }
    return delivery.end === none ? undefined : this.#slice(peer, delivery)
  }

  #of(peer: number): Delivery {
    const known = this.#deliveries.get(peer)
    if (known !== undefined) return known
    const delivery: Delivery = {
      kind: 'request',
      end: none,
      reported: [],
      hasGap: false,
      pending: [],
      sent: [],
      repeatedAt: -1,
    }
    this.#deliveries.set(peer, delivery)
    return delivery
  }

  #mayRepeat({ repeatedAt }: Delivery): boolean {
    return repeatedAt !== this.#ticks
  }

  #slice(peer: number, delivery: Delivery): Message<P> | undefined {
    const { consensus, events } = this.#context
    const { graph } = consensus
    const { kind, end, pending, sent } = delivery
    const mayRepeat = this.#mayRepeat(delivery)
    const most = this.#mostBytesTo(peer)
    const has = this.#shownBy(peer, delivery)
    const follows = pending.some((x, lane) => x > has(lane))
    const covered = pending.slice()
    const slice: Event<P>[] = []
    let bytes = 0
    let hasMore = false
    for (const x of graph.ancestorsNotCovered(end, (lane) => Math.max(has(lane), covered[lane] ?? none))) {
      const lane = graph.lane[x] as number
      const isRepeated = x <= (sent[lane] ?? none)
      const event = events.at(x)
      bytes += event.bytes.length
      const isFull = slice.length > 0 && (bytes > most || slice.length === limits.sliceEvents)
      if (isFull || (isRepeated && !mayRepeat)) {
        hasMore = true
        break
      }
      slice.push(event)
      pending[lane] = x
      if (isRepeated) delivery.repeatedAt = this.#ticks
      else sent[lane] = x
    }
    if (slice.length === 0) return undefined
    // The end may have been sent before, with a message that ended later.
    if (!hasMore && slice.at(-1) !== events.at(end)) slice.push(events.at(end))
    return new Message(kind, slice, hasMore, undefined, follows)
  }

  /** A peer that does not know that we are a member takes only little from us. */
  #mostBytesTo(peer: number): number {
    const { consensus, ourIndex } = this.#context
    const isStranger = consensus.lacksAdmission(ourIndex, [consensus.graph.latestOf(peer)])
    return isStranger ? limits.strangerBytes / 2 : limits.sliceBytes
  }

  /** Per lane, the latest event that the peer has, as it has shown. */
  #shownBy(peer: number, { reported, hasGap }: Delivery): (lane: number) => number {
    const { graph } = this.#context.consensus
    const latest = hasGap ? none : graph.latestOf(peer)
    const tips = latest === none ? reported : [latest, ...reported]
    return (lane) => {
      let covered: number = none
      for (const tip of tips) covered = Math.max(covered, graph.latestOn(tip, lane))
      return covered
    }
  }
}
