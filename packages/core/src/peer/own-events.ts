// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, toHex } from '../base/encoding.ts'
import { assert, ParsecError } from '../base/errors.ts'
import type { PublicId } from '../base/public-id.ts'
import { decodingTo } from '../crypto/identity.ts'
import type { SecretId } from '../crypto/identity.ts'
import { causes, isSync, isSyncCause } from '../wire/cause.ts'
import type { CoinShares } from '../wire/coin-shares.ts'
import { Event, signVote } from '../wire/event.ts'
import type { Cause, Vote } from '../wire/event.ts'
import { encodeGrounds, readGrounds } from '../wire/malice.ts'
import type { Malice } from '../wire/malice.ts'
import { decodeObservation, encodeObservation, idsIn, observationHash } from '../wire/observation.ts'
import type { Observation, Unprovable } from '../wire/observation.ts'
import { none } from '../graph/graph.ts'
import type { BlockQueue } from './block-queue.ts'
import type { PeerContext } from './context.ts'
import type { Intake } from './intake.ts'
import type { OwnKeys } from './own-keys.ts'
import { windowShares } from './window.ts'

type OwnSyncCause =
  | { readonly kind: 'Requesting'; readonly recipient: PublicId }
  | { readonly kind: 'Request' | 'Response'; readonly otherParent: Uint8Array }

/** A cause whose self-parent is not known yet. */
type OwnCause<P> =
  | OwnSyncCause
  | { readonly kind: 'Observation'; readonly vote: Vote<P> }
  | { readonly kind: 'CoinShares'; readonly coins: CoinShares }
  | { readonly kind: 'Conclusion'; readonly otherParent: Uint8Array }
  | { readonly kind: 'Initial' }

/** Events that we may owe the others before we do something else. */
type Debt = 'coinShares' | 'conclusions' | 'evidence' | 'dkgMessages' | 'accusations'

/** What we owe before each step, in the order in which it is settled. */
const owedBefore = {
  /** Before we take in a message: the message may end the election that our coin shares are for. */
  intake: ['coinShares'],
  /**
   * Before a request of ours: we record malice that perhaps only we know of. The accusation follows
   * at `sync`.
   */
  request: ['evidence'],
  /** Before any Requesting event of ours. */
  requesting: ['conclusions'],
  /**
   * Before we judge whether we may record a message. Coin shares come first: before them we may
   * have to record something else, and by that we may get to know of a fork by the sender.
   */
  recording: ['coinShares', 'conclusions'],
  /**
   * Before any sync event of ours. The accusations of what its ancestors will prove are last
   * (section 8).
   */
  sync: ['dkgMessages', 'coinShares', 'accusations'],
  /**
   * At the end of an exchange. But not after a Requesting event, which must be the last event of
   * its message.
   */
  end: ['coinShares'],
} as const satisfies Record<string, readonly Debt[]>

/**
 * Makes our own events, one after the other. If anybody else makes events with our key, we look
 * like a forker.
 */
export class OwnEvents<P> {
  readonly #us: SecretId
  readonly #keys: OwnKeys
  readonly #context: PeerContext<P>
  readonly #intake: Intake<P>
  readonly #blocks: BlockQueue<P>
  #last: Event<P> | undefined
  /** The number of our latest event, or none. */
  #lastIndex: number = none
  /**
   * Events that wait until we are a voter or take part in a key generation (protocol.md section 3,
   * fromExisting).
   */
  #heldBack: OwnCause<P>[] = []
  readonly #votedFor = new Set<string>()
  #isSilent = false

  constructor(us: SecretId, keys: OwnKeys, context: PeerContext<P>, intake: Intake<P>, blocks: BlockQueue<P>) {
    this.#us = us
    this.#keys = keys
    this.#context = context
    this.#intake = intake
    this.#blocks = blocks
  }

  /** Do we make no events, because others might have later ones of ours? */
  get isSilent(): boolean {
    return this.#isSilent
  }

  set isSilent(isSilent: boolean) {
    this.#isSilent = isSilent
  }

  /** Have we made an event? */
  get hasBegun(): boolean {
    return this.#last !== undefined
  }

  /** The number of our latest event, or none. */
  get latest(): number {
    return this.#lastIndex
  }

