// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { copyOf, Reader, toHex, Writer } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import type { PublicId } from '../base/public-id.ts'
import type { IdentityScheme, SecretId } from '../crypto/identity.ts'
import { causeKinds, hashLength } from './cause.ts'
import type { CauseKind } from './cause.ts'
import { readCoinShares, writeCoinShares } from './coin-shares.ts'
import type { CoinShares } from './coin-shares.ts'
import { headerOf } from './event-header.ts'
import type { EventHeader, EventLayout } from './event-header.ts'
import type { PayloadCodec } from './format.ts'
import { encodeGrounds, readGrounds } from './malice.ts'
import type { Malice } from './malice.ts'
import { decodeObservation, encodeObservation, isVariant } from './observation.ts'
import { signedBytes } from './signing.ts'
import type { Observation } from './observation.ts'

/** An observation, and the voter's signature of it (protocol.md section 2). */
export interface Vote<P> {
  readonly observation: Observation<P>
  /**
   * For an accusation, what its voter accuses the offender on: the signature does not cover it, so
   * that accusations on different grounds count together (section 8).
   */
  readonly grounds?: Malice | undefined
  readonly signature: Uint8Array
}

/**
 * Makes a vote: signs the observation. Throws what encoding it throws.
 *
 * @param grounds - of an accusation
 */
export function signVote<P>(
  us: SecretId,
  observation: Observation<P>,
  codec: PayloadCodec<P>,
  grounds?: Malice,
): Vote<P> {
  const signature = copyOf(us.sign(signedBytes('vote', encodeObservation(observation, codec))))
  return { observation, grounds, signature }
}

/** Why an event was made, and the hashes of its parents (section 2). */
export type Cause<P> =
  | { readonly kind: 'Requesting'; readonly selfParent: Uint8Array; readonly recipient: PublicId }
  | {
      /**
       * Request and Response record a message that came in. A Conclusion records an event that
       * decides an election (docs/binary-agreement.md, section 4) or proves malice
       * (docs/threat-model.md).
       */
      readonly kind: RecordingKind
      readonly selfParent: Uint8Array
      readonly otherParent: Uint8Array
    }
  | { readonly kind: 'Observation'; readonly selfParent: Uint8Array; readonly vote: Vote<P> }
  | { readonly kind: 'CoinShares'; readonly selfParent: Uint8Array; readonly coins: CoinShares }
  | { readonly kind: 'Initial' }

/** Causes that have an other-parent. */
type RecordingKind = 'Request' | 'Response' | 'Conclusion'

/** What is needed to decode events. */
export interface EventFormat<P> {
  readonly codec: PayloadCodec<P>
  readonly identities: IdentityScheme
}

/**
 * A signed gossip event (protocol.md section 2). It never changes, and owns the bytes that it was
 * decoded from.
 *
 * Peers in one process that pass messages as objects share the events in them. So an event is
 * frozen. JavaScript cannot freeze bytes, and what an application's payload is made of is not ours to
 * freeze: only read these. Whoever wants to change them takes a copy, by `toBytes` of the message.
 */
export class Event<P> implements EventHeader {
  /** Who made and signed it. */
  readonly creator: PublicId
  /** Why it was made. */
  readonly cause: Cause<P>
  /**
   * SHA3-256 of the header. The signature is left out, so the same content with another signature is
   * the same event.
   */
  readonly hash: Uint8Array
  /** The hash in hexadecimal. */
  readonly id: string
  /** The ids of the self-parent and the other-parent, in this order, if it has them. */
  readonly parents: readonly string[]
  /** The canonical encoding: the content, then the signature. */
  readonly bytes: Uint8Array
  /** The hash of the observation that it votes for (section 2); undefined if it is not a vote. */
  readonly observationHash: Uint8Array | undefined
  readonly #layout: EventLayout
  #verified: boolean

