// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { DecisionView, Inspection } from '@parsec-bft/core'

/**
 * How many rounds of the binary agreement an election took: the most that any subject took, at least
 * 1. To be called at the decision; see `SimulationHooks.onDecision`.
 */
export function electionRounds(decision: DecisionView, inspection: Inspection): number {
  return Math.max(1, ...subjectRounds(decision, inspection))
}

/** The same of each subject. */
export function subjectRounds({ event }: DecisionView, inspection: Inspection): readonly number[] {
  const lists = inspection.metaEvent(event)?.metaVotes.values() ?? []
  return Array.from(lists, (list) => (list.at(-1)?.round ?? 0) + 1)
}
