// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { toHex, Writer } from '../base/encoding.ts'
import type { Reader } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import type { PublicId } from '../base/public-id.ts'
import type { IdentityScheme, SecretId } from '../crypto/identity.ts'
import { causeKinds, hashLength } from './cause.ts'
import type { CauseKind } from './cause.ts'
import { readCoinShares, writeCoinShares } from './coin-shares.ts'
import type { CoinShares } from './coin-shares.ts'
import type { PayloadCodec } from './format.ts'
import { decodeObservation, encodeObservation, signedEncoding } from './observation.ts'
import type { Observation } from './observation.ts'

/** An observation and its voter's signature over its canonical encoding (protocol.md section 2). */
export interface Vote<P> {
  readonly observation: Observation<P>
  readonly signature: Uint8Array
}

/** Why an event was made, and the hashes of its parents (section 2). */
export type Cause<P> =
  | { readonly kind: 'Requesting'; readonly selfParent: Uint8Array; readonly recipient: PublicId }
  | {
      /**
       * A Conclusion records what decides an election (docs/binary-agreement.md, section 4) or
       * proves malice (docs/threat-model.md).
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

/** What is needed to read events. */
export interface EventFormat<P> {
  readonly codec: PayloadCodec<P>
  readonly identities: IdentityScheme
}

/** A signed gossip event. Immutable; it keeps the bytes that it came as. */
export class Event<P> {
  readonly creator: PublicId
  readonly cause: Cause<P>
  /**
   * SHA3-256 of the content's encoding: the signature is not part of it, so no second signature
   * makes a second event.
   */
  readonly hash: Uint8Array
  /** Hexadecimal of the hash. */
  readonly id: string
  /** Hexadecimal hashes of the self-parent and the other-parent, as far as it has them, in this order. */
  readonly parents: readonly string[]
  /** Canonical encoding: content, then signature. */
  readonly bytes: Uint8Array
  readonly #contentLength: number
  /** What a vote signs. */
  readonly #voted: Uint8Array | undefined
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
    this.cause = cause
    this.bytes = bytes
    this.#contentLength = contentLength
    this.#voted = voted
    this.#verified = verified
    this.hash = platform.sha3(bytes.subarray(0, contentLength))
    this.id = toHex(this.hash)
    const parents = cause.kind === 'Initial' ? [] : [cause.selfParent]
    if ('otherParent' in cause) parents.push(cause.otherParent)
    this.parents = parents.map(toHex)
  }

  /** Makes and signs an event. */
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
    const bytes = writer.fixed(us.sign(content)).finish()
    return new Event(us.publicId, cause, bytes, content.length, voted, true)
  }

  /**
   * Reads one event. Nothing is verified yet.
   *
   * Throws `MalformedEncoding`, `LimitExceeded`, `MalformedPayload`, `InvalidPublicId` or `InvalidObservation`.
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
    // A copy of its own: an event that is kept must not keep the message that it came in.
    const bytes = reader.since(start).slice()
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

  get signature(): Uint8Array {
    return this.bytes.subarray(this.#contentLength)
  }

  /** Hash of the observation voted for (section 2), or undefined. */
  get observationHash(): Uint8Array | undefined {
    return this.#voted && platform.sha3(this.#voted)
  }

  /**
   * Checks the creator's signatures of the event and of its vote. A second call costs nothing, so
   * that a node can verify before it inserts, in an order of its own.
   *
   * Throws `SignatureFailure`.
   */
  verify(): void {
    if (this.#verified) return
    if (!this.creator.verify(this.bytes.subarray(0, this.#contentLength), this.signature)) this.#fail('event')
    if (this.cause.kind === 'Observation' && this.#voted !== undefined) {
      if (!this.creator.verify(this.#voted, this.cause.vote.signature)) this.#fail('vote')
    }
    this.#verified = true
  }

  #fail(signed: 'event' | 'vote'): never {
    throw new ParsecError({ code: 'SignatureFailure', event: this.id, signed })
  }
}

/** What a vote signs, which for all but what is unprovable stands in the event. */
function votedBytes<P>(observation: Observation<P>, encoding: Uint8Array, codec: PayloadCodec<P>): Uint8Array {
  return observation.kind === 'Accusation' ? signedEncoding(observation, codec) : encoding
}

function isRecording(kind: CauseKind): kind is RecordingKind {
  return kind === 'Request' || kind === 'Response' || kind === 'Conclusion'
}
