// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from './errors.ts'

/**
 * The limits of everything that comes from outside. Whatever is beyond its limit is refused with
 * {@link ParsecError} `LimitExceeded`, by the peer that would make it and by those that would read
 * it.
 */
export const limits = {
  /** Bytes of one gossip message. */
  messageBytes: 1 << 28,
  /** Events in one gossip message. */
  messageEvents: 1 << 20,
  /** Bytes of the application's payload in one vote. */
  payloadBytes: 1 << 20,
  /** Bytes of `relatedInfo` in Genesis, Add and Remove. */
  relatedInfoBytes: 1 << 16,
  /**
   * Bytes of a header and its signature that an accusation carries: enough for any event, as a header
   * holds hashes in the place of what is long.
   */
  accusedHeaderBytes: 1 << 10,
  /** Bytes of the application's reason for an accusation that cannot be proven. */
  reasonBytes: 1 << 10,
  /**
   * Refused events of one creator that we keep until we can accuse it. We accept no more messages
   * from a peer that sent us one, so it takes as many malicious senders to reach this limit.
   */
  refusedEvents: 16,
  /** Branches in the graph, not counting the first one of each peer. */
  branches: 1 << 12,
  /** Peers that one observation names, and voters of one election. */
  groupSize: 1024,
  /** Participants of one key generation. If there are more voters, they have no key for the coin. */
  dkgParticipants: 128,
  /** Bytes of a message of a key generation: enough for a part with that many participants. */
  dkgMessageBytes: 1 << 20,
  /** Bytes of an encrypted row or value in a key generation. */
  encryptedRowBytes: 1 << 12,
  /** Coin shares in one event. */
  coinShares: 1 << 12,
  /** Bytes of a signature share. */
  signatureShareBytes: 192,
  /** Bytes of a mock identity's name. */
  nameBytes: 256,
} as const

/** Throws `LimitExceeded` if a size is beyond its limit. */
export function checkLimit(what: string, limit: number, actual: number): void {
  if (actual > limit) throw new ParsecError({ code: 'LimitExceeded', what, limit, actual })
}
