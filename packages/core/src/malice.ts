// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Bytes of an event hash. */
export const hashLength = 32

/** Faults of an event that is in the graph; named by the event's hash (protocol.md section 8). */
export const faultyEventKinds = [
  'UnexpectedGenesis',
  'MissingGenesis',
  'InvalidAccusation',
  'InvalidCoinShare',
] as const
export type FaultyEventKind = (typeof faultyEventKinds)[number]

export function isFaultyEventKind(kind: string): kind is FaultyEventKind {
  return faultyEventKinds.some((known) => known === kind)
}

/** Faults of an event that no correct peer inserts; the accusation carries the event (section 8). */
export const refusedEventKinds = [
  'IncorrectGenesis',
  'SelfParentByDifferentCreator',
  'OtherParentBySameCreator',
  'InvalidRequest',
  'InvalidResponse',
  'InvalidGossipCreator',
  'OwnForkInAncestry',
  'InvalidCoinShare',
] as const
export type RefusedEventKind = (typeof refusedEventKinds)[number]

export function isRefusedEventKind(kind: string): kind is RefusedEventKind {
  return refusedEventKinds.some((known) => known === kind)
}

/** What a peer is accused of, with what names the proof (section 8). */
export type Malice =
  /**
   * - `UnexpectedGenesis`: votes for Genesis though it is no founding member, or not right after its Initial event.
   * - `MissingGenesis`: a founding member's second event is not its vote for Genesis.
   * - `InvalidAccusation`: an accusation that the next sync event of its creator does not bear out.
   * - `InvalidCoinShare`: a share of a coin that its key does not verify, or of a coin that does
   *   not exist (section 11).
   */
  | { readonly kind: FaultyEventKind; readonly eventHash: Uint8Array }
  /** Two votes of one creator for one observation key; of more, the two oldest. */
  | { readonly kind: 'DuplicateVote'; readonly firstHash: Uint8Array; readonly secondHash: Uint8Array }
  /**
   * Two events with the same self-parent. All Initial events of a peer are one, as there is nothing
   * in which they could differ.
   */
  | { readonly kind: 'Fork'; readonly selfParentHash: Uint8Array }
  /**
   * A sync event whose ancestry proves a malice that its creator has not accused by then; named by
   * the hash of the accusation that is missing.
   */
  | { readonly kind: 'Accomplice'; readonly eventHash: Uint8Array; readonly accusationHash: Uint8Array }
  /**
   * - `IncorrectGenesis`: a vote for a Genesis with another group.
   * - `SelfParentByDifferentCreator`, `OtherParentBySameCreator`: parents that the event cannot have.
   * - `InvalidRequest`: does not record a Requesting event addressed to its creator, or one that was recorded before.
   * - `InvalidResponse`: does not record an answer to a Requesting event of its creator, or one
   *   that was recorded before.
   * - `InvalidGossipCreator`: records gossip of a peer whose addition it could not know of, or of
   *   whose fork its self-parent is aware.
   * - `OwnForkInAncestry`: descends from another branch of its creator.
   */
  | { readonly kind: RefusedEventKind; readonly eventBytes: Uint8Array }
  /**
   * What no graph shows: spam, silence. Made by the application; the reason is left out when
   * observations are compared.
   */
  | { readonly kind: 'Unprovable'; readonly reason: string }

export type MaliceKind = Malice['kind']

/** In the order of their variants in the canonical encoding: that of protocol.md section 8, then what was added. */
export const maliceKinds: readonly MaliceKind[] = [
  'UnexpectedGenesis',
  'MissingGenesis',
  'IncorrectGenesis',
  'DuplicateVote',
  'Fork',
  'InvalidAccusation',
  'SelfParentByDifferentCreator',
  'OtherParentBySameCreator',
  'InvalidRequest',
  'InvalidResponse',
  'Accomplice',
  'Unprovable',
  'InvalidGossipCreator',
  'OwnForkInAncestry',
  'InvalidCoinShare',
]
