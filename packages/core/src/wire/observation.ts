// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { compareBytes, copyOf, readSet, toHex, Writer } from '../base/encoding.ts'
import type { Reader } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import { checkLimit, limits } from '../base/limits.ts'
import { chargeOf, charges } from '../base/malice-kinds.ts'
import type { Charge } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'
import type { IdentityScheme } from '../crypto/identity.ts'
import type { PublicKeySet, SecretKeyShare } from '../crypto/shared-key/key-scheme.ts'
import { dkgMessageText, readDkgMessage } from './dkg-message.ts'
import type { ConsensusMode, Format, PayloadCodec } from './format.ts'
import type { Malice } from './malice.ts'

/**
 * Everything that is voted for or decided (protocol.md section 2).
 *
 * @typeParam P - the application's payload
 */
export type Observation<P> = Proposal<P> | Output<P> | DkgVote

/**
 * What an application may vote for: made by {@link opaque}, {@link add}, {@link remove},
 * {@link startDkg} and {@link unprovable}.
 */
export type Proposal<P> = OpaquePayload<P> | Add | Remove | StartDkg | Unprovable

/** What a block carries. Tell by its `kind` which one it is. */
export type Output<P> = OpaquePayload<P> | Genesis | Add | Remove | Accusation | DkgResult

/** The first block: the founders of the network. The library votes for it by itself. */
export interface Genesis {
  readonly kind: 'Genesis'
  /** The founders, in ascending order. */
  readonly group: readonly PublicId[]
  /** Empty. */
  readonly relatedInfo: Uint8Array
}

/** A peer becomes a voter (section 7). Made by {@link add}. */
export interface Add {
  readonly kind: 'Add'
  /** Who becomes a voter. */
  readonly peerId: PublicId
  /** Anything that the application wants to say with it, such as the address of the peer. */
  readonly relatedInfo: Uint8Array
}

/** A peer is removed for good (section 7). Made by {@link remove}. */
export interface Remove {
  readonly kind: 'Remove'
  /** Who is removed. */
  readonly peerId: PublicId
  /** Anything that the application wants to say with it, such as the reason. */
  readonly relatedInfo: Uint8Array
}

/**
 * A peer is removed for what it did (section 8). The library votes for it by itself, unless it is
 * {@link unprovable}. The grounds stand beside it in the accusing events and differ from accuser to
 * accuser; `Parsec.evidence` gives a proof.
 */
export interface Accusation {
  readonly kind: 'Accusation'
  /** Who did it, and is removed. */
  readonly offender: PublicId
  /** What it did. */
  readonly charge: Charge
}

/**
 * An accusation of what the graph cannot prove (section 8). Only an application makes it, by
 * {@link unprovable}.
 */
export interface Unprovable extends Accusation {
  readonly charge: 'Unprovable'
  /** What it did, in the application's words. It goes with our vote; no block tells it. */
  readonly reason: string
}

/** A payload that the application wants to put in order. Made by {@link opaque}. */
export interface OpaquePayload<P> {
  readonly kind: 'OpaquePayload'
  /** As the codec decodes it. */
  readonly payload: P
}

/**
 * The participants generate a key that they share (section 9). Made by {@link startDkg}. It has no
 * block of its own; the {@link DkgResult} has one.
 */
export interface StartDkg {
  readonly kind: 'StartDkg'
  /** Who generates it, in ascending order. */
  readonly participants: readonly PublicId[]
}

/**
 * A message of a key generation (section 9). The library votes for it by itself, and no block
 * carries it.
 */
export interface DkgVote {
  readonly kind: 'DkgMessage'
  /** A short text, such as `DkgPart(0)`. */
  readonly text: string
  /** The encoded message. */
  readonly message: Uint8Array
}

/**
 * A key that its participants now share (section 9). Its block has no votes, because the key
 * follows from what was decided before.
 */
export interface DkgResult {
  readonly kind: 'DkgResult'
  /** In ascending order. The number of a participant is its place here, from 0. */
  readonly participants: readonly PublicId[]
  /** The public part of the key: verifies, combines and encrypts. */
  readonly publicKeySet: PublicKeySet
  /**
   * Our own share of the key, if we are a participant. It is secret, and never encoded with the
   * block.
   */
  readonly secretKeyShare?: SecretKeyShare | undefined
}

const noInfo = new Uint8Array(0)

