// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { fieldCount, fields } from '../../src/election/meta-vote-entry.ts'
import type { MetaVoteSpan, MetaVoting } from '../../src/election/meta-votes.ts'
import type { TwinMetaVote } from './twin-votes.ts'

export function setOf(holdsTrue: boolean, holdsFalse: boolean): Set<boolean> {
  return new Set([...(holdsTrue ? [true] : []), ...(holdsFalse ? [false] : [])])
}

/** One subject's list, read out of the pool. */
export function listIn(voting: MetaVoting, span: MetaVoteSpan, slot: number): TwinMetaVote[] {
  return Array.from({ length: span.stages }, (_, stage) => {
    const holds = (field: number): boolean => voting.holds(span, stage, slot, field)
    const step = ([0, 1, 2] as const)[stage % 3] ?? 0
    const vote: TwinMetaVote = {
      round: Math.floor(stage / 3),
      step,
      estimates: setOf(holds(fields.estTrue), holds(fields.estFalse)),
      binValues: setOf(holds(fields.binTrue), holds(fields.binFalse)),
      aux: holds(fields.auxTrue) ? true : holds(fields.auxFalse) ? false : undefined,
      decision: holds(fields.decided) ? step === 0 : undefined,
      confirmed: setOf(holds(fields.confTrue), holds(fields.confFalse)),
    }
    return holds(fields.has) ? [vote] : []
  }).flat()
}

/** Puts lists, one per subject, into the pool. */
export function put(voting: MetaVoting, lists: readonly (readonly TwinMetaVote[])[]): MetaVoteSpan {
  const stages = Math.max(...lists.map((list) => list.length))
  const { pool } = voting
  const start = pool.extend(stages * fieldCount * voting.words)
  pool.items.fill(0, start, pool.length)
  for (const [slot, list] of lists.entries()) {
    for (const [stage, { estimates, binValues, aux, decision, confirmed }] of list.entries()) {
      const held = {
        has: true,
        estTrue: estimates.has(true),
        estFalse: estimates.has(false),
        binTrue: binValues.has(true),
        binFalse: binValues.has(false),
        auxTrue: aux === true,
        auxFalse: aux === false,
        decided: decision !== undefined,
        confTrue: confirmed.has(true),
        confFalse: confirmed.has(false),
      }
      for (const [name, field] of Object.entries(fields)) {
        if (!held[name as keyof typeof fields]) continue
        const at = voting.place(start, stage, slot >> 5) + field
        pool.items[at] = pool.at(at) | (1 << (slot & 31))
      }
    }
  }
  return { start, stages }
}
