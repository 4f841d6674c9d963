// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { assert, ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import type { PublicId } from '../base/public-id.ts'
import { causes } from '../wire/cause.ts'
import { invalidMessage, Message, openMessage } from '../wire/message.ts'
import type { OpenMessage, Receipt } from '../wire/message.ts'
import { sortedIds } from '../wire/observation.ts'
import { none } from '../graph/graph.ts'
import type { PeerState } from '../graph/peers.ts'
import type { PeerContext } from './context.ts'
import { Deliveries } from './deliveries.ts'
import { Farewells } from './farewells.ts'
import type { Intake } from './intake.ts'
import type { OwnEvents } from './own-events.ts'
import type { Received, Reception } from './reception.ts'

interface Asked {
  /** How many requests the peer has not answered. */
  readonly requests: number
  /** The last Requesting event. */
  readonly end: number
}

/**
 * Requests and responses (protocol.md section 3): with whom we exchange them, what we put into
 * them, and what we do with those that arrive.
 */
export class Gossip<P> {
  readonly #context: PeerContext<P>
  readonly #reception: Reception<P>
  readonly #intake: Intake<P>
  readonly #own: OwnEvents<P>
  readonly #farewells: Farewells<P>
  readonly #deliveries: Deliveries<P>
  /** What we have asked each peer that owes us an answer. */
  readonly #unanswered = new Map<number, Asked>()
  /** For each peer, how many of its requests have come since our last one. */
  readonly #handled = new Map<number, number>()

  constructor(context: PeerContext<P>, intake: Intake<P>, reception: Reception<P>, own: OwnEvents<P>) {
    this.#context = context
    this.#intake = intake
    this.#reception = reception
    this.#own = own
    this.#farewells = new Farewells(context, reception)
    this.#deliveries = new Deliveries(context)
  }

  /** What we may do. */
  get ourState(): PeerState {
    return this.#context.consensus.peers.at(this.#context.ourIndex).state
  }

