// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

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
] as const
export type RefusedEventKind = (typeof refusedEventKinds)[number]

export function isRefusedEventKind(kind: string): kind is RefusedEventKind {
  return refusedEventKinds.some((known) => known === kind)
}

/** In the order of their variants in the canonical encoding: that of protocol.md section 8, then what was added. */
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
] as const
export type MaliceKind = (typeof maliceKinds)[number]
