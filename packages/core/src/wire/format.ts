// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { toHex, utf8Bytes, utf8Text } from '../base/encoding.ts'
import { ed25519Identity } from '../crypto/identities/ed25519.ts'
import type { IdentityScheme } from '../crypto/identity.ts'

/**
 * How many votes a payload needs, the same in a whole network (protocol.md section 2): those of a
 * `supermajority` of the voters, more than two thirds; or a `single` one.
 */
export type ConsensusMode = (typeof consensusModes)[number]
export const consensusModes = ['supermajority', 'single'] as const

/**
 * Turns the application's payloads into bytes and back. A payload must have exactly one encoding:
 * what is decoded must encode to the same bytes again. All peers, we among them, get a payload as
 * `decode` returns it: whatever its bytes do not say is lost.
 *
 * @example
 * const numberCodec: PayloadCodec<number> = {
 *   encode: (number) => stringCodec.encode(String(number)),
 *   decode: (bytes) => Number(stringCodec.decode(bytes)),
 * }
 */
export interface PayloadCodec<P> {
  /**
   * Turns a payload into bytes.
   *
   * It may throw if the payload cannot be encoded; `voteFor` then throws `MalformedPayload`.
   *
   * @param payload - what was given to `opaque`, or what `decode` returned
   * @returns at most `limits.payloadBytes` bytes; they are copied at once, so the codec may use their
   *   buffer again
   */
  encode(payload: P): Uint8Array
  /**
   * Turns bytes into a payload. It may throw if they are not one; the message with them is then
   * refused.
   *
   * @param bytes - a copy: the codec may keep it
   */
  decode(bytes: Uint8Array): P
  /**
   * A short text for pictures and logs.
   *
   * @returns a few words at most; without this method the text is `String(payload)`
   */
  text?(payload: P): string
}

/**
 * For payloads that are strings. A string with half of a surrogate pair has no UTF-8, so it cannot be
 * voted for (`MalformedPayload`).
 */
export const stringCodec: PayloadCodec<string> = {
  encode(payload) {
    if (!payload.isWellFormed()) throw new TypeError('half of a surrogate pair')
    return utf8Bytes(payload)
  },
  decode: utf8Text,
  text: (payload) => payload,
}

/** For payloads that are bytes. */
export const bytesCodec: PayloadCodec<Uint8Array> = {
  encode: (payload) => payload,
  decode: (bytes) => bytes,
  text: (payload) => toHex(payload.subarray(0, 16)),
}

/**
 * How the values of a network become bytes and back: needed to encode, decode and verify blocks and
 * evidence. The options of a peer can be passed wherever this is asked for.
 */
export interface Format<P> {
  /** Turns payloads into bytes and back: {@link stringCodec}, {@link bytesCodec} or one of your own. */
  readonly codec: PayloadCodec<P>
  /** The kind of the network's identities; by default Ed25519. */
  readonly identities?: IdentityScheme | undefined
  /** How many votes a payload needs; by default a supermajority of the voters. */
  readonly mode?: ConsensusMode | undefined
}

/** A format with its defaults filled in. */
export interface CompleteFormat<P> {
  readonly codec: PayloadCodec<P>
  readonly identities: IdentityScheme
  readonly mode: ConsensusMode
}

/** Fills in the defaults. */
export function completeFormat<P>(format: Format<P>): CompleteFormat<P> {
  const { codec, identities = ed25519Identity, mode = 'supermajority' } = format
  return { codec, identities, mode }
}
