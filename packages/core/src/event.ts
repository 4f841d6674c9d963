// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { Writer, toHex } from './encoding.ts'
import type { Reader } from './encoding.ts'
import { ParsecError } from './errors.ts'
import type { IdentityScheme, PublicId, SecretId } from './identity.ts'
import type { CauseKind } from './inspect.ts'
import { decodeObservation, encodeObservation } from './observation.ts'
import type { Observation, PayloadCodec } from './observation.ts'

/** Bytes of an event hash. */
const hashLength = 32

/** An observation and its voter's signature over its canonical encoding (protocol.md section 2). */
export interface Vote<P> {
  readonly observation: Observation<P>
  readonly signature: Uint8Array
}

/** Why an event was made, and the hashes of its parents (section 2). */
export type Cause<P> =
  | { readonly kind: 'Requesting'; readonly selfParent: Uint8Array; readonly recipient: PublicId }
  | { readonly kind: 'Request' | 'Response'; readonly selfParent: Uint8Array; readonly otherParent: Uint8Array }
  | { readonly kind: 'Observation'; readonly selfParent: Uint8Array; readonly vote: Vote<P> }
  | { readonly kind: 'Initial' }

/** Causes in the order of their variants in the canonical encoding. */
export const causeKinds: readonly CauseKind[] = ['Requesting', 'Request', 'Response', 'Observation', 'Initial']

/** What is needed to read events. */
export interface EventFormat<P> {
  readonly codec: PayloadCodec<P>
  readonly identities: IdentityScheme
}

/** A signed gossip event. Immutable; it keeps the bytes that it came as. */
export class Event<P> {
  readonly creator: PublicId
  readonly cause: Cause<P>
  /** SHA3-256 of the content's encoding: the signature is not part of it, so no second signature makes a second event. */
  readonly hash: Uint8Array
  /** Hexadecimal of the hash. */
  readonly id: string
  /** Canonical encoding: content, then signature. */
  readonly bytes: Uint8Array
  readonly #contentLength: number
  /** Encoding of the observation, where the event is a vote. */
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
  }

  /** Makes and signs an event. */
  static create<P>(us: SecretId, cause: Cause<P>, codec: PayloadCodec<P>): Event<P> {
    const writer = new Writer().fixed(us.publicId.bytes).u32(causeKinds.indexOf(cause.kind))
    let voted: Uint8Array | undefined
    if (cause.kind !== 'Initial') writer.fixed(cause.selfParent)
    if (cause.kind === 'Requesting') writer.fixed(cause.recipient.bytes)
    else if (cause.kind === 'Observation') {
      voted = encodeObservation(cause.vote.observation, codec)
      writer.fixed(voted).fixed(cause.vote.signature)
    } else if (cause.kind !== 'Initial') writer.fixed(cause.otherParent)
    const content = writer.finish()
    const bytes = writer.fixed(us.sign(content)).finish()
    return new Event(us.publicId, cause, bytes, content.length, voted, true)
  }

  /**
   * Reads one event. Nothing is verified yet.
   *
   * Throws what {@link decodeObservation} throws.
   */
  static decode<P>(reader: Reader, { codec, identities }: EventFormat<P>): Event<P> {
    const start = reader.offset
    const creator = identities.decodePublicId(reader)
    const kind = causeKinds[reader.u32()]
    if (kind === undefined) throw reader.malformed('the cause of an event')
    let cause: Cause<P>
    let voted: Uint8Array | undefined
    if (kind === 'Initial') cause = { kind }
    else {
      const selfParent = reader.fixed(hashLength, 'the hash of the self-parent')
      if (kind === 'Requesting') cause = { kind, selfParent, recipient: identities.decodePublicId(reader) }
      else if (kind === 'Observation') {
        const votedAt = reader.offset
        const observation = decodeObservation(reader, codec, identities)
        voted = reader.since(votedAt)
        const signature = reader.fixed(identities.signatureLength, 'the signature of a vote')
        cause = { kind, selfParent, vote: { observation, signature } }
      } else cause = { kind, selfParent, otherParent: reader.fixed(hashLength, 'the hash of the other-parent') }
    }
    const contentLength = reader.offset - start
    reader.fixed(identities.signatureLength, 'the signature of an event')
    return new Event(creator, cause, reader.since(start), contentLength, voted, false)
  }

  get signature(): Uint8Array {
    return this.bytes.subarray(this.#contentLength)
  }

  /** Hash of the observation voted for (section 2), or undefined. */
  get observationHash(): Uint8Array | undefined {
    return this.#voted && platform.sha3(this.#voted)
  }

  /**
   * Checks the creator's signatures of the event and of its vote. A second call costs nothing, so that a node can verify
   * before it inserts, in an order of its own.
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
