// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { compareBytes, readSet, toHex, Writer } from '../base/encoding.ts'
import type { Reader } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import type { PublicId } from '../base/public-id.ts'
import type { IdentityScheme } from '../crypto/identity.ts'
import type { PublicKeySet, SecretKeyShare } from '../crypto/shared-key/key-scheme.ts'
import { dkgMessageText, readDkgMessage } from './dkg-message.ts'
import type { ConsensusMode, Format, PayloadCodec } from './format.ts'
import { maliceText, readMalice, writeMalice } from './malice.ts'
import type { Malice } from './malice.ts'

/** Everything that is voted for or decided (protocol.md section 2). `P` is the application's payload. */
export type Observation<P> = Proposal<P> | Output<P> | DkgVote

/** What an application may vote for: made by {@link opaque}, {@link add}, {@link remove}, {@link startDkg} and {@link unprovable}. */
export type Proposal<P> = OpaquePayload<P> | Add | Remove | StartDkg | Unprovable

/** What blocks carry. */
export type Output<P> = OpaquePayload<P> | Genesis | Add | Remove | Accusation | DkgResult

/** The founding members: the first block. The library votes for it. */
export interface Genesis {
  readonly kind: 'Genesis'
  /** In ascending order. */
  readonly group: readonly PublicId[]
  readonly relatedInfo: Uint8Array
}

/** Make a peer a voter (section 7). */
export interface Add {
  readonly kind: 'Add'
  readonly peerId: PublicId
  /** Anything that the application wants to say with it, such as the peer's address. */
  readonly relatedInfo: Uint8Array
}

/** Take a voter out (section 7). */
export interface Remove {
  readonly kind: 'Remove'
  readonly peerId: PublicId
  readonly relatedInfo: Uint8Array
}

/** Take a voter out for what it did (section 8). The library makes it, unless it is unprovable. */
export interface Accusation {
  readonly kind: 'Accusation'
  readonly offender: PublicId
  readonly malice: Malice
}

/** An accusation that only the application can make: no graph shows it (section 8). */
export interface Unprovable extends Accusation {
  readonly malice: Extract<Malice, { kind: 'Unprovable' }>
}

/** Anything that the application wants ordered. */
export interface OpaquePayload<P> {
  readonly kind: 'OpaquePayload'
  readonly payload: P
}

/** Run a distributed key generation (section 9). No block tells of it: its {@link DkgResult} is the block. */
export interface StartDkg {
  readonly kind: 'StartDkg'
  readonly participants: readonly PublicId[]
}

/** A vote for a message of a key generation, encoded (section 9). Made by the library; no block tells of it. */
export interface DkgVote {
  readonly kind: 'DkgMessage'
  readonly text: string
  readonly message: Uint8Array
}

/** What a key generation has given (section 9). Its block has no votes: it follows from what was decided before. */
export interface DkgResult {
  readonly kind: 'DkgResult'
  /** In ascending order: participant m has share m of the key. */
  readonly participants: readonly PublicId[]
  readonly publicKeySet: PublicKeySet
  /** A participant's own share; nobody else has it. It is no part of any encoding. */
  readonly secretKeyShare?: SecretKeyShare | undefined
}

const noInfo = new Uint8Array(0)

export function genesis(group: Iterable<PublicId>, relatedInfo = noInfo): Genesis {
  return { kind: 'Genesis', group: sortedIds(group), relatedInfo }
}

export function add(peerId: PublicId, relatedInfo = noInfo): Add {
  return { kind: 'Add', peerId, relatedInfo }
}

export function remove(peerId: PublicId, relatedInfo = noInfo): Remove {
  return { kind: 'Remove', peerId, relatedInfo }
}

/**
 * An accusation that only a supermajority of applications can make true: for spam, silence and
 * whatever else no graph shows (section 8).
 */
export function unprovable(offender: PublicId, reason: string): Unprovable {
  return { kind: 'Accusation', offender, malice: { kind: 'Unprovable', reason } }
}

/**
 * Generates a key that the participants share (section 9): any t + 1 of them can sign with it, and
 * no t, where t is the greatest number below a third of them. They need not be voters. A second
 * vote for the same participants is a second vote for the same thing.
 */
export function startDkg(participants: Iterable<PublicId>): StartDkg {
  return { kind: 'StartDkg', participants: sortedIds(participants) }
}

export function opaque<P>(payload: P): OpaquePayload<P> {
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
  return sorted.filter((id, i) => i === 0 || !(sorted[i - 1] as PublicId).equals(id))
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

/** Does it only keep key generations going, so that no block tells of it? */
export function isInternal(kind: Observation<unknown>['kind']): kind is 'StartDkg' | 'DkgMessage' {
  return kind === 'StartDkg' || kind === 'DkgMessage'
}

/** Does a block tell of it? */
export function isOutput<P>(observation: Observation<P>): observation is Output<P> {
  return !isInternal(observation.kind)
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
export function observationText<P>(observation: Observation<P>, format?: Pick<Format<P>, 'codec'>): string {
  const payloadText = (payload: P): string => format?.codec.text?.(payload) ?? String(payload)
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