  private constructor(
    creator: PublicId,
    cause: Cause<P>,
    bytes: Uint8Array,
    layout: EventLayout,
    observationHash: Uint8Array | undefined,
    header: Uint8Array,
    verified: boolean,
  ) {
    this.creator = creator
    this.cause = Object.freeze(cause)
    if (cause.kind === 'Observation') Object.freeze(cause.vote)
    this.bytes = bytes
    this.observationHash = observationHash
    this.#layout = layout
    this.#verified = verified
    this.hash = platform.sha3(header)
    this.id = toHex(this.hash)
    const parents = cause.kind === 'Initial' ? [] : [cause.selfParent]
    if ('otherParent' in cause) parents.push(cause.otherParent)
    this.parents = Object.freeze(parents.map(toHex))
    Object.freeze(this)
  }

  /**
   * Makes and signs an event.
   *
   * @param us - the creator
   * @param cause - why it is made, with its parents
   * @param codec - of the network, for a vote
   */
  static create<P>(us: SecretId, cause: Cause<P>, codec: PayloadCodec<P>): Event<P> {
    const { kind } = cause
    const writer = new Writer().fixed(us.publicId.bytes).u32(causeKinds.indexOf(kind))
    if (kind !== 'Initial') writer.fixed(cause.selfParent)
    const prefix = writer.size
    if (kind === 'Observation') writer.fixed(encodeObservation(cause.vote.observation, codec))
    const observation = writer.size
    if (kind === 'Requesting') writer.fixed(cause.recipient.bytes)
    else if (kind === 'Observation') {
      const { grounds, signature } = cause.vote
      if (grounds !== undefined) writer.fixed(encodeGrounds(grounds))
      writer.fixed(signature)
    } else if (kind === 'CoinShares') writeCoinShares(writer, cause.coins)
    else if (kind !== 'Initial') writer.fixed(cause.otherParent)
    const content = writer.finish()
    const layout = { prefix, observation, content: content.length }
    const observationHash = kind === 'Observation' ? platform.sha3(content.subarray(prefix, observation)) : undefined
    const header = headerOf(kind, content, layout, observationHash)
    const bytes = writer.fixed(us.sign(signedBytes('event', header))).finish()
    return new Event(us.publicId, cause, bytes, layout, observationHash, header, true)
  }

  /**
   * Decodes one event. It does not verify the signatures.
   *
   * @param reader - stands at the first byte of the event
   * @throws ParsecError `MalformedEncoding`, `LimitExceeded`, `MalformedPayload` or `InvalidPublicId`
   */
  static decode<P>(reader: Reader, { codec, identities }: EventFormat<P>): Event<P> {
    const start = reader.offset
    const at = (): number => reader.offset - start
    const creator = identities.decodePublicId(reader)
    const kind = causeKinds[reader.u32()]
    if (kind === undefined) throw reader.malformed('the cause of an event')
    const selfParentAt = at()
    if (kind !== 'Initial') reader.fixed(hashLength, 'the hash of the self-parent')
    const prefix = at()
    const recipient = kind === 'Requesting' ? identities.decodePublicId(reader) : undefined
    const observation = kind === 'Observation' ? decodeObservation(reader, codec, identities) : undefined
    const observationEnd = at()
    const grounds = observation?.kind === 'Accusation' ? readGrounds(reader, observation.charge) : undefined
    const voteSignatureAt = at()
    if (observation !== undefined) reader.fixed(identities.signatureLength, 'the signature of a vote')
    const coins = kind === 'CoinShares' ? readCoinShares(reader) : undefined
    if (isRecording(kind)) reader.fixed(hashLength, 'the hash of the other-parent')
    const layout = { prefix, observation: observationEnd, content: at() }
    reader.fixed(identities.signatureLength, 'the signature of an event')
    // Copied, because a view would keep the whole message in memory as long as the event.
    const bytes = copyOf(reader.since(start))
    const selfParent = bytes.subarray(selfParentAt, prefix)
    const observationHash = observation && platform.sha3(bytes.subarray(prefix, observationEnd))
    let cause: Cause<P>
    if (recipient !== undefined) cause = { kind: 'Requesting', selfParent, recipient }
    else if (observation !== undefined) {
      const vote = { observation, grounds, signature: bytes.subarray(voteSignatureAt, layout.content) }
      cause = { kind: 'Observation', selfParent, vote }
    } else if (coins !== undefined) cause = { kind: 'CoinShares', selfParent, coins }
    else if (isRecording(kind)) {
      cause = { kind, selfParent, otherParent: bytes.subarray(prefix, layout.content) }
    } else cause = { kind: 'Initial' }
    const header = headerOf(kind, bytes, layout, observationHash)
    return new Event(creator, cause, bytes, layout, observationHash, header, false)
  }

