// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { copyOf, toHex, utf8Bytes, Writer } from '../base/encoding.ts'
import type { Reader } from '../base/encoding.ts'
import { checkLimit, limits } from '../base/limits.ts'
import { isFaultyEventKind, refusedEventKinds } from '../base/malice-kinds.ts'
import type { Charge, FaultyEventKind, RefusedEventKind } from '../base/malice-kinds.ts'
import { hashLength } from './cause.ts'

/**
 * What a peer did, and what names the proof (protocol.md section 8). It is the grounds of an
 * accusation, and stands beside it in the accusing event: it is not part of what is agreed.
 */
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
   * then. `accusationHash` is the observation hash of the missing accusation.
   */
  | { readonly kind: 'Accomplice'; readonly eventHash: Uint8Array; readonly accusationHash: Uint8Array }
  /**
   * An event that no correct peer makes or inserts, by its header and its creator's signature. All
   * of these are one charge, RefusedEvent.
   *
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
  | { readonly kind: RefusedEventKind; readonly signedHeader: Uint8Array }
  /**
   * A share of a coin that the key does not verify: the one at this place in its event, from 0.
   * Peers check only the shares that they need, so it is for those who found it to say so.
   */
  | { readonly kind: 'WrongCoinShare'; readonly eventHash: Uint8Array; readonly place: number }
  /**
   * Malice that the graph cannot prove, such as spam or silence. Only the application accuses of
   * it, see `unprovable`; the reason is its own.
   */
  | { readonly kind: 'Unprovable'; readonly reason: string }

/** The hashes by which a malice names its proof, in the order of the encoding. */
function hashesOf(
  malice: Exclude<Malice, { signedHeader: Uint8Array } | { kind: 'Unprovable' }>,
): readonly Uint8Array[] {
  if ('selfParentHash' in malice) return [malice.selfParentHash]
  if ('firstHash' in malice) return [malice.firstHash, malice.secondHash]
  return 'accusationHash' in malice ? [malice.eventHash, malice.accusationHash] : [malice.eventHash]
}

/**
 * The canonical encoding of the grounds of an accusation. What it is charged as is not in it: that
 * stands in the accusation. Throws `LimitExceeded`.
 */
export function encodeGrounds(malice: Malice): Uint8Array {
  const writer = new Writer()
  if (malice.kind === 'Unprovable') {
    const reason = utf8Bytes(malice.reason)
    checkLimit('reason', limits.reasonBytes, reason.length)
    writer.bytes(reason)
  } else if ('signedHeader' in malice) {
    checkLimit('accused header', limits.accusedHeaderBytes, malice.signedHeader.length)
    writer.u32(refusedEventKinds.indexOf(malice.kind)).bytes(malice.signedHeader)
  } else {
    for (const hash of hashesOf(malice)) writer.fixed(hash)
    if ('place' in malice) writer.u32(malice.place)
  }
  return writer.finish()
}

/**
 * Reads what {@link encodeGrounds} writes. If it carries a header, that is not decoded. Throws
 * `MalformedEncoding` or `LimitExceeded`.
 *
 * @param charge - of the accusation that it stands beside
 */
export function readGrounds(reader: Reader, charge: Charge): Malice {
  const hash = (): Uint8Array => copyOf(reader.fixed(hashLength, 'a hash'))
  if (isFaultyEventKind(charge)) return { kind: charge, eventHash: hash() }
  switch (charge) {
    case 'DuplicateVote':
      return { kind: charge, firstHash: hash(), secondHash: hash() }
    case 'Fork':
      return { kind: charge, selfParentHash: hash() }
    case 'Accomplice':
      return { kind: charge, eventHash: hash(), accusationHash: hash() }
    case 'WrongCoinShare':
      return { kind: charge, eventHash: hash(), place: reader.u32() }
    case 'RefusedEvent': {
      const kind = refusedEventKinds[reader.u32()]
      if (kind === undefined) throw reader.malformed('why an event is refused')
      return { kind, signedHeader: copyOf(reader.bytes('accused header', limits.accusedHeaderBytes)) }
    }
    case 'Unprovable':
      return { kind: charge, reason: reader.string('reason', limits.reasonBytes) }
  }
}

/**
 * Prints malice for people.
 *
 * @param form - `short` prints eight hexadecimal digits of each hash, and of the SHA3-256 of a header
 *   that is carried; `whole` prints all bytes
 * @example
 * maliceText(malice) // 'Fork(6a0c99e1)'
 */
export function maliceText(malice: Malice, form: 'short' | 'whole' = 'short'): string {
  if (malice.kind === 'Unprovable') return `${malice.kind}(${malice.reason})`
  const isShort = form === 'short'
  const bytes =
    'signedHeader' in malice ? [isShort ? platform.sha3(malice.signedHeader) : malice.signedHeader] : hashesOf(malice)
  const named = bytes.map((one) => toHex(isShort ? one.subarray(0, 4) : one))
  if ('place' in malice) named.push(String(malice.place))
  return `${malice.kind}(${named.join(', ')})`
}
