// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type {
  Event,
  KeyScheme,
  MaliceKind,
  Message,
  MessageKind,
  Observation,
  Parsec,
  PublicId,
} from '@parsec-bft/core'
import type { Random } from '../base/random.ts'
import type { EventStore } from './event-store.ts'
import type { Branch, Puppet } from './puppet.ts'

/** A message about to leave an adversary. */
export interface Outgoing {
  readonly kind: MessageKind
  /** Name of the recipient. */
  readonly to: string
  /** A value, or bytes that need not be any message's. */
  readonly message: Message<string> | Uint8Array
  /** On top of what the network takes, in virtual milliseconds. */
  readonly delayMs?: number
}

/** Something malicious that an adversary has done, and that the protocol promises to prove. */
export interface Commit {
  readonly kind: MaliceKind
  readonly author: string
  /** Ids of events that prove it. */
  readonly events: readonly string[]
  /** How many of them prove it: two if it is a fork. */
  readonly enough: number
  /** True if no correct peer inserts the event. Then an accusation must contain the event itself. */
  readonly refused: boolean
}

/** An adversary, as others know it. */
export interface Fellow {
  readonly name: string
  /** Removed long ago: nobody listens to it any more. */
  readonly left: boolean
}

/** What adversaries know and can do. They see everything, and only cryptography limits them. */
export interface World {
  readonly round: number
  readonly roundMs: number
  readonly genesis: Observation<string>
  readonly isFounder: (name: string) => boolean
  /** Names of the current voters. */
  readonly voters: readonly string[]
  /** Names of the current voters that are correct and up. */
  readonly correctVoters: readonly string[]
  /** All adversaries that have come. */
  readonly adversaries: readonly Fellow[]
  idOf(name: string): PublicId
  /** How many elections a correct peer has decided. */
  electionOf(name: string): number
  send(from: string, outgoing: Outgoing): void
  commit(commit: Commit): void
  readonly commits: readonly Commit[]
}

/** The adversary that a strategy drives. */
export interface Me extends Fellow {
  readonly id: PublicId
  readonly random: Random
  readonly world: World
  /** What it has seen and made. */
  readonly store: EventStore
  /** The protocol's state machine, while it makes the events. */
  readonly parsec: Parsec<string> | undefined
  /** Throws while the state machine makes the events. */
  readonly puppet: Puppet
  /** Notes something malicious that we have done; the events together prove it. */
  commit(kind: MaliceKind, events: readonly Event<string>[], refused?: boolean): void
  /** Notes a false accusation: the next sync event on the branch will show that it is false. */
  accusedWrongly(branch: Branch, event: Event<string>): void
  /** Sends a request over a branch: a Requesting event and what the recipient lacks. */
  request(branch: Branch, to: string): void
  /** Sends events that no correct peer would make, after what the recipient lacks of the branch. */
  sendBad(branch: Branch, kind: Outgoing['kind'], to: string, bad: readonly Event<string>[]): void
  /** Sends a message, after each strategy has done to it what it likes. */
  send(outgoing: Outgoing): void
}

/**
 * One way to misbehave, with the state that it needs for one adversary. It is active from the round
 * on that the options name. An adversary with several strategies follows all of them.
 */
export interface Strategy {
  /**
   * `protocol`: a correct state machine makes the events, and the strategy does something to its
   * messages. `hand`: correct until the strategy is active, then driven by hand. `scratch`: a
   * founding member is driven by hand from its first event on.
   */
  readonly drive: 'protocol' | 'hand' | 'scratch'
  /** Replaces what its state machine does about keys and coins, from its first event on. */
  keys?(scheme: KeyScheme): KeyScheme
  /**
   * For `hand`: is it time to drive by hand? Asked after each request and response that is sent. A
   * strategy without this method takes over after the first request.
   */
  isDue?(): boolean
  /** It is driven by hand from now on. For `scratch` there are no events yet. */
  begin?(me: Me): void
  /** On each turn, before the gossip. */
  turn?(me: Me): void
  /** By hand: the branch that a peer is shown, and on which what it says is recorded. */
  branchFor?(me: Me, peer: string): Branch
  /** Whom to gossip to. */
  recipients?(me: Me, names: readonly string[]): readonly string[]
  /** By hand: is gossip of the peer recorded? */
  records?(me: Me, peer: string): boolean
  /** If a scheduler helps: are messages from one peer to another to be late? */
  wantsLate?(me: Me, from: string, to: string): boolean
  /** What is sent instead of a message. */
  outgoing?(me: Me, outgoing: Outgoing): readonly Outgoing[]
}
