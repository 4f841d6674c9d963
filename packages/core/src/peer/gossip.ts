// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '../base/errors.ts'
import type { PublicId } from '../base/public-id.ts'
import { causes } from '../wire/cause.ts'
import type { Event } from '../wire/event.ts'
import { invalidMessage, Message } from '../wire/message.ts'
import { sortedIds } from '../wire/observation.ts'
import { none } from '../graph/graph.ts'
import type { PeerState } from '../graph/peers.ts'
import type { PeerContext } from './context.ts'
import type { Farewells } from './farewells.ts'
import { lackedBy, messageOf } from './lacking.ts'
import type { OwnEvents } from './own-events.ts'
import type { Reception } from './reception.ts'

/**
 * Requests and responses (protocol.md section 3): with whom we exchange them, what we put into
 * them, and what we do with those that arrive.
 */
export class Gossip<P> {
  readonly #context: PeerContext<P>
  readonly #reception: Reception<P>
  readonly #own: OwnEvents<P>
  readonly #farewells: Farewells<P>
  /** For each peer, how many requests we have sent it since its last answer. */
  readonly #unanswered = new Map<number, number>()

  constructor(context: PeerContext<P>, reception: Reception<P>, own: OwnEvents<P>, farewells: Farewells<P>) {
    this.#context = context
    this.#reception = reception
    this.#own = own
    this.#farewells = farewells
  }

  /** What we may do. */
  get ourState(): PeerState {
    return this.#context.consensus.peers.at(this.#context.ourIndex).state
  }

  /** Throws `InvalidSelfState` unless the condition holds. */
  requireOurs(required: string, holds: boolean): void {
    if (!holds) throw new ParsecError({ code: 'InvalidSelfState', required, actual: this.ourState.toString() })
  }

