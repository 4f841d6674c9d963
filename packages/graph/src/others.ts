// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { isSyncCause } from '@parsec-bft/core/internals'
import type { Inspection } from '@parsec-bft/core'

/**
 * The events whose meta-votes count for an event (protocol.md section 5.3): the latest sync event among
 * its ancestors of each other voter, but for those of whose fork it is aware.
 */
export function latestSyncsOfOthers(inspection: Inspection, voters: readonly number[], event: number): number[] {
  const { creator, lastAncestors } = inspection.event(event)
  const usable = (voter: number): boolean =>
    voter !== creator && lastAncestors.has(voter) && !inspection.isAwareOfFork(event, voter)
  const wanted = new Set(voters.filter(usable))
  const found: number[] = []
  for (let index = event - 1; index >= 0 && wanted.size > 0; index--) {
    const candidate = inspection.event(index)
    if (!wanted.has(candidate.creator) || lastAncestors.get(candidate.creator) !== candidate.indexByCreator) continue
    if (!inspection.descends(event, index)) continue
    wanted.delete(candidate.creator)
    found.push(latestSync(inspection, index))
  }
  return found
}

/** The event itself if it is a sync event, or its nearest sync self-ancestor. */
export function latestSync(inspection: Inspection, index: number): number {
  const { cause, selfParent } = inspection.event(index)
  return isSyncCause(cause) || selfParent === undefined ? index : latestSync(inspection, selfParent)
}
