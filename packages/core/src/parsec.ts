// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from './base/errors.ts'
import { limits } from './base/limits.ts'
import type { PublicId, RandomBytes } from './base/public-id.ts'
import type { SecretId } from './crypto/identity.ts'
import { randomBytes } from './crypto/random.ts'
import type { Block } from './wire/block.ts'
import type { ConsensusMode } from './wire/format.ts'
import { Message } from './wire/message.ts'
import { genesis, observationText, sortedIds } from './wire/observation.ts'
import type { Accusation, Genesis, Observation, Proposal } from './wire/observation.ts'
import { PeerState } from './graph/peers.ts'
import type { DecisionView, Inspection } from './consensus/views.ts'
import { makePeer } from './peer/make-peer.ts'
import type { Peer } from './peer/make-peer.ts'
import type { Report } from './peer/report.ts'
import { statusOf } from './peer/status.ts'
import type { PeerStatus } from './peer/status.ts'
import { Evidence } from './evidence.ts'
import { checkKind, idsOf, rulesOf } from './network-options.ts'
import type { NetworkOptions, NetworkRules } from './network-options.ts'

/** What makes a peer: the same for all peers of a network, but for the last three. */
export interface ParsecOptions<P> extends NetworkOptions<P> {
  /** Secret random bytes, for key generations; default the machine's. */
  readonly random?: RandomBytes
  /**
   * Called at each decision, while the election that fell is still to be inspected: for pictures.
   * It must not call the peer's methods. If it throws, the peer finishes what it is doing; then the
   * call that brought the decision throws the error.
   */
  readonly onDecision?: (decision: DecisionView, inspection: Inspection) => void
  /**
   * Told of what looks like malice and cannot be proven: spam, silence. It must not call the peer's
   * methods. If it throws, it is as with `onDecision`.
   */
  readonly onReport?: (report: Report) => void
}

/** What a founding member is made from. */
export interface FounderOptions<P> extends ParsecOptions<P> {
  /** All founding members, we among them; the same for every founder. */
  readonly founders: Iterable<PublicId>
}

/** What a joining peer is made from. */
export interface JoinerOptions<P> extends ParsecOptions<P> {
  /** The founding members: everybody's history begins with them. */
  readonly founders: Iterable<PublicId>
  /** The present members, as far as you know them: who may contact us first. */
  readonly present: Iterable<PublicId>
}

/**
 * One peer of a network that agrees on an order of blocks. It is a state machine: it has no clock,
 * no network and no storage of its own; you call it, and send what it gives you.
 *
 * - Vote for what you want ordered: {@link Parsec.voteFor}.
 * - Now and then, pick one of {@link Parsec.gossipRecipients} and send it {@link Parsec.createGossip}.
 * - Hand over what arrives: {@link Parsec.handleMessage}, whose result you send back.
 * - After each of these, take the new {@link Parsec.blocks}.
 *
 * Whatever is wrong throws a {@link ParsecError}; the peer stays usable, and what a message brought
 * before its fault is kept.
 *
 * @typeParam P - the application's payload
 */
export class Parsec<P> {
  /** How many votes a payload needs in this network. */
  readonly mode: ConsensusMode
  /** Who we are to the others. */
  readonly ourPublicId: PublicId
  readonly #peer: Peer<P>

  private constructor(us: SecretId, rules: NetworkRules<P>, options: ParsecOptions<P>) {
    const { random = randomBytes, onDecision, onReport } = options
    this.ourPublicId = us.publicId
    this.mode = rules.mode
    this.#peer = makePeer({ ...rules, us, random, onDecision, onReport })
  }

