// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../base/public-id.ts'
import type { CauseKind } from '../wire/cause.ts'
import type { CoinShares } from '../wire/coin-shares.ts'
import type { ConsensusMode } from '../wire/format.ts'
import type { Observation } from '../wire/observation.ts'
import type { PeerState } from '../graph/peers.ts'
import type { CoinKind } from '../election/coin.ts'
import type { SeenThrough } from '../election/voters.ts'

/**
 * Read-only views of one peer's gossip graph and of the election under way: what graph files, pictures, tests and
 * explorers read. Nothing here is computed until it is asked for, so it costs nothing when unused.
 */

export interface PeerView {
  /** Number of the peer in this graph: local, never compared between peers. */
  readonly index: number
  readonly id: PublicId
  readonly name: string
  readonly state: PeerState
}

export interface EventView {
  /** Place in insertion order, from 0. Parents have smaller numbers. */
  readonly index: number
  /** Peer index of the creator. */
  readonly creator: number
  /** 0 for Initial, else the self-parent's plus one. */
  readonly indexByCreator: number
  /** Which of the creator's events with this indexByCreator it is, in order of arrival; 0 unless the creator forked. */
  readonly branch: number
  /** True when the creator has more than one event with this indexByCreator. */
  readonly forked: boolean
  readonly cause: CauseKind
  /** Event index, or undefined for Initial. */
  readonly selfParent: number | undefined
  /** Event index, for Request and Response. */
  readonly otherParent: number | undefined
  /** Peer index of whom a Requesting event is addressed to. */
  readonly recipient: number | undefined
  /** Payload index (see {@link Inspection.payload}) of what an Observation event votes for. */
  readonly payload: number | undefined
  /** The shares of coins that a CoinShares event brings. */
  readonly coins: CoinShares | undefined
  /** Per peer of whom an ancestor (or the event itself) is known: the highest indexByCreator among them. */
  readonly lastAncestors: ReadonlyMap<number, number>
}

export interface PayloadView {
  readonly index: number
  readonly observation: Observation<unknown>
  /** Short printable form, as in recorded graphs: `OpaquePayload(0)`, `Add(Fred)`, `Genesis({Alice, Bob})`. */
  readonly text: string
  /** Hex of the observation hash. */
  readonly hash: string
  /** In single mode, whose vote it is (peer index). */
  readonly voter: number | undefined
  /** True once it is in the consensus history. */
  readonly decided: boolean
}

/** One entry of a meta-vote list (protocol.md section 5.3). */
export interface MetaVoteView {
  readonly round: number
  /** 0 forced true, 1 forced false, 2 genuine flip. */
  readonly step: 0 | 1 | 2
  readonly estimates: ReadonlySet<boolean>
  readonly binValues: ReadonlySet<boolean>
  readonly aux: boolean | undefined
  readonly decision: boolean | undefined
  /** The aux values that it confirms (section 11): at step 2, where the coin needs confirmations. */
  readonly confirmed: ReadonlySet<boolean>
}

export interface MetaEventView {
  /** Event index. */
  readonly event: number
  /** Peer indices whose first interesting event it strongly sees; non-empty for an observer only. */
  readonly observees: ReadonlySet<number>
  /** Payload indices, in order of the list (section 5.1). */
  readonly interestingContent: readonly number[]
  /** Per subject (voter's peer index) its list of meta-votes; empty before the observer. */
  readonly metaVotes: ReadonlyMap<number, readonly MetaVoteView[]>
}

/** What an election decided, and from what (section 6). */
export interface DecisionView {
  /** Number of the election, from 0. */
  readonly election: number
  /** Index of the event at which the last subject was decided. */
  readonly event: number
  /** Per subject (voter's peer index): may its opinion count? */
  readonly subjects: ReadonlyMap<number, boolean>
  /** Per subject decided true: its first interesting event. */
  readonly firstInteresting: ReadonlyMap<number, number>
  /** Payload indices in decided order. */
  readonly payloads: readonly number[]
}

export interface Inspection {
  /** Peer index of whose graph it is; undefined for a graph without an owner (generated). */
  readonly ourIndex: number | undefined
  readonly mode: ConsensusMode
  readonly seenThrough: SeenThrough
  readonly coin: CoinKind
  /** Name of the kind of keys that are generated; undefined where key generations have no effect. */
  readonly keys: string | undefined
  /**
   * With the threshold coin, t of the key that the voters of the election under way share: more
   * than t shares are a coin. Undefined while they have none, and the coin is one that can be
   * foreseen.
   */
  readonly coinThreshold: number | undefined
  /** Every peer met so far; `peers()[i].index === i`. */
  peers(): readonly PeerView[]
  readonly eventCount: number
  event(index: number): EventView
  /** Number of payloads; indices run below it. */
  readonly payloadCount: number
  payload(index: number): PayloadView
  /** Number of elections already decided, which is the number of the one under way. */
  readonly election: number
  /** Peer indices of the voters of the election under way. */
  voters(): readonly number[]
  /** Event indices in topological order that carry a payload not yet decided. */
  unconsensusedEvents(): readonly number[]
  /** Per voter (peer index): its events with interesting content in the election under way, in topological order. */
  interestingEvents(): ReadonlyMap<number, readonly number[]>
  /** Meta-event of an event in the election under way, or undefined if it has none. */
  metaEvent(index: number): MetaEventView | undefined
  /** Indices of the events that have a meta-event, ascending. */
  metaEvents(): readonly number[]
  /** Payload indices in decided order. */
  history(): readonly number[]
  /** Does event x descend from event y (section 4; an event descends from itself)? */
  descends(x: number, y: number): boolean
  /** Does event x see event y (section 4)? */
  sees(x: number, y: number): boolean
  /** Does event x strongly see event y, among the voters of the election under way (section 4)? */
  stronglySees(x: number, y: number): boolean
  /** Is event x aware of a fork by the peer (section 4)? */
  isAwareOfFork(x: number, peer: number): boolean
}
