// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { copyOf, toHex, Writer } from '../base/encoding.ts'
import type { Reader } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import type { PublicId } from '../base/public-id.ts'
import type { IdentityScheme, SecretId } from '../crypto/identity.ts'
import { causeKinds, hashLength } from './cause.ts'
import type { CauseKind } from './cause.ts'
import { readCoinShares, writeCoinShares } from './coin-shares.ts'
import type { CoinShares } from './coin-shares.ts'
import type { PayloadCodec } from './format.ts'
import { signedBytes } from './signing.ts'
import { decodeObservation, encodeObservation, signedEncoding } from './observation.ts'
import type { Observation } from './observation.ts'

/** An observation, and the voter's signature of it (protocol.md section 2). */
export interface Vote<P> {
  readonly observation: Observation<P>
  readonly signature: Uint8Array
}

/** Makes a vote: signs the observation. Throws what encoding it throws. */
export function signVote<P>(us: SecretId, observation: Observation<P>, codec: PayloadCodec<P>): Vote<P> {
  return { observation, signature: copyOf(us.sign(signedBytes('vote', signedEncoding(observation, codec)))) }
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
export class Event<P> {
  /** Who made and signed it. */
  readonly creator: PublicId
  /** Why it was made. */
  readonly cause: Cause<P>
  /**
   * SHA3-256 of the encoded content. The signature is left out, so the same content with another
   * signature is the same event.
   */
  readonly hash: Uint8Array
  /** The hash in hexadecimal. */
  readonly id: string
  /** The ids of the self-parent and the other-parent, in this order, if it has them. */
  readonly parents: readonly string[]
  /** The canonical encoding: the content, then the signature. */
  readonly bytes: Uint8Array
  readonly #contentLength: number
  /**
   * The observation that the vote's signature is over, encoded; undefined if the event is not a vote. An
   * unprovable malice has no reason there.
   */
  readonly voted: Uint8Array | undefined
  #verified: boolean

  private constructor(
    creator: PublicId,
    cause: Cause<P>,
    bytes: Uint8Array,
    contentLength: number,
    voted: Uint8Array | undefined,
    verified: boolean,
  ) {
    this.creator = creator
    this.cause = Object.freeze(cause)
    if (cause.kind === 'Observation') Object.freeze(cause.vote)
    this.bytes = bytes
    this.#contentLength = contentLength
    this.voted = voted
    this.#verified = verified
    this.hash = platform.sha3(bytes.subarray(0, contentLength))
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
    const writer = new Writer().fixed(us.publicId.bytes).u32(causeKinds.indexOf(cause.kind))
    let voted: Uint8Array | undefined
    if (cause.kind !== 'Initial') writer.fixed(cause.selfParent)
    if (cause.kind === 'Requesting') writer.fixed(cause.recipient.bytes)
    else if (cause.kind === 'Observation') {
      const { observation, signature } = cause.vote
      const encoding = encodeObservation(observation, codec)
      voted = votedBytes(observation, encoding, codec)
      writer.fixed(encoding).fixed(signature)
    } else if (cause.kind === 'CoinShares') writeCoinShares(writer, cause.coins)
    else if (cause.kind !== 'Initial') writer.fixed(cause.otherParent)
    const content = writer.finish()
    const bytes = writer.fixed(us.sign(signedBytes('event', content))).finish()
    return new Event(us.publicId, cause, bytes, content.length, voted, true)
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
    const detailAt = at()
    const recipient = kind === 'Requesting' ? identities.decodePublicId(reader) : undefined
    const observation = kind === 'Observation' ? decodeObservation(reader, codec, identities) : undefined
    const observationEnd = at()
    if (observation !== undefined) reader.fixed(identities.signatureLength, 'the signature of a vote')
    const coins = kind === 'CoinShares' ? readCoinShares(reader) : undefined
    if (isRecording(kind)) reader.fixed(hashLength, 'the hash of the other-parent')
    const contentLength = at()
    reader.fixed(identities.signatureLength, 'the signature of an event')
    // Copied, because a view would keep the whole message in memory as long as the event.
    const bytes = copyOf(reader.since(start))
    const selfParent = bytes.subarray(selfParentAt, detailAt)
    const voted = observation && votedBytes(observation, bytes.subarray(detailAt, observationEnd), codec)
    let cause: Cause<P>
    if (recipient !== undefined) cause = { kind: 'Requesting', selfParent, recipient }
    else if (observation !== undefined) {
      const vote = { observation, signature: bytes.subarray(observationEnd, contentLength) }
      cause = { kind: 'Observation', selfParent, vote }
    } else if (coins !== undefined) cause = { kind: 'CoinShares', selfParent, coins }
    else if (isRecording(kind)) {
      cause = { kind, selfParent, otherParent: bytes.subarray(detailAt, contentLength) }
    } else cause = { kind: 'Initial' }
    return new Event(creator, cause, bytes, contentLength, voted, false)
  }

  /**
   * Tells which event these bytes are, if they are one, without decoding them.
   *
   * @param bytes - the canonical encoding
   */
  static idOf(bytes: Uint8Array, { signatureLength }: IdentityScheme): string {
    return toHex(platform.sha3(bytes.subarray(0, Math.max(0, bytes.length - signatureLength))))
  }

  /** The creator's signature of the content. */
  get signature(): Uint8Array {
    return this.bytes.subarray(this.#contentLength)
  }

  /** The hash of the observation that it votes for (section 2); undefined if it is not a vote. */
  get observationHash(): Uint8Array | undefined {
    return this.voted && platform.sha3(this.voted)
  }

  /**
   * Checks the creator's signatures of the event and of its vote. Only the first call costs time,
   * so you can verify events in advance, in any order.
   *
   * @throws ParsecError `SignatureFailure`
   */
  verify(): void {
    if (this.#verified) return
    const content = signedBytes('event', this.bytes.subarray(0, this.#contentLength))
    if (!this.creator.verify(content, this.signature)) this.#fail('event')
    if (this.cause.kind === 'Observation' && this.voted !== undefined) {
      if (!this.creator.verify(signedBytes('vote', this.voted), this.cause.vote.signature)) this.#fail('vote')
    }
    this.#verified = true
  }

  #fail(signed: 'event' | 'vote'): never {
    throw new ParsecError({ code: 'SignatureFailure', event: this.id, signed })
  }
}

/**
 * The bytes that a vote signs: the encoding in the event, except for unprovable malice, where the
 * reason is left out.
 */
function votedBytes<P>(observation: Observation<P>, encoding: Uint8Array, codec: PayloadCodec<P>): Uint8Array {
  return observation.kind === 'Accusation' ? signedEncoding(observation, codec) : encoding
}

function isRecording(kind: CauseKind): kind is RecordingKind {
  return kind === 'Request' || kind === 'Response' || kind === 'Conclusion'
}
