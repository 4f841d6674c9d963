// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Event, KeyScheme, MaliceKind, Message, Observation, Parsec, PublicId } from '@parsec-bft/core'
import type { Random } from '../base/random.ts'
import type { EventStore } from './event-store.ts'
import type { Branch, Puppet } from './puppet.ts'

/** A message about to leave an adversary. */
export interface Outgoing {
  readonly kind: 'request' | 'response'
  /** Name of the recipient. */
  readonly to: string
  /** A value, or bytes that need not be any message's. */
  readonly message: Message<string> | Uint8Array
  /** On top of what the network takes, in virtual milliseconds. */
  readonly delayMs?: number
}

/** A malice that an adversary has committed and that the protocol promises to prove. */
export interface Commit {
  readonly kind: MaliceKind
  readonly author: string
  /** Ids of events that prove it. */
  readonly events: readonly string[]
  /** So many of them prove it: of a fork two. */
  readonly enough: number
  /** True where no correct peer inserts the event, so that its accusation carries it. */
  readonly refused: boolean
}

/** An adversary, as others know it. */
export interface Fellow {
  readonly name: string
  /** Removed for long: nobody listens any more. */
  readonly left: boolean
}

/** What adversaries know and can do: they see everything and are hindered by nothing but cryptography. */
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
  /** Notes a malice that is proven by the events together. */
  commit(kind: MaliceKind, events: readonly Event<string>[], refused?: boolean): void
  /** Notes an accusation that the next sync event on the branch will not bear out. */
  accusedWrongly(branch: Branch, event: Event<string>): void
  /** Sends a request over a branch: a Requesting event and what the recipient lacks. */
  request(branch: Branch, to: string): void
  /** Sends events that no correct peer would make, after what the recipient lacks of the branch. */
  sendBad(branch: Branch, kind: Outgoing['kind'], to: string, bad: readonly Event<string>[]): void
  /** Sends a message through what the strategies do to it. */
  send(outgoing: Outgoing): void
}

/**
 * One way to misbehave; it has the state of one adversary. It is active from the round in the
 * options on. An adversary with several strategies follows them all.
 */
export interface Strategy {
  /**
   * `protocol`: a correct state machine makes the events, and the strategy does something to its
   * messages. `hand`: correct until the strategy is active, then driven by hand. `scratch`: a
   * founding member is driven by hand from its first event on.
   */
  readonly drive: 'protocol' | 'hand' | 'scratch'
  /** What its state machine does instead of what it should about keys and coins: from its first event on. */
  keys?(scheme: KeyScheme): KeyScheme
  /**
   * Not by hand before this is true, unless another strategy is; and at once when it is, after a
   * response. Without it: after the first request.
   */
  isDue?(): boolean
  /** By hand from here on; where it was so from the first event on, there are no events yet. */
  begin?(me: Me): void
  /** On each turn, before the gossip. */
  turn?(me: Me): void
  /** By hand: on which branch a peer is met. */
  branchFor?(me: Me, peer: string): Branch
  /** Whom to gossip to. */
  recipients?(me: Me, names: readonly string[]): readonly string[]
  /** By hand: is gossip of the peer recorded? */
  records?(me: Me, peer: string): boolean
  /** What is sent instead of a message. */
  outgoing?(me: Me, outgoing: Outgoing): readonly Outgoing[]
}
