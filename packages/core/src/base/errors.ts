// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { RefusedEventKind } from './malice-kinds.ts'
import type { PublicId } from './public-id.ts'

/**
 * What can go wrong, as a closed union: a code and the fields that explain it. Everything here can be caused by a wrong
 * call or by a wrong message; none of it damages the state.
 */
export type ParsecErrorDetail =
  /** Bytes that are not the canonical encoding of anything (protocol.md section 2). */
  | { readonly code: 'MalformedEncoding'; readonly expected: string; readonly offset: number }
  /** A size beyond its stated limit (see `limits`). */
  | { readonly code: 'LimitExceeded'; readonly what: string; readonly limit: number; readonly actual: number }
  /** The application's payload codec refused the bytes, or does not give the same bytes back. */
  | { readonly code: 'MalformedPayload'; readonly reason: string }
  /** An observation that this peer must not vote for, or that may not come from outside. */
  | { readonly code: 'InvalidObservation'; readonly kind: string; readonly reason: string }
  | { readonly code: 'InvalidPublicId'; readonly reason: string }
  | { readonly code: 'SignatureFailure'; readonly event: string; readonly signed: 'event' | 'vote' }
  /** The creator was never a member as far as we have decided (section 3). */
  | { readonly code: 'UnknownCreator'; readonly event: string; readonly creator: PublicId }
  | { readonly code: 'UnknownParent'; readonly event: string; readonly parent: string }
  /**
   * An event that no correct peer makes or inserts (section 8); its creator will be accused, and
   * nothing is taken from its sender any more.
   */
  | {
      readonly code: 'MaliciousEvent'
      readonly event: string
      readonly creator: PublicId
      readonly malice: RefusedEventKind
    }
  /**
   * Shares of coins of an election that has not begun: nobody can judge them yet, and no correct
   * peer sends them before what begins it (section 11).
   */
  | { readonly code: 'PrematureCoinShares'; readonly event: string; readonly election: number }
  /** It forked, or it has sent us an event that no correct peer inserts. */
  | { readonly code: 'DistrustedPeer'; readonly peer: PublicId; readonly malice: 'Fork' | RefusedEventKind }
  /**
   * An event that bears our signature and that this state has not made: two processes share a key,
   * or a state was rolled back.
   */
  | { readonly code: 'UnknownOwnEvent'; readonly event: string }
  | { readonly code: 'UnknownPeer'; readonly peer: PublicId }
  | { readonly code: 'InvalidPeerState'; readonly peer: PublicId; readonly required: string; readonly actual: string }
  | { readonly code: 'InvalidSelfState'; readonly required: string; readonly actual: string }
  /** A message whose last event is not the sync event that it must be (sections 3 and 8). */
  | { readonly code: 'InvalidMessage'; readonly reason: string }
  /** We have voted for the same observation key before. */
  | { readonly code: 'DuplicateVote'; readonly observation: string }
  /** A block whose proofs do not hold. */
  | { readonly code: 'InvalidBlock'; readonly reason: string }
  /** Events that do not prove what they are said to prove. */
  | { readonly code: 'InvalidEvidence' }
  /** Shares of which no signature or plaintext can be made: too few, or no shares at all. */
  | { readonly code: 'InvalidShares'; readonly reason: string }
  /** Bytes that nobody has encrypted to a group, with this label. */
  | { readonly code: 'InvalidCiphertext' }
  /** A set of founders or present members with which no peer can be made. */
  | { readonly code: 'InvalidGroup'; readonly reason: string }
  /** An option that is missing or none of its values. */
  | { readonly code: 'InvalidOptions'; readonly option: string; readonly reason: string }

export type ParsecErrorCode = ParsecErrorDetail['code']

/**
 * The one error that this library throws for a wrong call or a wrong message.
 *
 * @example
 * try {
 *   parsec.handleResponse(sender, bytes)
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
   * Is it an error of this library, and one of these codes? Narrows `error.detail` by the code.
   *
   * @param codes - none for any
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

/** Guards what only a mistake of ours can break. */
export function assert(condition: boolean, expected: string): asserts condition {
  if (!condition) throw new Error(`assertion failed, expected: ${expected}`)
}
