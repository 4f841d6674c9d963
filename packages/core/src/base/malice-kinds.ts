// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * Faults of an event that is accepted into the graph. The grounds of an accusation name the event by
 * its hash (protocol.md section 8).
 */
const faultyEventKinds = ['UnexpectedGenesis', 'MissingGenesis', 'InvalidAccusation', 'InvalidCoinShare'] as const
/** A fault of an event that is accepted into the graph (protocol.md section 8). */
export type FaultyEventKind = (typeof faultyEventKinds)[number]

export function isFaultyEventKind(kind: string): kind is FaultyEventKind {
  return faultyEventKinds.some((known) => known === kind)
}

/**
 * Faults for which every correct peer refuses an event. The grounds of an accusation carry the event's
 * header (section 8). The place in this list is the number in the canonical encoding, so new kinds go
 * to the end.
 */
export const refusedEventKinds = [
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
 * What an accusation charges its offender with, and all that a block tells of it (section 8). The
 * place in this list is the number in the canonical encoding, so new charges go to the end.
 */
export const charges = [
  'UnexpectedGenesis',
  'MissingGenesis',
  'DuplicateVote',
  'Fork',
  'InvalidAccusation',
  'Accomplice',
  'RefusedEvent',
  'InvalidCoinShare',
  'WrongCoinShare',
  'Unprovable',
] as const
/** What an accusation charges its offender with (section 8). */
export type Charge = (typeof charges)[number]

/** A fault that a peer can commit (section 8). */
export type MaliceKind = Exclude<Charge, 'RefusedEvent'> | RefusedEventKind

/** All kinds of malice. */
export const maliceKinds: readonly MaliceKind[] = [
  ...charges.filter((charge) => charge !== 'RefusedEvent'),
  ...refusedEventKinds,
]

/**
 * What malice of this kind is charged as. All events that are refused are one charge: an offender may
 * show each peer another one, and the accusations must count together all the same.
 */
export function chargeOf(kind: MaliceKind): Charge {
  return isRefusedEventKind(kind) ? 'RefusedEvent' : kind
}
