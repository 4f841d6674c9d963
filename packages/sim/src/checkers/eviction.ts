// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { CheckFailure } from '../base/check-failure.ts'
import type { Commit } from '../adversaries/strategy.ts'
import type { Network } from '../network/network.ts'
import type { Checker } from './checker.ts'
import { Overdue, isFair, livenessBoundRounds } from './liveness.ts'

/**
 * Malice of which a correct voter that is up has a proof that it can give to others, and whose author
 * has not been removed yet.
 */
export function unpunished({ ledger, leader, liveVoters }: Network): Commit[] {
  return ledger.commits.filter(
    (commit) => !leader.hasRemoved(commit.author) && liveVoters.some(({ name }) => ledger.hasReached(commit, name)),
  )
}

/**
 * Every provable malice that has reached a correct peer ends in the removal of its author, on a
 * fair network within the bound of liveness (protocol.md section 8).
 */
export function evictionChecker(): Checker {
  const name = 'eviction'
  const removals = new Overdue()
  return {
    name,
    onRound(network) {
      if (!removals.counts(network)) return
      for (const commit of unpunished(network)) {
        const { kind, author } = commit
        const round = removals.since(author, network)
        if (network.round - round <= livenessBoundRounds(network.options)) continue
        throw new CheckFailure(name, `${author} was not removed ${String(network.round - round)} rounds after ${kind}`)
      }
    },
    onEnd(network) {
      const [commit] = isFair(network) ? unpunished(network) : []
      if (commit !== undefined) throw new CheckFailure(name, `${commit.author} was never removed for ${commit.kind}`)
    },
  }
}
