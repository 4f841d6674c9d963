// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * Faults of an event that is accepted into the graph. An accusation names the event by its hash
 * (protocol.md section 8).
 */
const faultyEventKinds = ['UnexpectedGenesis', 'MissingGenesis', 'InvalidAccusation', 'InvalidCoinShare'] as const
/** A fault of an event that is accepted into the graph (protocol.md section 8). */
export type FaultyEventKind = (typeof faultyEventKinds)[number]

export function isFaultyEventKind(kind: string): kind is FaultyEventKind {
  return faultyEventKinds.some((known) => known === kind)
}

/**
 * Faults for which every correct peer refuses an event. The accusation carries the event (section
 * 8).
 */
const refusedEventKinds = [
  'IncorrectGenesis',
  'SelfParentByDifferentCreator',
  'OtherParentBySameCreator',
  'InvalidRequest',
  'InvalidResponse',
  'InvalidGossipCreator',
  'OwnForkInAncestry',
  'InvalidConclusion',
] as const
/** A fault for which every correct peer refuses an event (section 8). */
export type RefusedEventKind = (typeof refusedEventKinds)[number]

export function isRefusedEventKind(kind: string): kind is RefusedEventKind {
  return refusedEventKinds.some((known) => known === kind)
}

/**
 * All kinds of malice. The place in this list is the number of the kind in the canonical encoding, so
 * new kinds go to the end.
 */
export const maliceKinds = [
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
  'WrongCoinShare',
  'InvalidConclusion',
] as const
/** What a peer can be accused of (section 8). */
export type MaliceKind = (typeof maliceKinds)[number]
