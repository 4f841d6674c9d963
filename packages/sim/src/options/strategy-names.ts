// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * The ways in which an adversary can misbehave, as options name them; docs/adversaries.md describes
 * each. Scenarios draw from this list, so its order decides what a seed gives.
 */
export const strategyNames = [
  'fork-simple',
  'fork-three-way',
  'fork-nested',
  'fork-initial',
  'fork-two-faced',
  'fork-transitive',
  'fork-late',
  'fork-colluding',
  'fork-unrecorded',
  'fork-stranding',
  'double-vote',
  'false-accuser',
  'accomplice',
  'genesis-missing',
  'genesis-unexpected',
  'genesis-incorrect',
  'self-parent-by-other',
  'other-parent-by-itself',
  'invalid-request',
  'invalid-response',
  'invalid-gossip-creator',
  'premature-newcomer',
  'silent',
  'selectively-silent',
  'slow',
  'refused-decoy',
  'replay',
  'malformed',
  'spam',
  'key-wrong-rows',
  'key-malformed-parts',
  'key-wrong-values',
  'coin-withheld',
  'coin-wrong',
] as const

export type StrategyName = (typeof strategyNames)[number]

export function isStrategyName(name: string): name is StrategyName {
  return (strategyNames as readonly string[]).includes(name)
}
