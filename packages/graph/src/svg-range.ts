// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { DecisionView, Inspection } from '@parsec-bft/core'

/** With fewer earlier events than this, a picture shows them all: leaving them out would gain little. */
const leastLeftOut = 40

/**
 * The first event that a picture of a decision shows. What the decision needs begins with the
 * earliest vote for a payload in one of the lists that counted, or with the fork of a peer that is
 * accused. What came before is left out if it is much.
 */
export function firstDrawnEvent(inspection: Inspection, decision: DecisionView): number {
  const listed = new Set(decision.payloads)
  for (const first of decision.firstInteresting.values()) {
    for (const payload of inspection.metaEvent(first)?.interestingContent ?? []) listed.add(payload)
  }
  const accused = accusedPeers(inspection, listed)
  let first = decision.event
  for (let index = 0; index < decision.event; index++) {
    const { payload, forked, creator, selfParent } = inspection.event(index)
    const isVote = payload !== undefined && listed.has(payload) && inspection.descends(decision.event, index)
    if (isVote) first = Math.min(first, index)
    if (forked && accused.has(creator)) first = Math.min(first, selfParent ?? index)
  }
  return first < leastLeftOut ? 0 : first
}

/** Peer indices of those whom one of the payloads accuses. */
function accusedPeers(inspection: Inspection, payloads: Iterable<number>): Set<number> {
  const accused = new Set<number>()
  for (const payload of payloads) {
    const { observation } = inspection.payload(payload)
    if (observation.kind !== 'Accusation') continue
    const { offender } = observation
    for (const { id, index } of inspection.peers()) if (id.equals(offender)) accused.add(index)
  }
  return accused
}
