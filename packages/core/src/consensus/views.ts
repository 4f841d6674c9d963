// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../base/public-id.ts'
import type { CauseKind } from '../wire/cause.ts'
import type { CoinShares } from '../wire/coin-shares.ts'
import type { Malice } from '../wire/malice.ts'
import type { ConsensusMode } from '../wire/format.ts'
import type { Observation } from '../wire/observation.ts'
import type { PeerState } from '../graph/peers.ts'
import type { CoinKind } from '../election/coin.ts'
import type { SeenThrough } from '../election/voters.ts'

/*
 * Read-only views of one peer's gossip graph and of the election under way. Graph files, pictures,
 * tests and explorers read them. Nothing is computed until it is asked for, so they cost nothing
 * when unused.
 */

/** A peer, as one peer knows it. */
export interface PeerView {
  /**
   * The peer's number in this graph. Each peer numbers the others differently, so never compare it
   * between peers.
   */
  readonly index: number
  /** Its id. */
  readonly id: PublicId
  /** The name of its id. */
  readonly name: string
  /** What it may do. */
  readonly state: PeerState
}

/** An event of the gossip graph. */
export interface EventView {
  /** Its place in insertion order, from 0. Parents have smaller numbers than children. */
  readonly index: number
  /** The peer index of its creator. */
  readonly creator: number
  /**
   * Its place among its creator's events: 0 for Initial, else one more than that of the
   * self-parent.
   */
  readonly indexByCreator: number
  /**
   * 0, unless its creator forked and has several events with this indexByCreator. These are
   * numbered from 0 in the order in which they were inserted.
   */
  readonly branch: number
  /** Has its creator more than one event with this indexByCreator? */
  readonly forked: boolean
  /** Why it was made. */
  readonly cause: CauseKind
  /** The event index of the self-parent; undefined for Initial. */
  readonly selfParent: number | undefined
  /** The event index of the other-parent, for Request, Response and Conclusion. */
  readonly otherParent: number | undefined
  /** The peer index of the recipient, for Requesting. */
  readonly recipient: number | undefined
  /** The payload index of what it votes for (see {@link Inspection.payload}), for Observation. */
  readonly payload: number | undefined
  /** Its shares of coins, for CoinShares. */
  readonly coins: CoinShares | undefined
  /** On which grounds it accuses, if what it votes for is an accusation (section 8). */
  readonly grounds: Malice | undefined
  /**
   * For each peer that has events among its ancestors, itself included: the highest indexByCreator
   * of these.
   */
  readonly lastAncestors: ReadonlyMap<number, number>
}

/** Something that is voted for or decided. */
export interface PayloadView {
  /** Its number in this graph. Each peer numbers payloads differently. */
  readonly index: number
  /** The observation itself. */
  readonly observation: Observation<unknown>
  /** A short text, as in recorded graphs: `OpaquePayload(0)`, `Add(Fred)`, `Genesis({Alice, Bob})`. */
  readonly text: string
  /** The hash of the observation, in hexadecimal. */
  readonly hash: string
  /** In single mode, the peer index of the one whose vote it is. */
  readonly voter: number | undefined
  /** Is it decided? */
  readonly decided: boolean
}

/**
 * One entry in a list of meta-votes (protocol.md section 5.3): what an event holds at one round and
 * step.
 */
export interface MetaVoteView {
  /** The round, from 0. */
  readonly round: number
  /** The step: only true can be decided at 0, only false at 1; at 2 the coin helps out. */
  readonly step: 0 | 1 | 2
  /** The values that it considers. */
  readonly estimates: ReadonlySet<boolean>
  /** The values that a supermajority of the voters consider. */
  readonly binValues: ReadonlySet<boolean>
  /** The first of the binValues; undefined until there is one. */
  readonly aux: boolean | undefined
  /** What is decided; undefined if nothing is yet. */
  readonly decision: boolean | undefined
  /** The aux values that it confirms (section 11), at step 2; empty with the predictable coin. */
  readonly confirmed: ReadonlySet<boolean>
}