/** Makes the observation that all founders vote for. */
export function genesis(group: Iterable<PublicId>, relatedInfo: Uint8Array = noInfo): Genesis {
  return { kind: 'Genesis', group: sortedIds(group), relatedInfo }
}

/**
 * Proposes to make a peer a voter (section 7). It takes the votes of a supermajority of the voters.
 * The peer itself is made with `Parsec.fromExisting`. A peer that was removed cannot be added
 * again, nor one that is a voter: a vote for that has no effect, and no block comes of it.
 *
 * @param peerId - the peer to add
 * @param relatedInfo - anything that the block should tell, such as the peer's address; at most
 *   `limits.relatedInfoBytes` bytes. All voters must give the same: votes with another one count
 *   apart
 * @example
 * peer.voteFor(add(eve))
 */
export function add(peerId: PublicId, relatedInfo: Uint8Array = noInfo): Add {
  return { kind: 'Add', peerId, relatedInfo }
}

/**
 * Proposes to remove a peer for good (section 7). It takes the votes of a supermajority of the
 * voters. A peer that wants to leave votes for it, too.
 *
 * @param peerId - the peer to remove
 * @param relatedInfo - anything that the block should tell, such as the reason; at most
 *   `limits.relatedInfoBytes` bytes. All voters must give the same: votes with another one count
 *   apart
 * @example
 * peer.voteFor(remove(bob))
 */
export function remove(peerId: PublicId, relatedInfo: Uint8Array = noInfo): Remove {
  return { kind: 'Remove', peerId, relatedInfo }
}

/** The accusation of malice. Its grounds, which are the malice itself, stand beside it in the vote. */
export function accusationOf(offender: PublicId, { kind }: Malice): Accusation {
  return { kind: 'Accusation', offender, charge: chargeOf(kind) }
}

/**
 * Accuses a peer of what the graph cannot prove, such as spam or silence (section 8). The peer is
 * removed if a supermajority of the voters accuse it; their reasons may differ, and the block gives
 * none. What `onReport` tells can be a cause.
 *
 * @param offender - the peer to accuse
 * @param reason - for people; at most `limits.reasonBytes` bytes in UTF-8
 * @example
 * peer.voteFor(unprovable(bob, 'has not answered for an hour'))
 */
export function unprovable(offender: PublicId, reason: string): Unprovable {
  return { kind: 'Accusation', offender, charge: 'Unprovable', reason }
}

/**
 * Proposes to generate a key that the participants share (section 9). Any t + 1 of them can sign
 * with it or decrypt, but t cannot, where t is the largest number below a third of them. It takes
 * the votes of a supermajority of the voters. The key comes in a block, as {@link DkgResult}.
 *
 * @param participants - at most `limits.dkgParticipants`; they need not be voters. For the same
 *   participants only one key can be generated: a second vote is a vote for the same thing
 * @example
 * peer.voteFor(startDkg([alice, bob, carol, dave]))
 */
export function startDkg(participants: Iterable<PublicId>): StartDkg {
  return { kind: 'StartDkg', participants: sortedIds(participants) }
}

/**
 * Proposes a payload of the application.
 *
 * @param payload - what the network's codec can encode, in at most `limits.payloadBytes` bytes
 * @example
 * peer.voteFor(opaque('tea'))
 */
export function opaque<P>(payload: P): OpaquePayload<P> {
  return { kind: 'OpaquePayload', payload }
}

/** The peer that an observation removes once it is decided (sections 7 and 8), or undefined. */
export function removedBy(observation: Observation<unknown>): PublicId | undefined {
  if (observation.kind === 'Remove') return observation.peerId
  return observation.kind === 'Accusation' ? observation.offender : undefined
}

/** The ids that an observation names. */
export function idsIn(observation: Observation<unknown>): readonly PublicId[] {
  if ('peerId' in observation) return [observation.peerId]
  if ('offender' in observation) return [observation.offender]
  if ('group' in observation) return observation.group
  return 'participants' in observation ? observation.participants : []
}

/** Sorts ids in ascending order and leaves out repetitions, as sets are encoded. */
export function sortedIds(ids: Iterable<PublicId>): PublicId[] {
  const sorted = [...ids].sort((a, b) => a.compareTo(b))
  return sorted.filter((id, i) => i === 0 || !(sorted[i - 1] as PublicId).equals(id))
}

/** The number of each kind in the canonical encoding. */
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

/** The length of what stands first in an encoded observation: the number of its kind. */
export const variantLength = 4

