// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { compareBytes, readSet, toHex, utf8Bytes, utf8Text, Writer } from '../base/encoding.ts'
import type { Reader } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import type { PublicId } from '../base/public-id.ts'
import type { IdentityScheme } from '../crypto/identity.ts'
import type { PublicKeySet, SecretKeyShare } from '../crypto/shared-key/key-scheme.ts'
import { dkgMessageText, readDkgMessage } from './dkg-message.ts'
import { maliceText, readMalice, writeMalice } from './malice.ts'
import type { Malice } from './malice.ts'

/** How many votes an OpaquePayload needs; fixed per network (protocol.md section 2). */
export type ConsensusMode = 'supermajority' | 'single'

/** What a peer can vote for (protocol.md section 2). `P` is the application's payload. */
export type Observation<P> =
  /** The founding members. Made by the library. */
  | { readonly kind: 'Genesis'; readonly group: readonly PublicId[]; readonly relatedInfo: Uint8Array }
  /** Add a voter. */
  | { readonly kind: 'Add'; readonly peerId: PublicId; readonly relatedInfo: Uint8Array }
  /** Remove a voter. */
  | { readonly kind: 'Remove'; readonly peerId: PublicId; readonly relatedInfo: Uint8Array }
  /** Remove a voter for what it did (section 8). Made by the library, but for what is unprovable. */
  | { readonly kind: 'Accusation'; readonly offender: PublicId; readonly malice: Malice }
  /** Anything that the application wants ordered. */
  | { readonly kind: 'OpaquePayload'; readonly payload: P }
  /** Run a distributed key generation (section 9); never output. */
  | { readonly kind: 'StartDkg'; readonly participants: readonly PublicId[] }
  /** What a key generation has given. Output only, without proofs: it follows from what was decided before. */
  | DkgResult
  /** A message of a key generation, encoded; made by the library, never output. */
  | { readonly kind: 'DkgMessage'; readonly text: string; readonly message: Uint8Array }

/** The result of a distributed key generation (section 9). */
export interface DkgResult {
  readonly kind: 'DkgResult'
  /** In ascending order: participant m has share m of the key. */
  readonly participants: readonly PublicId[]
  readonly publicKeySet: PublicKeySet
  /** A participant's own share; nobody else has it. It is no part of any encoding. */
  readonly secretKeyShare?: SecretKeyShare | undefined
}

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

const noInfo = new Uint8Array(0)

export function genesis(group: Iterable<PublicId>, relatedInfo = noInfo): Observation<never> {
  return { kind: 'Genesis', group: sortedIds(group), relatedInfo }
}

export function add(peerId: PublicId, relatedInfo = noInfo): Observation<never> {
  return { kind: 'Add', peerId, relatedInfo }
}

export function remove(peerId: PublicId, relatedInfo = noInfo): Observation<never> {
  return { kind: 'Remove', peerId, relatedInfo }
}

/**
 * An accusation that only a supermajority of applications can make true: for spam, silence and
 * whatever else no graph shows (section 8).
 */
export function unprovable(offender: PublicId, reason: string): Observation<never> {
  return { kind: 'Accusation', offender, malice: { kind: 'Unprovable', reason } }
}

/**
 * Generates a key that the participants share (section 9): any t + 1 of them can sign with it, and
 * no t, where t is the greatest number below a third of them. They need not be voters. A second
 * vote for the same participants is a second vote for the same thing.
 */
export function startDkg(participants: Iterable<PublicId>): Observation<never> {
  return { kind: 'StartDkg', participants: sortedIds(participants) }
}

export function opaque<P>(payload: P): Observation<P> {
  return { kind: 'OpaquePayload', payload }
}

/** Whom a decided observation removes (sections 7 and 8), or undefined. */
export function removedBy(observation: Observation<unknown>): PublicId | undefined {
  if (observation.kind === 'Remove') return observation.peerId
  return observation.kind === 'Accusation' ? observation.offender : undefined
}

/** Ascending and without repetition, as sets are encoded. */
export function sortedIds(ids: Iterable<PublicId>): PublicId[] {
  const sorted = [...ids].sort((a, b) => a.compareTo(b))
  return sorted.filter((id, i) => i === 0 || (sorted[i - 1] as PublicId).compareTo(id) !== 0)
}

/** Index of the variant in the canonical encoding. */
const variantIndex = {
  Genesis: 0,
  Add: 1,
  Remove: 2,
  Accusation: 3,
  OpaquePayload: 4,
  StartDkg: 5,
  DkgResult: 6,
  DkgMessage: 7,
} as const

/** Is it for key generations only, so that no block tells of it? */
export function isInternal(kind: Observation<unknown>['kind']): boolean {
  return kind === 'StartDkg' || kind === 'DkgMessage'
}

/** Is each vote for it an observation of its own (section 2, consensus mode)? */
export function isSingle(kind: Observation<unknown>['kind'], mode: ConsensusMode): boolean {
  return kind === 'DkgMessage' || (kind === 'OpaquePayload' && mode === 'single')
}

function writeIds(writer: Writer, ids: readonly PublicId[]): void {
  checkLimit('group', limits.groupSize, ids.length)
  writer.length(ids.length)
  for (const id of ids) writer.fixed(id.bytes)
}