/** What an event says about the election under way (section 5). */
export interface MetaEventView {
  /** The event index. */
  readonly event: number
  /**
   * The peer indices of those whose first interesting event it strongly sees. Empty, unless it is
   * an observer (of the first attempt).
   */
  readonly observees: ReadonlySet<number>
  /** The payload indices of what it finds interesting, in the order of its list (section 5.1). */
  readonly interestingContent: readonly number[]
  /** Which attempt of the election its meta-votes are of (section 5.4). */
  readonly attempt: 1 | 2
  /**
   * Its meta-votes about each subject, by the subject's peer index. Empty before its line has an
   * observer.
   */
  readonly metaVotes: ReadonlyMap<number, readonly MetaVoteView[]>
  /** If it ends the first attempt: the meta-votes by which it does, all decided false. Else empty. */
  readonly ending: ReadonlyMap<number, readonly MetaVoteView[]>
}

/** What an election decided, and from what (section 6). */
export interface DecisionView {
  /** The number of the election, from 0. */
  readonly election: number
  /** The index of the event at which the last subject was decided. */
  readonly event: number
  /** For each subject, by peer index: does its opinion count? */
  readonly subjects: ReadonlyMap<number, boolean>
  /** For each subject whose opinion counts, by peer index: the index of its first interesting event. */
  readonly firstInteresting: ReadonlyMap<number, number>
  /** The indices of the decided payloads, in their order. */
  readonly payloads: readonly number[]
}

/**
 * A live, read-only view of one peer: its gossip graph, its peers and the election under way. Peers,
 * events and payloads are numbers here.
 *
 * @example
 * const inspection = peer.inspect()
 * for (let x = 0; x < inspection.eventCount; x++) console.log(inspection.event(x).cause)
 */
export interface Inspection {
  /** The index of the peer whose graph it is; undefined if the graph belongs to no peer. */
  readonly ourIndex: number | undefined
  /** How many votes a payload needs. */
  readonly mode: ConsensusMode
  /** Whose events count for "strongly sees". */
  readonly seenThrough: SeenThrough
  /** Which coin elections use. */
  readonly coin: CoinKind
  /** The name of the kind of keys that are generated; undefined if key generations have no effect. */
  readonly keys: string | undefined
  /**
   * With the threshold coin: t of the key that the voters of the election under way share. More
   * than t shares make a coin. Undefined while the voters have no key; the coin can then be
   * foreseen.
   */
  readonly coinThreshold: number | undefined
  /** All peers met so far, each at its index. */
  peers(): readonly PeerView[]
  /** How many events there are. Their indices are smaller than this. */
  readonly eventCount: number
  /**
   * The event with an index.
   *
   * @throws RangeError if there is none
   */
  event(index: number): EventView
  /** How many payloads there are. Their indices are smaller than this. */
  readonly payloadCount: number
  /**
   * The payload with an index.
   *
   * @throws RangeError if there is none
   */
  payload(index: number): PayloadView
  /** How many elections are decided; also the number of the one under way. */
  readonly election: number
  /** The peer indices of the voters of the election under way. */
  voters(): readonly number[]
  /**
   * The indices of the events that vote for a payload which is not decided yet, parents before
   * children.
   */
  unconsensusedEvents(): readonly number[]
  /**
   * For each voter, by peer index: the indices of its events that find something interesting in the
   * election under way, parents before children.
   */
  interestingEvents(): ReadonlyMap<number, readonly number[]>
  /** What an event says about the election under way; undefined if nothing. */
  metaEvent(index: number): MetaEventView | undefined
  /**
   * The indices of the events for which {@link Inspection.metaEvent} has something, in ascending
   * order.
   */
  metaEvents(): readonly number[]
  /** The indices of all decided payloads, in their order. */
  history(): readonly number[]
  /** Does event x descend from event y (section 4)? Every event descends from itself. */
  descends(x: number, y: number): boolean
  /** Does event x see event y (section 4)? */
  sees(x: number, y: number): boolean
  /** Does event x strongly see event y, among the voters of the election under way (section 4)? */
  stronglySees(x: number, y: number): boolean
  /** Is event x aware of a fork by the peer (section 4)? */
  isAwareOfFork(x: number, peer: number): boolean
}
