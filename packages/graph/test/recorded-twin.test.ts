// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '@parsec-bft/core'
import { observationHash } from '@parsec-bft/core/internals'
import type { Observation } from '@parsec-bft/core'
import { describe, expect, test } from 'vitest'
import { consensusOutcome, twinOutcome } from '../../core/test/support/twin-compare.ts'
import type { ElectionInput } from '../../core/test/support/twin-compare.ts'
import type { TwinEvent, TwinPayload } from '../../core/test/support/twin-graph.ts'
import { readRecordedGraph, topologicalOrder } from '../src/index.ts'
import type { RecordedEvent, RecordedGraph } from '../src/index.ts'
import { recordedFiles } from './support/recorded.ts'

/** The twin takes many seconds for more. */
const mostEvents = 1500

function payloadOf(
  { creator, observationHash: given }: RecordedEvent,
  observation: Observation<string>,
  mode: string,
): TwinPayload {
  const hash = given ?? Buffer.from(observationHash(observation, stringCodec)).toString('hex')
  const { kind } = observation
  const isInternal = kind === 'DkgMessage'
  const voter = isInternal || (kind === 'OpaquePayload' && mode === 'single') ? creator : undefined
  const effect = kind === 'Add' || kind === 'Remove' ? { kind, peer: observation.peerId.name } : undefined
  return { hash, voter, isInternal, effect }
}

function inputOf(graph: RecordedGraph): ElectionInput {
  const { mode, seenThrough } = graph
  const order = topologicalOrder(graph)
  const placeOf = new Map(order.map(({ name }, place) => [name, place] as const))
  const at = (parent: string | undefined): number | undefined =>
    parent === undefined ? undefined : placeOf.get(parent)
  let founders: readonly string[] = []
  const events = order.map((event): TwinEvent => {
    const { creator, cause } = event
    const parents = { selfParent: at(event.selfParent), otherParent: at(event.otherParent) }
    if (cause.kind !== 'Observation') return { creator, cause: cause.kind, ...parents }
    if (cause.observation.kind === 'Genesis') founders = cause.observation.group.map(({ name }) => name)
    return { creator, cause: cause.kind, ...parents, payload: payloadOf(event, cause.observation, mode) }
  })
  return { mode, seenThrough, founders, events }
}

describe.skipIf(recordedFiles.length === 0)('recorded graphs', () => {
  const graphs = recordedFiles.map(([name, path]) => [name, readRecordedGraph(path)] as const)
  const small = graphs.filter(([, { events }]) => events.length <= mostEvents)

  test.each(small)(
    '%s: the plain twin of the election decides what was recorded, and the election is its twin',
    (name, graph) => {
      const input = inputOf(graph)
      const outcome = twinOutcome(input)
      const from = name.startsWith('annotated') ? 1 : 0
      const decided = outcome.history.map((key) => key.slice(0, 64))
      expect(decided.slice(from, graph.history.length)).toEqual(graph.history.slice(from))
      expect(consensusOutcome(input)).toEqual(outcome)
    },
  )
})
