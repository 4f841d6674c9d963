// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Something that peers vote for. */
export type Topic = PayloadTopic | MembershipTopic | KeyTopic

interface TopicTiming {
  /** First round in which a peer votes for it; 0 is before any gossip. */
  readonly round: number
  /** Each peer votes in a random round from `round` to `round + spreadRounds`. */
  readonly spreadRounds: number
}

export interface PayloadTopic extends TopicTiming {
  readonly kind: 'payload'
  readonly text: string
  /**
   * Who votes for it. A number: this many random founders; those who are to be removed are taken only
   * if there are not enough others. `all`: every founder and, in supermajority mode, every newcomer
   * that becomes a voter while it is undecided.
   */
  readonly by: number | 'all'
}

/**
 * Every voter votes for it, the peer itself included, and so does every newcomer that becomes a
 * voter while it is undecided.
 */
export interface MembershipTopic extends TopicTiming {
  readonly kind: 'add' | 'remove'
  readonly peer: string
  /**
   * A peer votes for it only after it has put out the first `after` membership topics of the list;
   * 0: it does not wait.
   */
  readonly after: number
}

/**
 * A key to be generated; every voter votes for it. The key comes if some of its participants stay
 * members to the end, and fewer than a third of these and the faulty ones together are faulty.
 */
export interface KeyTopic extends TopicTiming {
  readonly kind: 'key'
  /** Names of peers that are members at some time. */
  readonly participants: readonly string[]
}

export function isMembership(topic: Topic): topic is MembershipTopic {
  return topic.kind === 'add' || topic.kind === 'remove'
}