/** Canonical encoding; throws `LimitExceeded` for what no peer would accept. */
export function encodeObservation<P>(observation: Observation<P>, codec: PayloadCodec<P>): Uint8Array {
  const writer = new Writer().u32(variantIndex[observation.kind])
  switch (observation.kind) {
    case 'Genesis':
      writeIds(writer, observation.group)
      checkLimit('relatedInfo', limits.relatedInfoBytes, observation.relatedInfo.length)
      writer.bytes(observation.relatedInfo)
      break
    case 'Add':
    case 'Remove':
      checkLimit('relatedInfo', limits.relatedInfoBytes, observation.relatedInfo.length)
      writer.fixed(observation.peerId.bytes).bytes(observation.relatedInfo)
      break
    case 'Accusation':
      writer.fixed(observation.offender.bytes)
      writeMalice(writer, observation.malice)
      break
    case 'OpaquePayload': {
      const bytes = codec.encode(observation.payload)
      checkLimit('payload', limits.payloadBytes, bytes.length)
      writer.bytes(bytes)
      break
    }
    case 'StartDkg':
      writeIds(writer, observation.participants)
      break
    case 'DkgResult':
      writeIds(writer, observation.participants)
      writer.bytes(observation.publicKeySet.toBytes())
      break
    case 'DkgMessage':
      writer.fixed(observation.message)
      break
  }
  return writer.finish()
}

/**
 * What votes sign and what the hash is made of: the canonical encoding, without the reason of what
 * is unprovable (section 8).
 */
export function signedEncoding<P>(observation: Observation<P>, codec: PayloadCodec<P>): Uint8Array {
  const { kind } = observation
  return kind === 'Accusation' && observation.malice.kind === 'Unprovable'
    ? encodeObservation(unprovable(observation.offender, ''), codec)
    : encodeObservation(observation, codec)
}

/** SHA3-256 of the canonical encoding (section 2). */
export function observationHash<P>(observation: Observation<P>, codec: PayloadCodec<P>): Uint8Array {
  return platform.sha3(signedEncoding(observation, codec))
}

function decodePayload<P>(bytes: Uint8Array, codec: PayloadCodec<P>): P {
  let again: Uint8Array
  let payload: P
  try {
    payload = codec.decode(bytes)
    again = codec.encode(payload)
  } catch (error) {
    throw new ParsecError({ code: 'MalformedPayload', reason: error instanceof Error ? error.message : 'codec threw' })
  }
  if (compareBytes(bytes, again) !== 0) {
    throw new ParsecError({ code: 'MalformedPayload', reason: 'not the encoding that the codec gives' })
  }
  return payload
}

/**
 * Strict and bounded; throws `MalformedEncoding`, `LimitExceeded`, `MalformedPayload`,
 * `InvalidPublicId` or `InvalidObservation`.
 */
export function decodeObservation<P>(
  reader: Reader,
  codec: PayloadCodec<P>,
  identities: IdentityScheme,
): Observation<P> {
  const variant = reader.u32()
  switch (variant) {
    case variantIndex.Genesis: {
      const group = readSet(reader, 'group', () => identities.decodePublicId(reader))
      return { kind: 'Genesis', group, relatedInfo: reader.bytes('relatedInfo', limits.relatedInfoBytes).slice() }
    }
    case variantIndex.Add:
    case variantIndex.Remove: {
      const peerId = identities.decodePublicId(reader)
      const relatedInfo = reader.bytes('relatedInfo', limits.relatedInfoBytes).slice()
      return { kind: variant === variantIndex.Add ? 'Add' : 'Remove', peerId, relatedInfo }
    }
    case variantIndex.Accusation:
      return { kind: 'Accusation', offender: identities.decodePublicId(reader), malice: readMalice(reader) }
    case variantIndex.OpaquePayload:
      return {
        kind: 'OpaquePayload',
        payload: decodePayload(reader.bytes('payload', limits.payloadBytes).slice(), codec),
      }
    case variantIndex.StartDkg: {
      const participants = readSet(reader, 'group', () => identities.decodePublicId(reader))
      if (participants.length === 0) throw reader.malformed('a participant')
      checkLimit('participants of a key generation', limits.dkgParticipants, participants.length)
      return { kind: 'StartDkg', participants }
    }
    case variantIndex.DkgMessage: {
      const start = reader.offset
      const text = dkgMessageText(readDkgMessage(reader))
      return { kind: 'DkgMessage', text, message: reader.since(start).slice() }
    }
    default:
      throw reader.malformed('an observation that a peer may vote for')
  }
}

/**
 * Short printable form, as in the recorded graphs: `OpaquePayload(0)`, `Add(Fred)`,
 * `Genesis({Alice, Bob})`; of the result of a key generation with the first bytes of the SHA3-256
 * of the public key set.
 */
export function observationText<P>(observation: Observation<P>, payloadText: (payload: P) => string = String): string {
  const names = (ids: readonly PublicId[]): string => `{${ids.map((id) => id.name).join(', ')}}`
  switch (observation.kind) {
    case 'Genesis':
      return `Genesis(${names(observation.group)})`
    case 'Add':
    case 'Remove': {
      const { kind, peerId, relatedInfo } = observation
      if (relatedInfo.length === 0) return `${kind}(${peerId.name})`
      return `${kind} { peer_id: ${peerId.name}, related_info: [${relatedInfo.join(', ')}] }`
    }
    case 'Accusation':
      return `Accusation(${observation.offender.name}, ${maliceText(observation.malice)})`
    case 'OpaquePayload':
      return `OpaquePayload(${payloadText(observation.payload)})`
    case 'StartDkg':
      return `StartDkg(${names(observation.participants)})`
    case 'DkgResult': {
      const digest = platform.sha3(observation.publicKeySet.toBytes())
      return `DkgResult(${names(observation.participants)}, ${toHex(digest.subarray(0, 4))})`
    }
    case 'DkgMessage':
      return `DkgMessage(${observation.text})`
  }
}