  /**
   * If we have recorded this Requesting event, the event that ends our answer: the last one before
   * our next sync event. Otherwise none.
   */
  answerTo(requesting: number): number {
    const { consensus, detection } = this.#context
    const { graph } = consensus
    let answer = detection.refusals.firstRecorderOf(requesting)
    if (answer === none || graph.creator[answer] !== this.#context.ourIndex) return none
    for (;;) {
      const next = graph.nextInLane(answer)
      if (next === none || isSync(graph.cause[next] as number)) return answer
      answer = next
    }
  }

  /** Makes our first event. */
  initial(): void {
    this.#append({ kind: 'Initial' })
  }

  /** Makes a sync event, and around it the events that we owe. It waits until we are a member. */
  sync(cause: OwnSyncCause): void {
    if (cause.kind === 'Requesting') this.settleBefore('requesting')
    this.#appendOrHold(cause)
    if (cause.kind !== 'Requesting') this.settleBefore('end')
  }

  /**
   * Makes the events that we owe before a step.
   *
   * @param otherParent - the event that the step will record, or none
   */
  settleBefore(step: keyof typeof owedBefore, otherParent: number = none): void {
    for (const debt of owedBefore[step]) this.#settle(debt, otherParent)
  }

  #settle(debt: Debt, otherParent: number): void {
    const { consensus, detection } = this.#context
    switch (debt) {
      case 'coinShares':
        this.#publishCoinShares()
        break
      case 'conclusions':
        this.conclude(otherParent)
        break
      case 'evidence':
        this.#recordEvidence()
        break
      case 'dkgMessages':
        while (this.hasRoomFor('dkgMessage')) {
          const message = this.#keys.takePending(consensus)
          if (message === undefined) break
          this.vote(message)
        }
        break
      case 'accusations':
        for (const { accusation, malice } of detection.due(this.#lastIndex, otherParent)) {
          this.vote(accusation, { grounds: malice })
        }
        break
    }
  }

  /**
   * Records proof of malice that has reached us, if there is any that is not among the ancestors of
   * our events yet.
   */
  #recordEvidence(): void {
    if (this.#last === undefined) return
    this.conclude()
    const tip = this.#context.detection.evidenceFor(this.#lastIndex)
    if (tip !== undefined) this.#append({ kind: 'Conclusion', otherParent: this.#context.events.at(tip).hash })
  }

  /**
   * Records the events that decided elections, so that whoever gets our later events has decided
   * these elections, too (see `Conclusions`).
   *
   * @param toBeRecorded - an event that we are about to record; nothing is done if it descends from
   *   all of them
   */
  conclude(toBeRecorded: number = none): void {
    const { consensus, detection, ourIndex, events } = this.#context
    const { graph, conclusions } = consensus
    if (conclusions === undefined || this.#isSilent) return
    const bearsOut = (x: number): boolean => toBeRecorded !== none && graph.descends(toBeRecorded, x)
    if (conclusions.unrecorded.every(bearsOut)) return
    if (!this.#begin()) return
    for (const decider of conclusions.unrecorded) {
      if (graph.descends(this.#lastIndex, decider)) continue
      // The only possible reason is that somebody else makes events with our key.
      if (detection.refusals.ofDescent(ourIndex, this.#lastIndex, decider) !== undefined) continue
      this.#append({ kind: 'Conclusion', otherParent: events.at(decider).hash })
    }
  }

  /**
   * What the others will read of an observation. It shares nothing that can change with the one that
   * is given; only the ids are the same objects, so that they keep their names.
   *
   * Throws what the others would throw when they decode a vote for it; they would refuse the vote, and
   * everything that we make after it.
   */
  asOthersReadIt(observation: Observation<P>): Observation<P> {
    const { codec, identities } = this.#context.format
    const named = idsIn(observation)
    const naming = decodingTo(identities, (id) => named.find((given) => given.equals(id)))
    const reader = new Reader(encodeObservation(observation, codec))
    const read = decodeObservation(reader, codec, naming)
    reader.end()
    return read
  }

  /** What the others will read of the reason of an accusation. Throws `LimitExceeded`. */
  asOthersReadGrounds({ charge, reason }: Unprovable): Malice {
    return readGrounds(new Reader(encodeGrounds({ kind: charge, reason })), charge)
  }

  /**
   * Makes a vote for an observation that nobody else can change. It waits until we are a member. Throws
   * `TooFarAhead`.
   *
   * @param share - how much of the window it may fill; by default all of it
   * @param grounds - of an accusation
   */
  vote(
    observation: Observation<P>,
    { share, grounds }: { readonly share?: keyof typeof windowShares; readonly grounds?: Malice | undefined } = {},
  ): void {
    const { codec } = this.#context.format
    if (share !== undefined && !this.hasRoomFor(share, encodeObservation(observation, codec).length)) {
      throw new ParsecError({ code: 'TooFarAhead', creator: this.#us.publicId })
    }
    const vote = signVote(this.#us, observation, codec, grounds)
    this.#votedFor.add(this.#keyOf(observation))
    this.#appendOrHold({ kind: 'Observation', vote })
  }

  /**
   * May we make a vote or a request now, or must the others take in first what we made before (see
   * `Window`)?
   *
   * @param bytes - the size of the event, if it may be large
   */
  hasRoomFor(what: keyof typeof windowShares, bytes = 0): boolean {
    const { window, ourIndex } = this.#context
    return window.admits(ourIndex, this.#lastIndex, none, bytes, windowShares[what]) !== undefined
  }

  /** Have we voted for this, ever? */
  hasVotedFor(observation: Observation<P>): boolean {
    return this.#votedFor.has(this.#keyOf(observation))
  }

  /** Has the message that ends with this event come before, and have we recorded it? */
  hasRecorded(kind: 'Request' | 'Response', end: number): boolean {
    const { refusals } = this.#context.detection
    const recorded = refusals.recordedBy(causes[kind], this.#context.ourIndex, end)
    return recorded !== none && refusals.isRecorded(recorded, this.#lastIndex)
  }

  /**
   * Tells why we must not record this event: a Request or Response with it as other-parent would be
   * malicious, or others who know less than we do could not understand it. Undefined if we may.
   */
  whyNotRecord(kind: 'Request' | 'Response', otherParent: number): string | undefined {
    const { consensus, detection, ourIndex } = this.#context
    const { graph } = consensus
    const { refusals } = detection
    const malice = refusals.ofRecording(kind, ourIndex, this.#lastIndex, otherParent)
    if (malice === undefined) return undefined
    if (malice === 'InvalidGossipCreator') {
      const sender = graph.creator[otherParent] as number
      return this.#lastIndex !== none && graph.isAwareOfFork(this.#lastIndex, sender)
        ? 'we know of a fork by its sender'
        : 'neither we nor its sender have recorded how its sender was added'
    }
    if (malice === 'OwnForkInAncestry') return 'it descends from an event of ours that is not known'
    const recorded = refusals.recordedBy(causes[kind], ourIndex, otherParent)
    if (recorded !== none) return `a ${kind.toLowerCase()} that we have recorded before`
    return kind === 'Request'
      ? 'its last event is not a Requesting event addressed to us'
      : 'its last sync event does not answer a request of ours'
  }

  #keyOf(observation: Observation<P>): string {
    return toHex(observationHash(observation, this.#context.format.codec))
  }

  /**
   * Makes an event; before it those that were held back. Until we are a member, it is held back,
   * too.
   */
  #appendOrHold(cause: OwnCause<P>): void {
    if (this.#last !== undefined && this.#heldBack.length === 0) {
      this.#append(cause)
      return
    }
    this.#heldBack.push(cause)
    if (!this.#begin()) return
    this.conclude()
    const waiting = this.#heldBack
    this.#heldBack = []
    for (const held of waiting) if (this.#isStillRight(held)) this.#append(held)
  }

  /** Makes our Initial event, if we are a member and have none. Returns whether we have one. */
  #begin(): boolean {
    const { consensus, ourIndex } = this.#context
    if (this.#last === undefined && consensus.peers.at(ourIndex).state.dkg) this.#append({ kind: 'Initial' })
    return this.#last !== undefined
  }

  /**
   * What we held back may be wrong by now: the message came twice, for example, or its sender
   * turned out to fork.
   */
  #isStillRight(cause: OwnCause<P>): boolean {
    if (cause.kind !== 'Request' && cause.kind !== 'Response') return true
    return this.whyNotRecord(cause.kind, this.#indexOf(cause.otherParent)) === undefined
  }

  #append(cause: OwnCause<P>): void {
    if (isSyncCause(cause.kind)) {
      this.settleBefore('sync', 'otherParent' in cause ? this.#indexOf(cause.otherParent) : none)
    }
    const event = Event.create(this.#us, this.#withSelfParent(cause), this.#context.format.codec)
    const { index, isFaulty, outcomes } = this.#intake.insert(this.#intake.judgeOurs(event))
    assert(!isFaulty, 'an event of ours without fault')
    this.#last = event
    this.#lastIndex = index
    this.#blocks.take(outcomes)
    if (cause.kind === 'Observation') this.#blocks.votedFor(this.#context.consensus.graph.payload[index] as number)
  }

  /**
   * Publishes our shares of the coins that our latest sync event has reached, in the election under
   * way.
   */
  #publishCoinShares(): void {
    if (this.#lastIndex === none) return
    const { consensus } = this.#context
    for (;;) {
      const coins = this.#keys.takeCoinShares(this.#lastIndex, consensus)
      if (coins === undefined) return
      this.conclude()
      this.#append({ kind: 'CoinShares', coins })
    }
  }

  #indexOf(hash: Uint8Array): number {
    const index = this.#context.events.indexOf(hash)
    assert(index !== undefined, 'an event that we know')
    return index
  }

  #withSelfParent(cause: OwnCause<P>): Cause<P> {
    if (cause.kind === 'Initial') return cause
    assert(this.#last !== undefined, 'an event of ours')
    return { ...cause, selfParent: this.#last.hash }
  }
}
