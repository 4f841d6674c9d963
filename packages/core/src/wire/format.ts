// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { toHex, utf8Bytes, utf8Text } from '../base/encoding.ts'
import { ed25519Identity } from '../crypto/identities/ed25519.ts'
import type { IdentityScheme } from '../crypto/identity.ts'

/** How many votes an OpaquePayload needs; fixed per network (protocol.md section 2). */
export type ConsensusMode = (typeof consensusModes)[number]
export const consensusModes = ['supermajority', 'single'] as const

/** How the application's payload becomes bytes and back: one payload, one encoding. */
export interface PayloadCodec<P> {
  encode(payload: P): Uint8Array
  /** May throw on bytes that are no payload; the event that carries them is then refused. */
  decode(bytes: Uint8Array): P
  /** Short form for pictures and logs. */
  text?(payload: P): string
}

/** Payloads that are texts, as in the recorded graphs. */
export const stringCodec: PayloadCodec<string> = { encode: utf8Bytes, decode: utf8Text, text: (payload) => payload }

/** Payloads that are bytes. */
export const bytesCodec: PayloadCodec<Uint8Array> = {
  encode: (payload) => payload,
  decode: (bytes) => bytes,
  text: (payload) => toHex(payload.subarray(0, 16)),
}

/**
 * How values of a network become bytes and back. Whoever reads or checks blocks and evidence passes
 * it; `NetworkOptions` is one, so the options of the peers serve everywhere.
 */
export interface Format<P> {
  /** How the application's payload becomes bytes and back: {@link stringCodec}, {@link bytesCodec} or your own. */
  readonly codec: PayloadCodec<P>
  /** Kind of the network's identities; default Ed25519. */
  readonly identities?: IdentityScheme | undefined
  /** How many votes a payload needs; default supermajority. */
  readonly mode?: ConsensusMode | undefined
}

/** A format with its defaults filled in. */
export interface CompleteFormat<P> {
  readonly codec: PayloadCodec<P>
  readonly identities: IdentityScheme
  readonly mode: ConsensusMode
}

export function completeFormat<P>(format: Format<P>): CompleteFormat<P> {
  const { codec, identities = ed25519Identity, mode = 'supermajority' } = format
  return { codec, identities, mode }
}