  /** Throws `InvalidSelfState` unless the condition holds. */
  #requireOurs(required: string, holds: boolean): void {
    if (!holds) throw new ParsecError({ code: 'InvalidSelfState', required, actual: this.ourState.toString() })
  }

  /** See `Parsec.gossipRecipients`. */
  recipients(): PublicId[] {
    if (!this.#maySend) return []
    const recipients: PublicId[] = []
    for (const [peer, { id, state }] of [...this.#context.consensus.peers].entries()) {
      const isOpen = state.dkg && state.recv && this.#reception.distrust(peer) === undefined
      if (!isOpen || !this.#farewells.mayNeedUs(peer) || peer === this.#context.ourIndex) continue
      if (this.#mayAskAnew(peer) || this.#unanswered.has(peer)) recipients.push(id)
    }
    return sortedIds(recipients)
  }

  /** See `Parsec.createGossip`. */
  request(recipient: PublicId): Message<P> {
    this.#requireOwnLine()
    this.#requireOurs('SEND', this.#maySend)
    const peer = this.#requirePeer(recipient)
    const { id, state } = this.#context.consensus.peers.at(peer)
    if (peer === this.#context.ourIndex || !state.dkg || !state.recv) {
      throw new ParsecError({ code: 'InvalidPeerState', peer: id, required: 'DKG|RECV', actual: state.toString() })
    }
    this.#requireTrust(peer)
    this.#deliveries.tick()
    this.#handled.clear()
    const { requests, end } = this.#ask(peer)
    this.#unanswered.set(peer, { requests, end })
    if (requests > 3) this.#context.report({ kind: 'MissingResponse', peer: id, requests: requests - 1 })
    const message = this.#deliveries.begin(peer, 'request', end)
    assert(message !== undefined, 'a request that may be sent again')
    return message
  }

  /**
   * Makes a Requesting event for the peer. If we may make none, the last one that it has not answered
   * is sent again: so two peers that have made as much as they may still hear each other.
   */
  #ask(peer: number): Asked {
    const { id } = this.#context.consensus.peers.at(peer)
    const before = this.#unanswered.get(peer)
    const requests = (before?.requests ?? 0) + 1
    if (!this.#mayAskAnew(peer)) {
      if (before === undefined) throw new ParsecError({ code: 'TooFarAhead', creator: this.#ourId })
      return { requests, end: before.end }
    }
    this.#own.settleBefore('request')
    this.#own.sync({ kind: 'Requesting', recipient: id })
    return { requests, end: this.#own.latest }
  }

  #mayAskAnew(peer: number): boolean {
    return this.#own.hasRoomFor(this.#unanswered.has(peer) ? 'request' : 'firstRequest')
  }

  /**
   * Takes in a message. Throws what `Parsec.handleMessage` throws.
   *
   * @returns what to send back
   */
  handle(sender: PublicId, received: Message<P> | Uint8Array): Message<P> | undefined {
    const message = openMessage(received, this.#context.format)
    if (message.receipt !== undefined) return this.#proceed(sender, message.receipt)
    if (message.kind !== 'request') return this.#receive(sender, message)
    if (!message.hasMore) this.#countRequest(sender)
    // Its own request may make us decide its removal. A response could then hold events that come
    // after it.
    const farewell = this.#farewells.endFor(sender)
    if (farewell === undefined) return this.#receive(sender, message)
    return this.#deliveries.begin(this.#requirePeer(sender), 'farewell', farewell)
  }

  /**
   * Nobody can make us work much harder than we choose to; but there must be somebody to whom we
   * could send a request. Strangers share one allowance.
   */
  #countRequest(sender: PublicId): void {
    const peer = this.#context.consensus.peers.indexOf(sender) ?? none
    const count = (this.#handled.get(peer) ?? 0) + 1
    this.#handled.set(peer, count)
    if (count <= limits.requestsPerTick || this.recipients().length === 0) return
    throw new ParsecError({ code: 'TooManyRequests', peer: sender })
  }

  /** Sends a peer the next slice, after it has told what it has. */
  #proceed(sender: PublicId, receipt: Receipt): Message<P> | undefined {
    const peer = this.#requirePeer(sender)
    this.#requireTrust(peer)
    return this.#deliveries.proceed(peer, receipt)
  }

  /** Takes in a message, and records it if it is complete. Returns what to send back. */
  #receive(sender: PublicId, message: OpenMessage<P>): Message<P> | undefined {
    this.#requireOurs('RECV', this.ourState.recv || this.#isLeaving)
    const { kind } = message
    const isKnown = this.#checkSender(sender)
    if (!isKnown && kind !== 'request') throw new ParsecError({ code: 'UnknownPeer', peer: sender })
    if (!isKnown) checkLimit('bytes of a stranger', limits.strangerBytes, message.size)
    if (!this.#own.isSilent) this.#own.settleBefore('intake')
    const received = this.#reception.receive(message, sender)
    if (received.last === undefined) throw invalidMessage('no events')
    if (received.hasGap || message.hasMore || this.#own.isSilent) return this.#receipt(received.hasGap)
    const peer = this.#requirePeer(sender)
    const end = this.#endOf(received.last, peer)
    this.#deliveries.heardFrom(peer)
    if (kind === 'request') return this.#answer(peer, end, received)
    if (kind === 'farewell') {
      if (!this.#farewells.areWeRemoved) throw invalidMessage('a farewell, and we are not removed')
      this.#farewells.knows(peer)
    } else if (!this.#own.hasRecorded('Response', end)) this.#record(peer, 'Response', end, received)
    this.#unanswered.delete(peer)
    return undefined
  }

  #answer(peer: number, end: number, received: Received): Message<P> | undefined {
    const { consensus } = this.#context
    const { graph } = consensus
    const { id } = consensus.peers.at(peer)
    // A request that has come before: its answer may have been lost.
    const given = this.#own.answerTo(end)
    if (given === none) this.#record(peer, 'Request', end, received)
    else if (graph.descends(graph.latestOf(peer), given)) return undefined
    const farewell = this.#farewells.endFor(id)
    if (farewell !== undefined) return this.#deliveries.begin(peer, 'farewell', farewell)
    if (!this.#maySend || !this.#own.hasBegun) return this.#receipt(false)
    return this.#deliveries.begin(peer, 'response', given === none ? this.#own.latest : given)
  }

  /** The number of the last event of a message. Throws `InvalidMessage` if it is not by the sender. */
  #endOf(last: string, peer: number): number {
    const { consensus, events } = this.#context
    const end = events.indexOfId(last)
    if (end === undefined || consensus.graph.creator[end] !== peer) {
      throw invalidMessage('its last event is not by the sender')
    }
    if (this.#intake.isUnrecorded(end)) this.#requireTrust(peer)
    return end
  }

  /** Tells what we have. */
  #receipt(hasGap: boolean): Message<P> {
    const { consensus, events, ourIndex } = this.#context
    const { graph } = consensus
    const ours = graph.latestOf(ourIndex)
    const tips = graph.tips().filter((tip) => tip === ours || ours === none || !graph.descends(ours, tip))
    const latest = tips.sort((a, b) => b - a).slice(0, limits.receiptTips)
    return new Message<P>('receipt', [], false, { tips: latest.map((tip) => events.at(tip).hash), hasGap })
  }

  /** Begins to make no events of our own, and to answer with receipts alone. */
  listen(): void {
    this.#own.isSilent = true
  }

  /** Throws `UnknownOwnEvent` if others have events of ours that we do not have. */
  stopListening(): void {
    this.#requireOwnLine()
    this.#own.isSilent = false
  }

  #requireOwnLine(): void {
    const event = this.#reception.unknownOwnEvent
    if (event !== undefined) throw new ParsecError({ code: 'UnknownOwnEvent', event })
  }

  /** Throws `UnknownOwnEvent`, or `InvalidSelfState` if we are no voter or only listen. */
  requireVote(): void {
    this.#requireOwnLine()
    this.#requireOurs('VOTE', this.ourState.vote && !this.#own.isSilent)
  }

  get #ourId(): PublicId {
    return this.#context.consensus.peers.at(this.#context.ourIndex).id
  }

  /** May we send? We still may after our own removal, because others may need our events. */
  get #maySend(): boolean {
    return !this.#own.isSilent && this.#isSender
  }

  get #isSender(): boolean {
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

  /** Records in the graph that a request or response has come, and what it brought. */
  #record(peer: number, cause: 'Request' | 'Response', end: number, received: Received): void {
    const { graph } = this.#context.consensus
    this.#own.settleBefore('recording', end)
    const fault = this.#own.whyNotRecord(cause, end)
    if (fault !== undefined) throw invalidMessage(fault)
    if (cause === 'Response') {
      const answer = this.#context.detection.refusals.recordedBy(causes.Response, this.#context.ourIndex, end)
      this.#farewells.answered(peer, graph.otherParent[answer] as number)
    }
    this.#reportOn(peer, cause, end, received)
    this.#own.sync({ kind: cause, otherParent: this.#context.events.at(end).hash })
  }

  /** Reports gossip that came too early, and events that the sender knew we have. */
  #reportOn(peer: number, cause: 'Request' | 'Response', end: number, { known }: Received): void {
    const { consensus, ourIndex, report } = this.#context
    const { graph, peers } = consensus
    const { id } = peers.at(peer)
    if (cause === 'Request' && consensus.lacksAdmission(ourIndex, [end])) report({ kind: 'PrematureGossip', peer: id })
    const latest = graph.latestBy(end, ourIndex)
    if (latest === none) return
    const spam = known.filter((x) => graph.descends(latest, x))
    if (spam.length > 0) report({ kind: 'Spam', peer: id, events: spam.length })
  }
}
