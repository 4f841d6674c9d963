// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { toHex, utf8Bytes } from '../base/encoding.ts'
import type { Reader, Writer } from '../base/encoding.ts'
import { checkLimit, limits } from '../base/limits.ts'
import { isFaultyEventKind, isRefusedEventKind, maliceKinds } from '../base/malice-kinds.ts'
import type { FaultyEventKind, RefusedEventKind } from '../base/malice-kinds.ts'
import { hashLength } from './cause.ts'

/** What a peer is accused of, with what names the proof (section 8). */
export type Malice =
  /**
   * - `UnexpectedGenesis`: votes for Genesis though it is no founding member, or not right after its Initial event.
   * - `MissingGenesis`: a founding member's second event is not its vote for Genesis.
   * - `InvalidAccusation`: an accusation that the next sync event of its creator does not bear out.
   * - `InvalidCoinShare`: a share of a coin that its key does not verify, or of a coin that does
   *   not exist (section 11).
   */
  | { readonly kind: FaultyEventKind; readonly eventHash: Uint8Array }
  /** Two votes of one creator for one observation key; of more, the two oldest. */
  | { readonly kind: 'DuplicateVote'; readonly firstHash: Uint8Array; readonly secondHash: Uint8Array }
  /**
   * Two events with the same self-parent. All Initial events of a peer are one, as there is nothing
   * in which they could differ.
   */
  | { readonly kind: 'Fork'; readonly selfParentHash: Uint8Array }
  /**
   * A sync event whose ancestry proves a malice that its creator has not accused by then; named by
   * the hash of the accusation that is missing.
   */
  | { readonly kind: 'Accomplice'; readonly eventHash: Uint8Array; readonly accusationHash: Uint8Array }
  /**
   * - `IncorrectGenesis`: a vote for a Genesis with another group.
   * - `SelfParentByDifferentCreator`, `OtherParentBySameCreator`: parents that the event cannot have.
   * - `InvalidRequest`: does not record a Requesting event addressed to its creator, or one that was recorded before.
   * - `InvalidResponse`: does not record an answer to a Requesting event of its creator, or one
   *   that was recorded before.
   * - `InvalidGossipCreator`: records gossip of a peer whose addition it could not know of, or of
   *   whose fork its self-parent is aware.
   * - `OwnForkInAncestry`: descends from another branch of its creator.
   */
  | { readonly kind: RefusedEventKind; readonly eventBytes: Uint8Array }
  /**
   * What no graph shows: spam, silence. Made by the application; the reason is left out when
   * observations are compared.
   */
  | { readonly kind: 'Unprovable'; readonly reason: string }

/** The hashes by which a malice names its proof, in the order of the encoding. */
function hashesOf(malice: Exclude<Malice, { eventBytes: Uint8Array } | { kind: 'Unprovable' }>): readonly Uint8Array[] {
  if ('selfParentHash' in malice) return [malice.selfParentHash]
  if ('firstHash' in malice) return [malice.firstHash, malice.secondHash]
  return 'accusationHash' in malice ? [malice.eventHash, malice.accusationHash] : [malice.eventHash]
}

/** Appends the canonical encoding; throws `LimitExceeded`. */
export function writeMalice(writer: Writer, malice: Malice): void {
  writer.u32(maliceKinds.indexOf(malice.kind))
  if (malice.kind === 'Unprovable') {
    const reason = utf8Bytes(malice.reason)
    checkLimit('reason', limits.reasonBytes, reason.length)
    writer.bytes(reason)
  } else if ('eventBytes' in malice) {
    checkLimit('accused event', limits.accusedEventBytes, malice.eventBytes.length)
    writer.bytes(malice.eventBytes)
  } else for (const hash of hashesOf(malice)) writer.fixed(hash)
}

/**
 * Reads what {@link writeMalice} writes; an event that it carries stays as bytes. Throws
 * `MalformedEncoding` or `LimitExceeded`.
 */
export function readMalice(reader: Reader): Malice {
  const kind = maliceKinds[reader.u32()]
  if (kind === undefined) throw reader.malformed('a kind of malice')
  const hash = (): Uint8Array => reader.fixed(hashLength, 'a hash').slice()
  if (isFaultyEventKind(kind)) return { kind, eventHash: hash() }
  if (isRefusedEventKind(kind)) {
    return { kind, eventBytes: reader.bytes('accused event', limits.accusedEventBytes).slice() }
  }
  switch (kind) {
    case 'DuplicateVote':
      return { kind, firstHash: hash(), secondHash: hash() }
    case 'Fork':
      return { kind, selfParentHash: hash() }
    case 'Accomplice':
      return { kind, eventHash: hash(), accusationHash: hash() }
    case 'Unprovable':
      return { kind, reason: reader.string('reason', limits.reasonBytes) }
  }
}

/**
 * Printable form: `Fork(6a0c99e1)`.
 *
 * @param form - `short`: eight hexadecimal digits of each hash, and of the SHA3-256 of an event
 *   that is carried; `whole`: all of these bytes.
 */
export function maliceText(malice: Malice, form: 'short' | 'whole' = 'short'): string {
  if (malice.kind === 'Unprovable') return `${malice.kind}(${malice.reason})`
  const isShort = form === 'short'
  const named =
    'eventBytes' in malice ? [isShort ? platform.sha3(malice.eventBytes) : malice.eventBytes] : hashesOf(malice)
  return `${malice.kind}(${named.map((bytes) => toHex(isShort ? bytes.subarray(0, 4) : bytes)).join(', ')})`
}
