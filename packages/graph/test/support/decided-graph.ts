// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { DecisionView, Inspection, MetaVoteView } from '@parsec-bft/core'
import { fakeInspection } from './fake-inspection.ts'
import type { FakeEvent, FakeMeta } from './fake-inspection.ts'
import type { Picture } from './svg-picture.ts'

/** A small graph of which pictures are drawn, and what they say. */

export const names = ['Alice', 'Bob', 'Carol', 'Dave']

function vote(values: Partial<MetaVoteView>): MetaVoteView {
  const none = new Set<boolean>()
  const entry = { round: 0, step: 0, estimates: none, binValues: none, aux: undefined, decision: undefined } as const
  return { ...entry, confirmed: none, ...values }
}

const yes = new Set([true])
const decidedTrue = vote({ estimates: yes, binValues: yes, aux: true, decision: true })
const auxTrue = vote({ estimates: yes, binValues: yes, aux: true })

/** Three voters: each votes, hears of the others, is interesting, observes; Alice's last event decides. */
export function decidedGraph(): { inspection: Inspection; decision: DecisionView } {
  const events: FakeEvent[] = [
    { creator: 0, cause: 'Initial' },
    { creator: 1, cause: 'Initial' },
    { creator: 2, cause: 'Initial' },
    { creator: 0, cause: 'Observation', selfParent: 0, payload: 0 },
    { creator: 1, cause: 'Observation', selfParent: 1, payload: 1 },
    { creator: 0, cause: 'Request', selfParent: 3, otherParent: 4 },
    { creator: 1, cause: 'Response', selfParent: 4, otherParent: 5 },
    { creator: 2, cause: 'Request', selfParent: 2, otherParent: 6 },
    { creator: 1, cause: 'Request', selfParent: 6, otherParent: 7 },
    { creator: 2, cause: 'Response', selfParent: 7, otherParent: 8 },
    { creator: 0, cause: 'Request', selfParent: 5, otherParent: 9 },
    { creator: 2, cause: 'Request', selfParent: 9, otherParent: 8 },
  ]
  const table = (entry: MetaVoteView): FakeMeta => ({ metaVotes: new Map([0, 1, 2].map((peer) => [peer, [entry]])) })
  const metas = new Map<number, FakeMeta>([
    [5, { interestingContent: [0, 1] }],
    [6, { interestingContent: [1, 0] }],
    [7, { interestingContent: [1] }],
    [8, { ...table(auxTrue), observees: [0, 1, 2] }],
    [9, table(auxTrue)],
    [10, table(decidedTrue)],
    [11, table(auxTrue)],
  ])
  const payloads = ['OpaquePayload(apple)', 'OpaquePayload(pear)']
  const inspection = fakeInspection({ peers: names.slice(0, 3), events, payloads, metas, ourIndex: 0 })
  const all = [0, 1, 2]
  const decision: DecisionView = {
    election: 0,
    event: 10,
    subjects: new Map(all.map((peer) => [peer, true])),
    firstInteresting: new Map([
      [0, 5],
      [1, 6],
      [2, 7],
    ]),
    payloads: [1, 0],
  }
  return { inspection, decision }
}

/** All texts of a picture, a line each. */
export function textsOf(picture: Picture): string {
  return picture.texts.map((text) => text.text).join('\n')
}
