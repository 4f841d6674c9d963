// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Reader } from './base/encoding.ts'
import { ParsecError } from './base/errors.ts'
import { limits } from './base/limits.ts'
import type { PublicId, RandomBytes } from './base/public-id.ts'
import type { IdentityScheme, SecretId } from './crypto/identity.ts'
import { randomBytes } from './crypto/random.ts'
import { Block } from './wire/block.ts'
import type { Proof } from './wire/block.ts'
import type { EventFormat } from './wire/event.ts'
import { Message } from './wire/message.ts'
import { genesis, isInternal, observationText, removedBy, sortedIds } from './wire/observation.ts'
import type { ConsensusMode, Observation } from './wire/observation.ts'
import { KnownEvents } from './graph/known-events.ts'
import { fates } from './graph/payloads.ts'
import { PeerState } from './graph/peers.ts'
import { Consensus } from './consensus/consensus.ts'
import type { Outcome } from './consensus/consensus.ts'
import { GraphInspection } from './consensus/inspection.ts'
import type { DecisionView, Inspection } from './consensus/views.ts'
import { Detection } from './malice/detection.ts'
import { BlockQueue } from './peer/block-queue.ts'
import { Farewells } from './peer/farewells.ts'
import { Gossip } from './peer/gossip.ts'
import { Intake } from './peer/intake.ts'
import { OwnEvents } from './peer/own-events.ts'
import { OwnKeys } from './peer/own-keys.ts'
import type { Report } from './peer/report.ts'
import { Evidence } from './evidence.ts'
import { rulesOf } from './network-options.ts'
import type { NetworkOptions } from './network-options.ts'

export interface ParsecOptions<P> extends NetworkOptions<P> {
  /** Secret random bytes, for key generations; default the machine's. */
  readonly random?: RandomBytes
  /** Called at each decision, while the election that fell is still to be inspected. Must not call back. */
  readonly onDecision?: (decision: DecisionView, inspection: Inspection) => void
  /** Told of what looks like malice and cannot be proven. Must not call back. */
  readonly onReport?: (report: Report) => void
}

/**
 * One peer of a network that agrees on an order of blocks. A state machine: no clock, no input or
 * output, no randomness. The caller
 *
 * 1. votes ({@link Parsec.voteFor});
 * 2. now and then takes one of {@link Parsec.gossipRecipients}, and sends it {@link Parsec.createGossip};
 * 3. hands requests and responses that arrive, with the peer that they came from, to {@link Parsec.handleRequest} and
 *    {@link Parsec.handleResponse}, and sends back what the former returns; the transport must vouch for the sender;
 * 4. takes the blocks ({@link Parsec.poll}) after each of these.
 *
 * Whatever throws throws a {@link ParsecError} and leaves the state usable; what a message brought
 * before its fault stays.
 */
export class Parsec<P> {
  readonly mode: ConsensusMode
  readonly ourPublicId: PublicId
  readonly #ourIndex: number
  readonly #format: EventFormat<P>
  readonly #consensus: Consensus
  readonly #events = new KnownEvents<P>()
  readonly #detection: Detection<P>
  readonly #own: OwnEvents<P>
  readonly #farewells: Farewells<P>
  readonly #gossip: Gossip<P>
  readonly #keys: OwnKeys
  readonly #blocks = new BlockQueue<P>()