  /**
   * Makes a founding member (protocol.md section 3). All founders are given the same options.
   *
   * @param us - our key pair; must be one of the founders'
   * @param options - the founders and the network's rules; at least `founders` and `codec`
   * @throws {@link ParsecError} `InvalidGroup` if we are not among the founders or they are more
   *   than `limits.groupSize`, `InvalidOptions` for an option that is missing or unknown
   * @example
   * const peer = Parsec.fromGenesis(us, { founders: [us.publicId, bob, carol], codec: stringCodec })
   */
  static fromGenesis<P>(us: SecretId, options: FounderOptions<P>): Parsec<P> {
    const rules = rulesOf(options)
    const members = idsOf('founders', options.founders, rules.identities)
    checkKind('us', us.publicId, rules.identities)
    if (members.length > limits.groupSize) throw invalidGroup(`at most ${String(limits.groupSize)} founders`)
    if (!contains(members, us.publicId)) throw invalidGroup('we are not among the founders')
    const parsec = new Parsec(us, rules, options)
    parsec.#found(members, PeerState.ACTIVE)
    parsec.#peer.consensus.peers.setState(parsec.#peer.ourIndex, PeerState.ACTIVE)
    parsec.#peer.callbacks.during(() => {
      parsec.#peer.own.initial()
      parsec.#peer.own.vote(genesis(members))
      parsec.#proceedAlone()
    })
    return parsec
  }

  /**
   * Makes a peer that joins (section 3). It only listens until it has replayed the network's whole
   * history and has seen the others decide to {@link add} it; then it is a voter.
   *
   * @param us - our key pair; not a founder's nor a present member's
   * @param options - founders, present members and the network's rules
   * @throws {@link ParsecError} `InvalidGroup` if we are in one of the sets or one is empty,
   *   `InvalidOptions` for an option that is missing or unknown
   * @example
   * const peer = Parsec.fromExisting(us, { founders: [alice, bob], present: [bob, carol], codec: stringCodec })
   */
  static fromExisting<P>(us: SecretId, options: JoinerOptions<P>): Parsec<P> {
    const rules = rulesOf(options)
    const founders = idsOf('founders', options.founders, rules.identities)
    const present = idsOf('present', options.present, rules.identities)
    checkKind('us', us.publicId, rules.identities)
    if (founders.length === 0 || present.length === 0) throw invalidGroup('neither set may be empty')
    if (founders.length > limits.groupSize) throw invalidGroup(`at most ${String(limits.groupSize)} founders`)
    if (contains(founders, us.publicId) || contains(present, us.publicId)) {
      throw invalidGroup('we are among the founders or the present members')
    }
    const parsec = new Parsec(us, rules, options)
    parsec.#peer.consensus.peers.setState(parsec.#peer.ourIndex, new PeerState(['RECV']))
    parsec.#found(founders, new PeerState(['VOTE', 'SEND']))
    for (const id of present) parsec.#peer.consensus.addPeer(id, new PeerState(['SEND']))
    return parsec
  }

  /** The current voters, in ascending order, as far as we have decided. */
  voters(): PublicId[] {
    const { peers, election } = this.#peer.consensus
    return sortedIds(election.voters.map((peer) => peers.at(peer).id))
  }

  /** What we are to the network, in one word: joining, voter, leaving … */
  get status(): PeerStatus {
    return statusOf(this.#peer)
  }

  /**
   * Are we a voter whose votes can still count, and may we make one now? Not once the others distrust
   * us ({@link Parsec.status}), though {@link Parsec.voteFor} still works then; and not while the
   * others have yet to take in much of what we voted for before.
   */
  canVote(): boolean {
    return this.status === 'voter' && this.#peer.own.hasRoomFor('vote')
  }

  /**
   * Votes for something (section 3). Ask {@link Parsec.canVote} before. It is decided once enough
   * voters have voted for the same: a supermajority, or one, for a payload in single mode. Nothing of
   * what you give is kept: the vote is for what the others read, so a payload is as the codec decodes
   * it.
   *
   * @param proposal - made by {@link opaque}, {@link add}, {@link remove}, {@link startDkg} or {@link unprovable}
   * @throws {@link ParsecError} `InvalidSelfState` if we are no voter; `DuplicateVote` if we voted
   *   for the same before; `InvalidObservation` for what only the library votes for;
   *   `InvalidPeerState` for an Add of a voter or of a removed peer, which would add nobody;
   *   `LimitExceeded` if it is too large; `MalformedPayload`, `MalformedEncoding` or
   *   `InvalidPublicId` if the other peers could not read it: the codec refuses the payload or does
   *   not give it back, or an id is of another kind than the network's; `TooFarAhead` if the others
   *   must first take in what we made before; `UnknownOwnEvent`
   * @example
   * if (peer.canVote()) peer.voteFor(opaque('tea'))
   */
  voteFor(proposal: Proposal<P>): void {
    const { kind }: Observation<P> = proposal
    if (!isProposal(proposal)) {
      throw new ParsecError({ code: 'InvalidObservation', kind, reason: 'only the library votes for it' })
    }
    this.#peer.gossip.requireVote()
    const observation = this.#peer.own.asOthersReadIt(proposal)
    if (this.haveVotedFor(observation)) {
      throw new ParsecError({ code: 'DuplicateVote', observation: observationText(observation, this.#peer.format) })
    }
    const grounds = proposal.kind === 'Accusation' ? this.#peer.own.asOthersReadGrounds(proposal) : undefined
    if (observation.kind === 'Add') this.#requireAddable(observation.peerId)
    this.#peer.callbacks.during(() => {
      this.#peer.own.vote(observation, { share: 'vote', grounds })
      this.#proceedAlone()
    })
  }

  /**
   * Have we voted for it, ever?
   *
   * @param observation - compared by its encoding, so any object that says the same will do
   * @throws {@link ParsecError} `LimitExceeded` or `MalformedPayload` if it has no encoding
   */
  haveVotedFor(observation: Observation<P>): boolean {
    return this.#peer.own.hasVotedFor(observation)
  }

  /**
   * Whom to gossip to, in ascending order: pick one, best at random. Empty while we may not send.
   * Peers that we distrust are not among them. Once we are removed, these are the peers that stay
   * and may need us to learn of it; when there are none left, we may be switched off.
   */
  gossipRecipients(): PublicId[] {
    return this.#peer.gossip.recipients()
  }

  /**
   * Makes a request with what we think the recipient lacks (section 3), or the first slice of it:
   * then the recipient answers with a receipt, and {@link Parsec.handleMessage} returns the next one.
   * Send every message that you create: each call appends an event. If it throws a `ParsecError`, it
   * has appended nothing. (If a callback of yours throws, the event is there, and the message is lost
   * as if the network had lost it.)
   *
   * @param recipient - one of {@link Parsec.gossipRecipients}
   * @throws {@link ParsecError} `InvalidSelfState`, `UnknownPeer`, `InvalidPeerState`,
   *   `DistrustedPeer` if it may not be sent; `TooFarAhead` if we have sent many requests that
   *   nobody has answered, but none to this peer; `UnknownOwnEvent`
   * @example
   * const recipients = peer.gossipRecipients()
   * const recipient = recipients[Math.floor(Math.random() * recipients.length)]
   * if (recipient !== undefined) send(recipient, peer.createGossip(recipient).toBytes())
   */
  createGossip(recipient: PublicId): Message<P> {
    return this.#peer.callbacks.during(() => this.#peer.gossip.request(recipient))
  }

  /**
   * Takes in a message (section 3), of whatever kind: a request, what answers a request of ours, or
   * a farewell.
   *
   * @param sender - whose message it is: the transport must vouch for it
   * @param message - the bytes that came, or the message itself within one process
   * @returns what to send back to the sender; undefined if there is nothing to say. A sender that
   *   was removed gets a farewell: what it needs to learn of its removal
   * @throws {@link ParsecError} `MalformedEncoding`, `LimitExceeded`, `MalformedPayload`,
   *   `InvalidPublicId` for bytes that are no message; `InvalidSelfState`, `UnknownPeer`,
   *   `InvalidPeerState`, `DistrustedPeer` for a sender that we do not hear; `InvalidMessage`,
   *   `SignatureFailure`, `UnknownCreator`, `MaliciousEvent`, `PrematureCoinShares`, `TooFarAhead`
   *   for what is in it: what came before that in the message is kept; `TooManyRequests`;
   *   `UnknownOwnEvent` if somebody else uses our key
   */
  handleMessage(sender: PublicId, message: Message<P> | Uint8Array): Message<P> | undefined {
    return this.#peer.callbacks.during(() => {
      try {
        return this.#peer.gossip.handle(sender, message)
      } finally {
        // Not before: what answers is the last sync event of the response.
        this.#proceedAlone()
      }
    })
  }

  /**
   * Reads a message from bytes, for who wants to look at it or verify it before handing it over.
   * Nothing is verified or inserted.
   *
   * @param bytes - not kept
   * @throws {@link ParsecError} `MalformedEncoding`, `LimitExceeded`, `MalformedPayload`, `InvalidPublicId`
   */
  decodeMessage(bytes: Uint8Array): Message<P> {
    return Message.decode(bytes, this.#peer.format)
  }

  /**
   * Begins to listen only. Call it when this peer has been started again and may have lost what it
   * did last, before it does anything else. It takes in what comes and answers by saying what it has,
   * so the others send it all that it lacks. If events of its own are among that which it does not
   * know, {@link Parsec.handleMessage} throws `UnknownOwnEvent` and {@link Parsec.status} becomes
   * `outdated`: it must not sign any more, and comes back only under a new key.
   */
  listen(): void {
    this.#peer.gossip.listen()
  }

  /**
   * Ends listening. Wait until enough others have sent all that they have: one of them has our latest
   * event, if ever a message of ours has arrived.
   *
   * @throws {@link ParsecError} `UnknownOwnEvent` if others have events of ours that we do not have
   */
  stopListening(): void {
    this.#peer.gossip.stopListening()
  }

  /** Takes the next block; undefined when there is none yet. */
  poll(): Block<P> | undefined {
    return this.#peer.blocks.poll()
  }

  /**
   * Takes the blocks that are there, each once, in their order.
   *
   * @example
   * for (const block of peer.blocks()) apply(block)
   */
  *blocks(): Generator<Block<P>, void, undefined> {
    for (let block = this.poll(); block !== undefined; block = this.poll()) yield block
  }

  /** Is anything voted for, by anyone, that we have not taken as a block yet, as far as we know? */
  hasUnpolledObservations(): boolean {
    if (!this.#peer.blocks.isEmpty) return true
    const { removed } = this.#peer.consensus.peers.at(this.#peer.ourIndex)
    return !removed && this.#peer.consensus.election.content.hasUnconsensused
  }

  /**
   * What we voted for and have not taken as a block yet: first what is decided, in that order, then
   * the rest in the order of our votes.
   */
  ourUnpolledObservations(): (Proposal<P> | Genesis | Accusation)[] {
    return this.#peer.blocks.ourUnpolled() as Proposal<P>[]
  }

  /**
   * The proof of an accusation, for those who have no graph of their own. It takes time and space in
   * proportion to the history.
   *
   * @param accusation - from a block, or still to be decided
   * @returns undefined if nobody makes the accusation on grounds that our graph proves, as with what
   *   is unprovable. Of several grounds we take the first, so other peers may give another proof
   * @example
   * for (const { observation } of peer.blocks()) {
   *   if (observation.kind === 'Accusation') publish(peer.evidence(observation)?.toBytes(options))
   * }
   */
  evidence(accusation: Accusation): Evidence<P> | undefined {
    const proof = this.#peer.detection.proofOf(accusation)
    if (proof === undefined) return undefined
    const { graph } = this.#peer.consensus
    const proving = Array.from({ length: graph.size }, (_, x) => x).filter((x) =>
      proof.events.some((tip) => graph.descends(tip, x)),
    )
    return new Evidence(
      accusation,
      proof.grounds,
      proving.map((x) => this.#peer.events.at(x)),
    )
  }

  /** A live, read-only view of graph, election and peers. */
  inspect(): Inspection {
    return this.#peer.consensus.inspect()
  }

  /** Throws `InvalidPeerState` if an Add of this peer would add nobody. */
  #requireAddable(id: PublicId): void {
    const { peers, election } = this.#peer.consensus
    const peer = peers.indexOf(id)
    if (peer === undefined || !election.content.addsNobody(id)) return
    const actual = peers.at(peer).removed ? 'removed' : peers.at(peer).state.toString()
    throw new ParsecError({ code: 'InvalidPeerState', peer: id, required: 'neither a voter nor removed', actual })
  }

  #found(members: readonly PublicId[], state: PeerState): void {
    const founders = members.map((id) => this.#peer.consensus.addPeer(id, state))
    this.#peer.consensus.setVoters(founders)
    this.#peer.detection.setGenesis(founders, genesis(members))
  }

  /**
   * The only voter sends requests to itself: these are the sync events in which it decides (section
   * 3). What it decides about a key may make it go on.
   */
  #proceedAlone(): void {
    const { election } = this.#peer.consensus
    const isAlone = (): boolean => election.voters.length === 1 && election.voters[0] === this.#peer.ourIndex
    let decided = -1
    while (isAlone() && (election.content.hasUnconsensused || this.#peer.keys.hasPending)) {
      if (decided === this.#peer.consensus.elections && !this.#peer.keys.hasPending) return
      decided = this.#peer.consensus.elections
      this.#peer.own.sync({ kind: 'Requesting', recipient: this.ourPublicId })
    }
  }
}

/** May an application vote for it? Who writes JavaScript is not told by a compiler. */
function isProposal<P>(observation: Observation<P>): observation is Proposal<P> {
  const { kind } = observation
  if (kind === 'Accusation') return observation.charge === 'Unprovable' && 'reason' in observation
  return kind === 'OpaquePayload' || kind === 'Add' || kind === 'Remove' || kind === 'StartDkg'
}

function contains(ids: readonly PublicId[], id: PublicId): boolean {
  return ids.some((other) => other.equals(id))
}

function invalidGroup(reason: string): ParsecError {
  return new ParsecError({ code: 'InvalidGroup', reason })
}
