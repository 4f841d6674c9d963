// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { RefusedEventKind } from './malice-kinds.ts'
import type { PublicId } from './public-id.ts'

/**
 * Everything that can go wrong: a code, and fields that explain it. Wrong calls and wrong messages
 * can cause these errors. None of them damages the peer's state.
 */
export type ParsecErrorDetail =
  /**
   * The bytes at `offset` are not the canonical encoding of what is `expected` there (protocol.md
   * section 2).
   */
  | { readonly code: 'MalformedEncoding'; readonly expected: string; readonly offset: number }
  /** A size is beyond its limit (see `limits`). */
  | { readonly code: 'LimitExceeded'; readonly what: string; readonly limit: number; readonly actual: number }
  /** The application's codec refused a payload's bytes, or encodes the payload to other bytes. */
  | { readonly code: 'MalformedPayload'; readonly reason: string }
  /** This cannot be voted for: only the library votes for such an observation. */
  | { readonly code: 'InvalidObservation'; readonly kind: string; readonly reason: string }
  /** Bytes that are not a public id of the network's identity scheme. */
  | { readonly code: 'InvalidPublicId'; readonly reason: string }
  /** The signature of an event, or of the vote in it, is not by the event's creator. */
  | { readonly code: 'SignatureFailure'; readonly event: string; readonly signed: 'event' | 'vote' }
  /** As far as we have decided, the creator of the event was never a member (section 3). */
  | { readonly code: 'UnknownCreator'; readonly event: string; readonly creator: PublicId }
  /** Evidence has an event without its parents. */
  | { readonly code: 'UnknownParent'; readonly event: string }
  /**
   * An event that no correct peer makes or accepts (section 8). We will accuse its creator, and
   * accept no more messages from the peer that sent it.
   */
  | {
      readonly code: 'MaliciousEvent'
      readonly event: string
      readonly creator: PublicId
      readonly malice: RefusedEventKind
    }
  /**
   * So many votes and requests of one creator that the others must take in some of them first
   * (section 3). When {@link Parsec.voteFor} throws it, go on with gossip and vote later.
   */
  | { readonly code: 'TooFarAhead'; readonly creator: PublicId }
  /** The peer sends requests much more often than we do. */
  | { readonly code: 'TooManyRequests'; readonly peer: PublicId }
  /**
   * Shares of coins for an election that has not begun here, so they cannot be judged yet. A correct
   * peer first sends the events that begin the election (section 11).
   */
  | { readonly code: 'PrematureCoinShares'; readonly event: string; readonly election: number }
  /**
   * The peer forked, or it sent us an event that no correct peer accepts. We neither hear it nor
   * send to it.
   */
  | { readonly code: 'DistrustedPeer'; readonly peer: PublicId; readonly malice: 'Fork' | RefusedEventKind }
  /**
   * An event with our signature that this peer did not make. Either two processes use the same key,
   * or this peer was started again and has lost what it did before. From now on it only listens:
   * what it would sign would make it a forker.
   */
  | { readonly code: 'UnknownOwnEvent'; readonly event: string }
  /** We do not know this peer as a member. */
  | { readonly code: 'UnknownPeer'; readonly peer: PublicId }
  /**
   * The other peer's state does not allow this; for instance, it was removed, so that we hear nothing
   * more from it, and it cannot be added again.
   */
  | { readonly code: 'InvalidPeerState'; readonly peer: PublicId; readonly required: string; readonly actual: string }
  /** Our own state does not allow this; for instance, we are not a voter yet. */
  | { readonly code: 'InvalidSelfState'; readonly required: string; readonly actual: string }
  /** A message of the wrong kind, or one that does not end as its kind must (sections 3 and 8). */
  | { readonly code: 'InvalidMessage'; readonly reason: string }
  /** We have voted for the same thing before. */
  | { readonly code: 'DuplicateVote'; readonly observation: string }
  /** The votes in a block do not prove it. */
  | { readonly code: 'InvalidBlock'; readonly reason: string }
  /** The events do not prove the accusation. */
  | { readonly code: 'InvalidEvidence' }
  /** No signature or plaintext can be made of these shares: too few, or bytes that are not shares. */
  | { readonly code: 'InvalidShares'; readonly reason: string }
  /** Bytes that are not a ciphertext with this label. */
  | { readonly code: 'InvalidCiphertext' }
  /** No peer can be made with these founders or present members, or no key with these participants. */
  | { readonly code: 'InvalidGroup'; readonly reason: string }
  /** An option is missing or has a value that it cannot have. */
  | { readonly code: 'InvalidOptions'; readonly option: string; readonly reason: string }

/** The codes of all errors. */
export type ParsecErrorCode = ParsecErrorDetail['code']

/**
 * The error that this library throws for a wrong call or a wrong message. Use
 * {@link ParsecError.is} to tell what went wrong.
 *
 * @example
 * try {
 *   parsec.handleMessage(sender, bytes)
 * } catch (error) {
 *   if (ParsecError.is(error, 'DistrustedPeer')) disconnect(error.detail.peer)
 *   else if (!ParsecError.is(error)) throw error
 * }
 */
export class ParsecError extends Error {
  override readonly name = 'ParsecError'
  /** What went wrong. */
  readonly code: ParsecErrorCode
  /** The code again, with the fields that explain it. */
  readonly detail: ParsecErrorDetail

  constructor(detail: ParsecErrorDetail) {
    const { code, ...fields } = detail
    const texts = Object.entries<string | number | PublicId>(fields).map(([name, value]) => `${name} ${textOf(value)}`)
    super(`${code}: ${texts.join(', ')}`)
    this.code = code
    this.detail = detail
  }

  /**
   * Is it an error of this library with one of these codes? Then TypeScript knows the fields of
   * `error.detail`.
   *
   * @param error - whatever was caught
   * @param codes - the codes to look for; without any, every error of this library is one
   * @example
   * if (ParsecError.is(error, 'LimitExceeded')) console.log(error.detail.limit)
   */
  static is<C extends ParsecErrorCode = ParsecErrorCode>(error: unknown, ...codes: readonly C[]): error is Coded<C> {
    return error instanceof ParsecError && (codes.length === 0 || codes.some((code) => code === error.code))
  }
}

type Coded<C extends ParsecErrorCode> = ParsecError & {
  readonly code: C
  readonly detail: Extract<ParsecErrorDetail, { readonly code: C }>
}

function textOf(value: string | number | PublicId): string {
  return typeof value === 'object' ? value.name : String(value)
}

/** Checks what only a bug of this library can break. */
export function assert(condition: boolean, expected: string): asserts condition {
  if (!condition) throw new Error(`assertion failed, expected: ${expected}`)
}