/** Is it the number of this kind in the canonical encoding? */
export function isVariant(variant: number, kind: Observation<unknown>['kind']): boolean {
  return variant === variantIndex[kind]
}

/** Is it a message for key generations, which no block carries? */
export function isInternal(kind: Observation<unknown>['kind']): kind is 'StartDkg' | 'DkgMessage' {
  return kind === 'StartDkg' || kind === 'DkgMessage'
}

/** Is it something that a block can carry? */
export function isOutput<P>(observation: Observation<P>): observation is Output<P> {
  return !isInternal(observation.kind)
}

/**
 * Does a single vote decide it, so that each peer's vote is an observation of its own (section 2,
 * consensus mode)?
 */
export function isSingle(kind: Observation<unknown>['kind'], mode: ConsensusMode): boolean {
  return kind === 'DkgMessage' || (kind === 'OpaquePayload' && mode === 'single')
}

function writeIds(writer: Writer, ids: readonly PublicId[]): void {
  checkLimit('group', limits.groupSize, ids.length)
  writer.length(ids.length)
  for (const id of ids) writer.fixed(id.bytes)
}

/** The canonical encoding. Throws `LimitExceeded` or `MalformedPayload` if no peer would accept it. */
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
      writer.fixed(observation.offender.bytes).u32(charges.indexOf(observation.charge))
      break
    case 'OpaquePayload':
      writer.bytes(encodePayload(observation.payload, codec))
      break
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

/** SHA3-256 of the canonical encoding, which votes for it sign after a tag (section 2). */
export function observationHash<P>(observation: Observation<P>, codec: PayloadCodec<P>): Uint8Array {
  return platform.sha3(encodeObservation(observation, codec))
}

/** Calls the application's codec; whatever it throws becomes `MalformedPayload`. */
function byCodec<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw malformedPayload(error instanceof Error ? error.message : 'codec threw')
  }
}

function malformedPayload(reason: string): ParsecError {
  return new ParsecError({ code: 'MalformedPayload', reason })
}

/** What the codec returns is the codec's: copy it before the codec is called again. */
function encodePayload<P>(payload: P, codec: PayloadCodec<P>): Uint8Array {
  const bytes = byCodec(() => codec.encode(payload))
  if (!(bytes instanceof Uint8Array)) throw malformedPayload('the codec gives no bytes')
  checkLimit('payload', limits.payloadBytes, bytes.length)
  return bytes
}

function decodePayload<P>(bytes: Uint8Array, codec: PayloadCodec<P>): P {
  const payload = byCodec(() => codec.decode(copyOf(bytes)))
  if (compareBytes(bytes, encodePayload(payload, codec)) !== 0) {
    throw malformedPayload('not the encoding that the codec gives')
  }
  return payload
}

/**
 * Reads an observation that a peer may vote for. Throws `MalformedEncoding`, `LimitExceeded`,
 * `MalformedPayload` or `InvalidPublicId`.
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
      return { kind: 'Genesis', group, relatedInfo: copyOf(reader.bytes('relatedInfo', limits.relatedInfoBytes)) }
    }
    case variantIndex.Add:
    case variantIndex.Remove: {
      const peerId = identities.decodePublicId(reader)
      const relatedInfo = copyOf(reader.bytes('relatedInfo', limits.relatedInfoBytes))
      return { kind: variant === variantIndex.Add ? 'Add' : 'Remove', peerId, relatedInfo }
    }
    case variantIndex.Accusation: {
      const offender = identities.decodePublicId(reader)
      const charge = charges[reader.u32()]
      if (charge === undefined) throw reader.malformed('a charge')
      return { kind: 'Accusation', offender, charge }
    }
    case variantIndex.OpaquePayload:
      return {
        kind: 'OpaquePayload',
        payload: decodePayload(reader.bytes('payload', limits.payloadBytes), codec),
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
      return { kind: 'DkgMessage', text, message: copyOf(reader.since(start)) }
    }
    default:
      throw reader.malformed('an observation that a peer may vote for')
  }
}

/**
 * Prints an observation in a short form, for people. Of a key it shows the first bytes of the
 * SHA3-256 of the public key set.
 *
 * @param format - its codec prints payloads; the options of a peer will do
 * @example
 * observationText(block.observation, options) // 'OpaquePayload(tea)', 'Add(Fred)', 'Genesis({Alice, Bob})'
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
      return `Accusation(${observation.offender.name}, ${observation.charge})`
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