  /** See `Parsec.gossipRecipients`. */
  recipients(): PublicId[] {
    if (!this.#maySend) return []
    const recipients: PublicId[] = []
    for (const [peer, { id, state }] of [...this.#context.consensus.peers].entries()) {
      const isOpen = state.dkg && state.recv && this.#reception.distrust(peer) === undefined
      if (isOpen && this.#farewells.mayNeedUs(peer) && peer !== this.#context.ourIndex) recipients.push(id)
    }
    return sortedIds(recipients)
  }

  /** See `Parsec.createGossip`. */
  request(recipient: PublicId): Message<P> {
    this.requireOurs('SEND', this.#maySend)
    const peer = this.#requirePeer(recipient)
    const { id, state } = this.#context.consensus.peers.at(peer)
    if (peer === this.#context.ourIndex || !state.dkg || !state.recv) {
      throw new ParsecError({ code: 'InvalidPeerState', peer: id, required: 'DKG|RECV', actual: state.toString() })
    }
    this.#requireTrust(peer)
    this.#own.settleBefore('request')
    this.#own.sync({ kind: 'Requesting', recipient: id })
    const requests = (this.#unanswered.get(peer) ?? 0) + 1
    this.#unanswered.set(peer, requests)
    if (requests > 3) this.#context.report({ kind: 'MissingResponse', peer: id, requests: requests - 1 })
    return this.#messageTo(peer, 'request')
  }

  /**
   * Takes in a message. Throws what `Parsec.handleMessage` throws.
   *
   * @returns what to send back
   */
  handle(sender: PublicId, received: Message<P> | Uint8Array): Message<P> | undefined {
    const message = received instanceof Uint8Array ? Message.decode(received, this.#context.format) : received
    if (!(message instanceof Message)) throw invalidMessage('neither bytes nor a Message')
    if (message.kind !== 'request') {
      this.#receive(sender, message)
      return undefined
    }
    const farewell = this.#farewells.messageTo(sender)
    if (farewell !== undefined) return farewell
    const peer = this.#receive(sender, message)
    // Its own request may have made us decide its removal. A response could then hold events that
    // come after it.
    return this.#farewells.messageTo(sender) ?? (this.#maySend ? this.#messageTo(peer, 'response') : undefined)
  }

  /** Takes in a message and records it. Returns the sender's index. */
  #receive(sender: PublicId, message: Message<P>): number {
    this.requireOurs('RECV', this.ourState.recv || this.#isLeaving)
    const isRequest = message.kind === 'request'
    const isKnown = this.#checkSender(sender)
    if (!isKnown && !isRequest) throw new ParsecError({ code: 'UnknownPeer', peer: sender })
    const last = message.events.at(-1)
    if (last === undefined) throw invalidMessage('no events')
    // Whether it is a member shows when its events come in; so at least the last event must be by
    // the sender.
    if (!isKnown && !last.creator.equals(sender)) throw new ParsecError({ code: 'UnknownPeer', peer: sender })
    this.#own.settleBefore('intake')
    this.#reception.receive(message.events, sender)
    const peer = this.#requirePeer(sender)
    if (message.kind === 'farewell') {
      if (!this.#farewells.areWeRemoved) throw invalidMessage('a farewell, and we are not removed')
      this.#farewells.knows(peer)
    } else this.#record(peer, message, last)
    if (!isRequest) this.#unanswered.delete(peer)
    return peer
  }

  /** May we send? We still may after our own removal, because others may need our events. */
  get #maySend(): boolean {
    return this.ourState.send || this.#isLeaving
  }

  /** Were we a member, and are we removed? */
  get #isLeaving(): boolean {
    return this.#farewells.areWeRemoved && this.#own.hasBegun
  }

  /** Throws `DistrustedPeer` if we distrust the peer. */
  #requireTrust(peer: number): void {
    const malice = this.#reception.distrust(peer)
    const { id } = this.#context.consensus.peers.at(peer)
    if (malice !== undefined) throw new ParsecError({ code: 'DistrustedPeer', peer: id, malice })
  }

  /**
   * Do we know that this peer may send? If not, it may have become a member without our knowing;
   * then its message will show it.
   *
   * Throws `InvalidPeerState` if it was removed, and `DistrustedPeer`.
   */
  #checkSender(id: PublicId): boolean {
    const peer = this.#context.consensus.peers.indexOf(id)
    if (peer === undefined) return false
    const { state, removed } = this.#context.consensus.peers.at(peer)
    if (removed) {
      throw new ParsecError({ code: 'InvalidPeerState', peer: id, required: 'SEND', actual: state.toString() })
    }
    this.#requireTrust(peer)
    return state.send
  }

  #requirePeer(id: PublicId): number {
    const peer = this.#context.consensus.peers.indexOf(id)
    if (peer === undefined) throw new ParsecError({ code: 'UnknownPeer', peer: id })
    return peer
  }

  /** Makes a message with all events that the peer lacks as far as we know. */
  #messageTo(peer: number, kind: 'request' | 'response'): Message<P> {
    return messageOf(kind, lackedBy(peer, this.#context), this.#context)
  }

  /** Records in the graph that a request or response has come, and what it brought. */
  #record(peer: number, message: Message<P>, last: Event<P>): void {
    const { graph } = this.#context.consensus
    const end = this.#context.events.indexOfId(last.id)
    // If it is not in the graph, it is on a branch of a forker that nobody has recorded.
    if (end === undefined) this.#requireTrust(peer)
    if (end === undefined || graph.creator[end] !== peer) throw invalidMessage('its last event is not by the sender')
    const cause = message.kind === 'request' ? 'Request' : 'Response'
    this.#own.settleBefore('recording', end)
    const fault = this.#own.whyNotRecord(cause, end)
    if (fault !== undefined) throw invalidMessage(fault)
    if (cause === 'Response') {
      const answer = this.#context.detection.refusals.recordedBy(causes.Response, this.#context.ourIndex, end)
      this.#farewells.answered(peer, graph.otherParent[answer] as number)
    }
    this.#reportOn(peer, message, end)
    this.#own.sync({ kind: cause, otherParent: last.hash })
  }

  /** Reports gossip that came too early, and events that the sender knew we have. */
  #reportOn(peer: number, message: Message<P>, end: number): void {
    const { graph, peers } = this.#context.consensus
    const { id } = peers.at(peer)
    const isEarly = message.kind === 'request' && this.#context.consensus.lacksAdmission(this.#context.ourIndex, [end])
    if (isEarly) this.#context.report({ kind: 'PrematureGossip', peer: id })
    const known = graph.latestBy(end, this.#context.ourIndex)
    if (known === none) return
    const spam = message.events.filter((event) =>
      graph.descends(known, this.#context.events.indexOfId(event.id) ?? none),
    )
    if (spam.length > 0) this.#context.report({ kind: 'Spam', peer: id, events: spam.length })
  }
}
