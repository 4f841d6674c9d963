// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { DecisionView, Inspection, MetaVoteView } from '@parsec-bft/core'
import { EventLabels, lettersOf } from './labels.ts'
import type { MetaVoteLetters } from './labels.ts'
import { latestSync, latestSyncsOfOthers } from './others.ts'

/** How one event came to hold what it holds at one stage about one subject: one line of a trace. */
export interface MetaVoteStep {
  readonly election: number
  readonly attempt: 1 | 2
  /** How many voters there are. */
  readonly voters: number
  readonly coin: 'threshold' | 'predictable'
  /** The subject's name. */
  readonly subject: string
  /** The event's name, as in pictures. */
  readonly event: string
  /** Whose line of events it is on: the creator's name, and of a forker the number of the branch. */
  readonly line: string
  /** 3 · round + step. */
  readonly stage: number
  /** What it starts from: what its nearest sync self-ancestor holds; null if the entry is new. */
  readonly before: MetaVoteLetters | null
  /** What it counts of other voters at the stage, by their names. */
  readonly view: Readonly<Record<string, MetaVoteLetters>>
  readonly after: MetaVoteLetters
}

type Lists = ReadonlyMap<number, readonly MetaVoteView[]>

/**
 * All steps of the meta-votes of an election that was decided, in the order of the events: what
 * `npm run model -- --check` checks. To be called at the decision, while the election still stands.
 */
export function* metaVoteSteps(decision: DecisionView, inspection: Inspection): Generator<MetaVoteStep> {
  const names = inspection.peers().map(({ name }) => name)
  const labels = new EventLabels(inspection, names)
  const voters = [...decision.subjects.keys()]
  const metas = new Map(inspection.metaEvents().map((event) => [event, inspection.metaEvent(event)]))
  const listsOf = (event: number, attempt: 1 | 2): Lists | undefined => {
    const meta = metas.get(event)
    if (meta?.attempt === attempt) return meta.metaVotes.size > 0 ? meta.metaVotes : undefined
    return attempt === 1 && meta !== undefined && meta.ending.size > 0 ? meta.ending : undefined
  }
  for (const event of metas.keys()) {
    const { creator, selfParent, branch, forked } = inspection.event(event)
    const line = `${names[creator] ?? ''}${forked ? `,${String(branch)}` : ''}`
    for (const attempt of [1, 2] as const) {
      const after = listsOf(event, attempt)
      if (after === undefined) continue
      const before = selfParent === undefined ? undefined : listsOf(latestSync(inspection, selfParent), attempt)
      const begun = before === undefined ? observedAt(event, attempt, inspection) : undefined
      const others = latestSyncsOfOthers(inspection, voters, event).map((other) => {
        return { name: names[inspection.event(other).creator] ?? '', lists: listsOf(other, attempt) }
      })
      for (const [subject, list] of after) {
        for (const [stage, entry] of list.entries()) {
          const view: Record<string, MetaVoteLetters> = {}
          for (const { name, lists } of others) {
            const seen = lists?.get(subject)?.[stage]
            if (seen !== undefined) view[name] = lettersOf(seen)
          }
          const earlier = before?.get(subject)?.[stage]
          const first = begun !== undefined && stage === 0 ? beginning(begun.has(subject)) : null
          yield {
            election: decision.election,
            attempt,
            voters: voters.length,
            coin: inspection.coin,
            subject: names[subject] ?? '',
            event: labels.name(event),
            line,
            stage,
            before: earlier === undefined ? first : lettersOf(earlier),
            view,
            after: lettersOf(entry),
          }
        }
      }
    }
  }
}

/** Whom the meta-votes of an event begin with as observed (protocol.md sections 5.3 and 5.4). */
function observedAt(event: number, attempt: 1 | 2, inspection: Inspection): ReadonlySet<number> {
  if (attempt === 1) return inspection.metaEvent(event)?.observees ?? new Set()
  const before = inspection.metaEvents().filter((observer) => inspection.descends(event, observer))
  return new Set(before.flatMap((observer) => [...(inspection.metaEvent(observer)?.observees ?? [])]))
}

function beginning(isObserved: boolean): MetaVoteLetters {
  return { estimates: isObserved ? 't' : 'f', binValues: '-', aux: '-', decision: '-', confirmed: '-' }
}