  /**
   * Tells which event these bytes are, if they are one, without decoding what they are about.
   *
   * @param bytes - the canonical encoding
   * @throws ParsecError `MalformedEncoding`, `LimitExceeded` or `InvalidPublicId`
   */
  static idOf(bytes: Uint8Array, identities: IdentityScheme): string {
    const { kind, ...layout } = findParts(bytes, identities)
    const { prefix, observation } = layout
    const observationHash = kind === 'Observation' ? platform.sha3(bytes.subarray(prefix, observation)) : undefined
    return toHex(platform.sha3(headerOf(kind, bytes, layout, observationHash)))
  }

  /** The creator's signature of the header. */
  get signature(): Uint8Array {
    return this.bytes.subarray(this.#layout.content)
  }

  /** The encoded observation that the vote's signature is over; undefined if the event is not a vote. */
  get voted(): Uint8Array | undefined {
    return this.observationHash && this.bytes.subarray(this.#layout.prefix, this.#layout.observation)
  }

  get genesisHash(): Uint8Array | undefined {
    const { cause } = this
    return cause.kind === 'Observation' && cause.vote.observation.kind === 'Genesis' ? this.observationHash : undefined
  }

  /** The header and the signature: what an accusation carries if the event is refused (section 8). */
  signedHeader(): Uint8Array {
    return new Writer().fixed(this.#header()).fixed(this.signature).finish()
  }

  /**
   * Checks the creator's signatures of the event and of its vote. Only the first call costs time,
   * so you can verify events in advance, in any order.
   *
   * @throws ParsecError `SignatureFailure`
   */
  verify(): void {
    if (this.#verified) return
    if (!this.creator.verify(signedBytes('event', this.#header()), this.signature)) this.#fail('event')
    if (this.cause.kind === 'Observation' && this.voted !== undefined) {
      if (!this.creator.verify(signedBytes('vote', this.voted), this.cause.vote.signature)) this.#fail('vote')
    }
    this.#verified = true
  }

  #header(): Uint8Array {
    return headerOf(this.cause.kind, this.bytes, this.#layout, this.observationHash)
  }

  #fail(signed: 'event' | 'vote'): never {
    throw new ParsecError({ code: 'SignatureFailure', event: this.id, signed })
  }
}

/** Where the parts of an encoded event end: what stands behind an observation tells, so it need not be decoded. */
function findParts(bytes: Uint8Array, identities: IdentityScheme): EventLayout & { readonly kind: CauseKind } {
  const reader = new Reader(bytes)
  identities.decodePublicId(reader)
  const kind = causeKinds[reader.u32()]
  if (kind === undefined) throw reader.malformed('the cause of an event')
  if (kind !== 'Initial') reader.fixed(hashLength, 'the hash of the self-parent')
  const prefix = reader.offset
  const content = Math.max(prefix, bytes.length - identities.signatureLength)
  if (kind !== 'Observation') return { kind, prefix, observation: prefix, content }
  if (!isVariant(reader.u32(), 'Accusation')) {
    return { kind, prefix, observation: Math.max(reader.offset, content - identities.signatureLength), content }
  }
  identities.decodePublicId(reader)
  reader.u32()
  return { kind, prefix, observation: reader.offset, content }
}

function isRecording(kind: CauseKind): kind is RecordingKind {
  return kind === 'Request' || kind === 'Response' || kind === 'Conclusion'
}
