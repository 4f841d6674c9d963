// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from './errors.ts'

/**
 * The limits of everything that comes from outside. Whatever is beyond its limit is refused with
 * {@link ParsecError} `LimitExceeded`, by the peer that would make it and by those that would read
 * it.
 */
export const limits = {
  /** Bytes of a gossip message that comes in: enough for any single event. */
  messageBytes: 1 << 21,
  /** Events in a gossip message that comes in. */
  messageEvents: 1 << 10,
  /**
   * Bytes of a gossip message that we make. Only a message of one event may be larger. What does not
   * fit follows in further messages.
   */
  sliceBytes: 1 << 20,
  /** Events in a gossip message that we make. Taking in so many takes about 100 ms at most. */
  sliceEvents: 1 << 9,
  /** Bytes of a message of a stranger: a peer of which we do not know that it is a member. */
  strangerBytes: 1 << 16,
  /**
   * Votes and requests of one creator that two thirds of the voters have not acknowledged, and the
   * sum of their bytes (protocol.md section 3, the window).
   */
  windowEvents: 1 << 10,
  windowBytes: 1 << 23,
  /** Requests of one peer that are answered from one request of ours to the next. */
  requestsPerTick: 1 << 6,
  /** Bytes of one event: more than the limits of its parts allow. */
  eventBytes: (1 << 20) + (1 << 17),
  /** Bytes of a piece of evidence, and the events in it. */
  evidenceBytes: 1 << 28,
  evidenceEvents: 1 << 20,
  /** Events that a receipt names. */
  receiptTips: 1 << 10,
  /**
   * Third and further branches that messages of one peer may have brought while nobody has recorded
   * them (docs/threat-model.md, branches).
   */
  unrecordedBranches: 1 << 7,
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
   * from a peer that sent us one, so it takes as many malicious senders to reach this limit. Also
   * wrong coin shares of one creator.
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
  /** Coin shares in one event. Whoever has more to publish does so after its next sync events. */
  coinShares: 32,
  /** Bytes of a signature share. */
  signatureShareBytes: 96,
  /** Bytes of a mock identity's name. */
  nameBytes: 256,
} as const

/** Throws `LimitExceeded` if a size is beyond its limit. */
export function checkLimit(what: string, limit: number, actual: number): void {
  if (actual > limit) throw new ParsecError({ code: 'LimitExceeded', what, limit, actual })
}
