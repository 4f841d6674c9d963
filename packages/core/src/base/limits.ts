// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from './errors.ts'

/** Every size that can come from outside, in one place. Beyond a limit a decoder throws `LimitExceeded`. */
export const limits = {
  /** Bytes of one gossip message. */
  messageBytes: 1 << 28,
  /** Events in one gossip message. */
  messageEvents: 1 << 20,
  /** Bytes of the application's payload in one vote. */
  payloadBytes: 1 << 20,
  /** Bytes of relatedInfo in Genesis, Add and Remove. */
  relatedInfoBytes: 1 << 16,
  /** Bytes of an event that an accusation carries: every event with a payload within its limit. */
  accusedEventBytes: (1 << 20) + (1 << 12),
  /** Bytes of the application's reason for an accusation that cannot be proven. */
  reasonBytes: 1 << 10,
  /**
   * Events of one creator that we have refused and keep until we can accuse it. As nobody is heard
   * who has sent one, more senders than this would have to be malicious.
   */
  refusedEvents: 16,
  /** Branches in the graph, beyond one per peer. */
  branches: 1 << 12,
  /** Peers named in one observation, and voters of one election. */
  groupSize: 1024,
  /** Participants of one key generation; more voters have no key for the coin. */
  dkgParticipants: 128,
  /** Bytes of a message of a key generation: room for the part of as many participants. */
  dkgMessageBytes: 1 << 20,
  /** Bytes of a row or value of a key generation, encrypted to its reader. */
  encryptedRowBytes: 1 << 12,
  /** Coin shares in one event. */
  coinShares: 1 << 12,
  /** Bytes of a signature share. */
  signatureShareBytes: 192,
  /** Bytes of a mock identity's name. */
  nameBytes: 256,
} as const

/** Throws `LimitExceeded`. */
export function checkLimit(what: string, limit: number, actual: number): void {
  if (actual > limit) throw new ParsecError({ code: 'LimitExceeded', what, limit, actual })
}
