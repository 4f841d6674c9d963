// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { toHex, utf8Bytes } from '../base/encoding.ts'
import type { Reader, Writer } from '../base/encoding.ts'
import { checkLimit, limits } from '../base/limits.ts'
import { isFaultyEventKind, isRefusedEventKind, maliceKinds } from '../base/malice-kinds.ts'
import type { FaultyEventKind, RefusedEventKind } from '../base/malice-kinds.ts'
import { hashLength } from './cause.ts'

/** What a peer is accused of (protocol.md section 8). The hashes or the event in it name the proof. */
export type Malice =
  /**
   * - `UnexpectedGenesis`: a vote for Genesis by a peer that is not a founder, or at another place
   *   than right after the Initial event.
   * - `MissingGenesis`: the second event of a founder, which is not a vote for Genesis.
   * - `InvalidAccusation`: an accusation that the ancestors of its creator's next sync event do not
   *   prove.
   * - `InvalidCoinShare`: shares of coins that no correct peer publishes, whatever their bytes: of a
   *   coin that does not exist, or a second time (section 11).
   */
  | { readonly kind: FaultyEventKind; readonly eventHash: Uint8Array }
  /** Two votes of one peer for the same thing; the two oldest ones if there are more. */
  | { readonly kind: 'DuplicateVote'; readonly firstHash: Uint8Array; readonly secondHash: Uint8Array }
  /**
   * Two events of one peer with the same self-parent. (Two Initial events cannot be a fork: all
   * Initial events of a peer have the same content, so they are one event.)
   */
  | { readonly kind: 'Fork'; readonly selfParentHash: Uint8Array }
  /**
   * A sync event whose ancestors prove malice of another peer that its creator had not accused by
   * then. `accusationHash` is the hash of the missing accusation.
   */
  | { readonly kind: 'Accomplice'; readonly eventHash: Uint8Array; readonly accusationHash: Uint8Array }
  /**
   * - `IncorrectGenesis`: a vote for a Genesis with other founders.
   * - `SelfParentByDifferentCreator`: the self-parent is by another peer.
   * - `OtherParentBySameCreator`: the other-parent is by the same peer.
   * - `InvalidRequest`: a Request that does not record a Requesting event addressed to its creator,
   *   or records one a second time.
   * - `InvalidResponse`: a Response that does not record an answer to its creator, or records one a
   *   second time.
   * - `InvalidGossipCreator`: it records gossip by a peer of whose fork it already knew, or of
   *   whose addition it could not know.
   * - `OwnForkInAncestry`: it descends from another branch of its own creator.
   * - `InvalidConclusion`: a Conclusion that records what its line knew already.
   */
  | { readonly kind: RefusedEventKind; readonly eventBytes: Uint8Array }
  /**
   * A share of a coin that the key does not verify: the one at this place in its event, from 0.
   * Peers check only the shares that they need, so it is for those who found it to say so.
   */
  | { readonly kind: 'WrongCoinShare'; readonly eventHash: Uint8Array; readonly place: number }
  /**
   * Malice that the graph cannot prove, such as spam or silence. Only the application accuses of
   * it, see `unprovable`. Votes with different reasons count as votes for the same thing.
   */
  | { readonly kind: 'Unprovable'; readonly reason: string }

/** The hashes by which a malice names its proof, in the order of the encoding. */
function hashesOf(malice: Exclude<Malice, { eventBytes: Uint8Array } | { kind: 'Unprovable' }>): readonly Uint8Array[] {
  if ('selfParentHash' in malice) return [malice.selfParentHash]
  if ('firstHash' in malice) return [malice.firstHash, malice.secondHash]
  return 'accusationHash' in malice ? [malice.eventHash, malice.accusationHash] : [malice.eventHash]
}

/** Writes the canonical encoding. Throws `LimitExceeded`. */
export function writeMalice(writer: Writer, malice: Malice): void {
  writer.u32(maliceKinds.indexOf(malice.kind))
  if (malice.kind === 'Unprovable') {
    const reason = utf8Bytes(malice.reason)
    checkLimit('reason', limits.reasonBytes, reason.length)
    writer.bytes(reason)
  } else if ('eventBytes' in malice) {
    checkLimit('accused event', limits.accusedEventBytes, malice.eventBytes.length)
    writer.bytes(malice.eventBytes)
  } else {
    for (const hash of hashesOf(malice)) writer.fixed(hash)
    if ('place' in malice) writer.u32(malice.place)
  }
}

/**
 * Reads what {@link writeMalice} writes. If it carries an event, that is not decoded. Throws
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
    case 'WrongCoinShare':
      return { kind, eventHash: hash(), place: reader.u32() }
    case 'Unprovable':
      return { kind, reason: reader.string('reason', limits.reasonBytes) }
  }
}

/**
 * Prints malice for people.
 *
 * @param form - `short` prints eight hexadecimal digits of each hash, and of the SHA3-256 of an event
 *   that is carried; `whole` prints all bytes
 * @example
 * maliceText(accusation.malice) // 'Fork(6a0c99e1)'
 */
export function maliceText(malice: Malice, form: 'short' | 'whole' = 'short'): string {
  if (malice.kind === 'Unprovable') return `${malice.kind}(${malice.reason})`
  const isShort = form === 'short'
  const bytes =
    'eventBytes' in malice ? [isShort ? platform.sha3(malice.eventBytes) : malice.eventBytes] : hashesOf(malice)
  const named = bytes.map((one) => toHex(isShort ? one.subarray(0, 4) : one))
  if ('place' in malice) named.push(String(malice.place))
  return `${malice.kind}(${named.join(', ')})`
}