  private constructor(us: SecretId, options: ParsecOptions<P>) {
    this.ourPublicId = us.publicId
    const { codec, identities, mode, coin, keys } = rulesOf(options)
    this.mode = mode
    this.#format = { codec, identities: this.#rememberingIds(identities) }
    const { onDecision, onReport } = options
    this.#keys = new OwnKeys(us, keys, options.random ?? randomBytes)
    this.#consensus = new Consensus({
      mode,
      coin,
      keys,
      dkgParticipant: this.#keys,
      ourIndex: 0,
      showsAdmission: (x) => {
        const creator = this.#consensus.graph.creator[x] as number
        return !this.#detection.refusals.lacksAdmission(creator, [x])
      },
      onDecision:
        onDecision &&
        ((decision) => {
          onDecision(decision, this.inspect())
        }),
      onDecided: (outcome) => {
        this.#decided(outcome)
      },
    })
    this.#ourIndex = this.#consensus.addPeer(us.publicId, PeerState.NONE)
    this.#detection = new Detection(this.#consensus, this.#events, this.#format, this.#ourIndex)
    const context = {
      ourIndex: this.#ourIndex,
      format: this.#format,
      consensus: this.#consensus,
      events: this.#events,
      detection: this.#detection,
      report: (report: Report) => onReport?.(report),
    }
    const intake = new Intake<P>(context, () => {
      this.#own.conclude()
    })
    this.#farewells = new Farewells(context, intake)
    this.#own = new OwnEvents(us, this.#keys, context, intake, (payload) => {
      const isInternal = this.#observation(payload).kind === 'DkgMessage'
      if (!isInternal && this.#consensus.payloads.fate[payload] === fates.open) this.#blocks.votedFor(payload)
    })
    this.#gossip = new Gossip(context, intake, this.#own, this.#farewells)
  }

  /**
   * A founding member (section 3). All members must be given the same group and the same mode.
   *
   * Throws `InvalidGroup` if we are not in the group or it is larger than `limits.groupSize`.
   */
  static fromGenesis<P>(us: SecretId, group: Iterable<PublicId>, options: ParsecOptions<P>): Parsec<P> {
    const members = sortedIds(group)
    if (members.length > limits.groupSize) throw invalidGroup(`at most ${String(limits.groupSize)} members`)
    if (!contains(members, us.publicId)) throw invalidGroup('we are not in the genesis group')
    const parsec = new Parsec(us, options)
    parsec.#found(members, PeerState.ACTIVE)
    parsec.#consensus.peers.setState(parsec.#ourIndex, PeerState.ACTIVE)
    parsec.#own.initial()
    parsec.#own.vote(genesis(members))
    parsec.#proceedAlone()
    return parsec
  }

  /**
   * A peer that joins (section 3). It replays the network's whole history, so it is given the
   * founding members and, for who may contact it first, the present ones, as far as they are known.
   * It can vote once the others have decided to add it and it has replayed that.
   *
   * Throws `InvalidGroup` if we are in one of the sets or one is empty.
   */
  static fromExisting<P>(
    us: SecretId,
    genesisGroup: Iterable<PublicId>,
    section: Iterable<PublicId>,
    options: ParsecOptions<P>,
  ): Parsec<P> {
    const founders = sortedIds(genesisGroup)
    const present = sortedIds(section)
    if (founders.length === 0 || present.length === 0) throw invalidGroup('neither set may be empty')
    if (founders.length > limits.groupSize) throw invalidGroup(`at most ${String(limits.groupSize)} members`)
    if (contains(founders, us.publicId) || contains(present, us.publicId)) throw invalidGroup('we are in the section')
    const parsec = new Parsec(us, options)
    parsec.#consensus.peers.setState(parsec.#ourIndex, new PeerState(['RECV']))
    parsec.#found(founders, new PeerState(['VOTE', 'SEND']))
    for (const id of present) parsec.#consensus.addPeer(id, new PeerState(['SEND']))
    return parsec
  }

  /** Are we a voter? */
  canVote(): boolean {
    return this.#gossip.ourState.vote
  }

  /**
   * Votes for an observation (section 3).
   *
   * Throws `InvalidSelfState` if we are no voter, `DuplicateVote` if we voted for it before,
   * `InvalidObservation` for what only the library makes (accusations, but for what is unprovable,
   * among them), `LimitExceeded` if it is too large, `MalformedPayload`, `MalformedEncoding` or
   * `InvalidPublicId` if the other peers could not read it: the codec does not give it back, or an
   * id is of another kind than the network's.
   */
  voteFor(observation: Observation<P>): void {
    const { kind } = observation
    const isUnprovable = kind === 'Accusation' && observation.malice.kind === 'Unprovable'
    const isOurs = kind === 'OpaquePayload' || kind === 'Add' || kind === 'Remove' || kind === 'StartDkg'
    if (!isOurs && !isUnprovable) {
      throw new ParsecError({ code: 'InvalidObservation', kind, reason: 'only the library votes for it' })
    }
    this.#gossip.requireOurs('VOTE', this.canVote())
    if (this.haveVotedFor(observation)) {
      throw new ParsecError({ code: 'DuplicateVote', observation: this.#text(observation) })
    }
    this.#own.vote(observation)
    this.#proceedAlone()
  }

  haveVotedFor(observation: Observation<P>): boolean {
    return this.#own.hasVotedFor(observation)
  }

  /**
   * Whom we may gossip to, in ascending order; empty while we may not send. Peers that forked, or
   * sent us what no correct peer sends, are not among them. Once we are removed: those who stay and
   * may need us to learn of it; when there are none, we may be switched off.
   */
  gossipRecipients(): PublicId[] {
    return this.#gossip.recipients()
  }

  /**
   * Makes a gossip request with every event that we think the recipient lacks (section 3). Made is
   * meant to be sent: each call appends an event.
   *
   * Throws `InvalidSelfState`, `UnknownPeer`, `InvalidPeerState`, `DistrustedPeer`; `LimitExceeded`
   * if the message would be too large.
   */
  createGossip(recipient: PublicId): Message<P> {
    return this.#gossip.request(recipient)
  }

  /**
   * Takes in a request and makes the response (section 3); undefined while we may not send. A peer
   * that was removed is not heard: it gets a farewell; also one that this request removes.
   *
   * Throws `InvalidSelfState`, `UnknownPeer`, `InvalidPeerState`, `DistrustedPeer`,
   * `InvalidMessage`, and what decoding, verifying and inserting an event throw: `MaliciousEvent`,
   * `UnknownCreator`, `UnknownParent`, `UnknownOwnEvent` among them.
   */
  handleRequest(sender: PublicId, message: Message<P> | Uint8Array): Message<P> | undefined {
    try {
      return this.#gossip.respond(sender, message)
    } finally {
      // Not before: what answers is the last sync event of the response.
      this.#proceedAlone()
    }
  }

  /** Takes in what answers a request of ours, a farewell too; throws what {@link Parsec.handleRequest} throws. */
  handleResponse(sender: PublicId, message: Message<P> | Uint8Array): void {
    try {
      this.#gossip.receive(sender, message, 'response')
    } finally {
      this.#proceedAlone()
    }
  }

  /** Reads a message from bytes; throws what {@link Message.decode} throws. Verifying and inserting come later. */
  decodeMessage(bytes: Uint8Array): Message<P> {
    return Message.decode(bytes, this.#format)
  }

  /** The next block, or undefined. */
  poll(): Block<P> | undefined {
    return this.#blocks.poll()
  }

  /** Has anyone voted for what has not been polled yet, as far as we know? */
  hasUnpolledObservations(): boolean {
    if (!this.#blocks.isEmpty) return true
    const { removed } = this.#consensus.peers.at(this.#ourIndex)
    return !removed && this.#consensus.election.content.hasUnconsensused
  }

  /**
   * What we voted for and have not polled: first what is decided, in order, then the rest in the
   * order of our votes.
   */
  ourUnpolledObservations(): Observation<P>[] {
    return this.#blocks.ourUnpolled().map((payload) => this.#observation(payload))
  }

  /**
   * The proof of an accusation that a block tells of, or that is still to be decided; undefined if
   * our graph does not prove it, as with what is unprovable. It takes time and space in proportion
   * to the history.
   */
  evidence(accusation: Observation<P>): Evidence<P> | undefined {
    if (accusation.kind !== 'Accusation') return undefined
    const tips = this.#detection.facts.proofOf(accusation)
    if (tips === undefined) return undefined
    const { graph } = this.#consensus
    const proving = Array.from({ length: graph.size }, (_, x) => x).filter((x) =>
      tips.some((tip) => graph.descends(tip, x)),
    )
    return new Evidence(
      accusation,
      proving.map((x) => this.#events.at(x)),
    )
  }

  /** A live, read-only view of graph, election and peers. */
  inspect(): Inspection {
    return new GraphInspection(this.#consensus, (payload) => this.#payloadText(payload as P))
  }

  #found(members: readonly PublicId[], state: PeerState): void {
    const founders = members.map((id) => this.#consensus.addPeer(id, state))
    this.#consensus.setVoters(founders)
    this.#detection.setGenesis(founders, genesis(members))
  }

  /** Reads ids as the objects that we know: they have names and cached keys. Ids met in messages only are not kept. */
  #rememberingIds(identities: IdentityScheme): IdentityScheme {
    return {
      name: identities.name,
      signatureLength: identities.signatureLength,
      decodePublicId: (reader: Reader) => {
        const id = identities.decodePublicId(reader)
        const { peers } = this.#consensus
        const known = peers.indexOf(id)
        return known === undefined ? id : peers.at(known).id
      },
    }
  }

  /**
   * The only voter sends requests to itself: these are the sync events in which it decides (section
   * 3). What it decides about a key may make it go on.
   */
  #proceedAlone(): void {
    const { election } = this.#consensus
    const isAlone = (): boolean => election.voters.length === 1 && election.voters[0] === this.#ourIndex
    let decided = -1
    while (isAlone() && (election.content.hasUnconsensused || this.#keys.hasPending)) {
      if (decided === this.#consensus.elections && !this.#keys.hasPending) return
      decided = this.#consensus.elections
      this.#own.sync({ kind: 'Requesting', recipient: this.ourPublicId })
    }
  }

  // Decisions.

  #decided({ payloads, voters, keys }: Outcome): void {
    for (const payload of payloads) {
      const observation = this.#observation(payload)
      if (isInternal(observation.kind)) this.#blocks.decided(payload)
      else this.#blocks.push(payload, new Block(observation, this.#proofs(payload, voters)))
      const result = keys.get(payload)
      if (result !== undefined) this.#blocks.push(payload, new Block<P>(result, []))
      const { removed } = this.#consensus.peers.at(this.#ourIndex)
      if (removed && removedBy(observation)?.compareTo(this.ourPublicId) === 0) {
        this.#consensus.stop()
        return
      }
    }
  }

  /** The voters' votes for a payload, as far as they have arrived. */
  #proofs(payload: number, voters: readonly number[]): Proof[] {
    const { graph, payloads } = this.#consensus
    const proofs = new Map<number, Proof>()
    for (const index of payloads.at(payload).carriers.view()) {
      const voter = graph.creator[index] as number
      const { cause, creator } = this.#events.at(index)
      if (cause.kind !== 'Observation' || proofs.has(voter) || !voters.includes(voter)) continue
      proofs.set(voter, { voter: creator, signature: cause.vote.signature })
    }
    return [...proofs.values()]
  }

  #observation(payload: number): Observation<P> {
    return this.#consensus.payloads.at(payload).observation as Observation<P>
  }

  #payloadText(payload: P): string {
    return this.#format.codec.text?.(payload) ?? String(payload)
  }

  #text(observation: Observation<P>): string {
    return observationText(observation, (payload) => this.#payloadText(payload))
  }
}

function contains(ids: readonly PublicId[], id: PublicId): boolean {
  return ids.some((other) => other.compareTo(id) === 0)
}

function invalidGroup(reason: string): ParsecError {
  return new ParsecError({ code: 'InvalidGroup', reason })
}
