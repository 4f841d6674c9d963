// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, toHex } from '../base/encoding.ts'
import { assert } from '../base/errors.ts'
import type { PublicId } from '../base/public-id.ts'
import type { SecretId } from '../crypto/identity.ts'
import { causes, isSyncCause } from '../wire/cause.ts'
import type { CoinShares } from '../wire/coin-shares.ts'
import { Event } from '../wire/event.ts'
import type { Cause, Vote } from '../wire/event.ts'
import { decodeObservation, encodeObservation, observationHash, signedEncoding } from '../wire/observation.ts'
import type { Observation } from '../wire/observation.ts'
import { none } from '../graph/graph.ts'
import type { BlockQueue } from './block-queue.ts'
import type { PeerContext } from './context.ts'
import type { Intake } from './intake.ts'
import type { OwnKeys } from './own-keys.ts'

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

/** What events of ours may have to say before something else. */
type Debt = 'coinShares' | 'conclusions' | 'evidence' | 'dkgMessages' | 'accusations'

/** What we owe before a step, in this order. */
const owedBefore = {
  /** Taking in a message: it may end the election that our shares are of. */
  intake: ['coinShares'],
  /** A request: malice that only we may know of. The accusation comes before the sync event that follows. */
  request: ['evidence'],
  /** Any Requesting event of ours. */
  requesting: ['conclusions'],
  /**
   * Judging whether we may record a message. Shares come first: they may need that more is recorded,
   * and by that we may come to know of a fork by the sender.
   */
  recording: ['coinShares', 'conclusions'],
  /** Any sync event of ours: last the accusations of what its ancestry will prove (section 8). */
  sync: ['dkgMessages', 'coinShares', 'accusations'],
  /** The end of an exchange. Not after a Requesting event: that is to be the last one of its message. */
  end: ['coinShares'],
} as const satisfies Record<string, readonly Debt[]>

/** The line of our own events: who else makes one with our key makes us a forker. */
export class OwnEvents<P> {
  readonly #us: SecretId
  readonly #keys: OwnKeys
  readonly #context: PeerContext<P>
  readonly #intake: Intake<P>
  readonly #blocks: BlockQueue<P>
  #last: Event<P> | undefined
  /** Number of the latest, or none. */
  #lastIndex: number = none
  /** Causes that wait until we are a voter or take part in a key generation (protocol.md section 3, fromExisting). */
  #heldBack: OwnCause<P>[] = []
  readonly #votedFor = new Set<string>()

  constructor(us: SecretId, keys: OwnKeys, context: PeerContext<P>, intake: Intake<P>, blocks: BlockQueue<P>) {
    this.#us = us
    this.#keys = keys
    this.#context = context
    this.#intake = intake
    this.#blocks = blocks
  }

  /** Is there any event of ours? */
  get hasBegun(): boolean {
    return this.#last !== undefined
  }

  initial(): void {
    this.#append({ kind: 'Initial' })
  }

  /** A sync event, and around it what we owe. It waits until we are a voter. */
  sync(cause: OwnSyncCause): void {
    if (cause.kind === 'Requesting') this.settleBefore('requesting')
    this.#appendOrHold(cause)
    if (cause.kind !== 'Requesting') this.settleBefore('end')
  }

  /**
   * Makes the events that we owe before a step.
   *
   * @param otherParent - the event that the step records, or none
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
        for (const message of this.#keys.takePending(consensus)) this.vote(message)
        break
      case 'accusations':
        for (const accusation of detection.due(this.#lastIndex, otherParent)) this.vote(accusation)
        break
    }
  }

  /**
   * Records proof of malice that has reached us and that no event of ours descends from, if there
   * is any.
   */
  #recordEvidence(): void {
    if (this.#last === undefined) return
    this.conclude()
    const tip = this.#context.detection.evidenceFor(this.#lastIndex)
    if (tip !== undefined) this.#append({ kind: 'Conclusion', otherParent: this.#context.events.at(tip).hash })
  }

  /**
   * Records what has decided elections, so that whoever gets what we make from now on has decided
   * these, too ({@link Conclusions}); unless the event that we are about to record descends from
   * it.
   */
  conclude(toBeRecorded: number = none): void {
    const { consensus, detection, ourIndex, events } = this.#context
    const { graph, conclusions } = consensus
    if (conclusions === undefined) return
    const bearsOut = (x: number): boolean => toBeRecorded !== none && graph.descends(toBeRecorded, x)
    if (conclusions.unrecorded.every(bearsOut)) return
    if (!this.#begin()) return
    for (const decider of conclusions.unrecorded) {
      if (graph.descends(this.#lastIndex, decider)) continue
      // Only somebody with our key can be the reason not to.
      if (detection.refusals.ofDescent(ourIndex, this.#lastIndex, decider) !== undefined) continue
      this.#append({ kind: 'Conclusion', otherParent: events.at(decider).hash })
    }
  }

  /** A vote. Waits until we are a voter; throws what the others would throw on reading it. */
  vote(observation: Observation<P>): void {
    const { codec, identities } = this.#context.format
    // A vote that the others cannot read would be a self-parent that they never know: we could not take part any more.
    decodeObservation(new Reader(encodeObservation(observation, codec)), codec, identities)
    const signature = this.#us.sign(signedEncoding(observation, codec))
    this.#votedFor.add(this.#keyOf(observation))
    this.#appendOrHold({ kind: 'Observation', vote: { observation, signature } })
  }

  hasVotedFor(observation: Observation<P>): boolean {
    return this.#votedFor.has(this.#keyOf(observation))
  }

  /**
   * Why an event of ours that records this other-parent would be malicious, or not understood by
   * those who know less than we do; undefined if it is fine.
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

  /** Once we are a voter, or take part in a key generation, after what was held back until then. */
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

  /** Our Initial event, once there may be one. True if there is. */
  #begin(): boolean {
    const { consensus, ourIndex } = this.#context
    if (this.#last === undefined && consensus.peers.at(ourIndex).state.dkg) this.#append({ kind: 'Initial' })
    return this.#last !== undefined
  }

  /** What we held back may be wrong by now: a message that came twice, or from a peer that turned out to fork. */
  #isStillRight(cause: OwnCause<P>): boolean {
    if (cause.kind !== 'Request' && cause.kind !== 'Response') return true
    return this.whyNotRecord(cause.kind, this.#indexOf(cause.otherParent)) === undefined
  }

  #append(cause: OwnCause<P>): void {
    if (isSyncCause(cause.kind)) {
      this.settleBefore('sync', 'otherParent' in cause ? this.#indexOf(cause.otherParent) : none)
    }
    const event = Event.create(this.#us, this.#withSelfParent(cause), this.#context.format.codec)
    const { index, isFaulty, outcomes } = this.#intake.insert(this.#intake.judge(event))
    assert(!isFaulty, 'an event of ours without fault')
    this.#last = event
    this.#lastIndex = index
    this.#blocks.take(outcomes)
    if (cause.kind === 'Observation') this.#blocks.votedFor(this.#context.consensus.graph.payload[index] as number)
  }

  /** Shares of the coins that our latest sync event has reached, in the election under way. */
  #publishCoinShares(): void {
    if (this.#lastIndex === none) return
    const { consensus } = this.#context
    const sync = consensus.graph.latestSync(this.#lastIndex)
    const coins = sync === none ? undefined : this.#keys.takeCoinShares(consensus, sync)
    if (coins === undefined) return
    this.conclude()
    this.#append({ kind: 'CoinShares', coins })
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
