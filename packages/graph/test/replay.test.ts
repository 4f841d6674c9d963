// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { firstDifference, parseDot, readRecordedGraph, replay, topologicalOrder, writeDot } from '../src/index.ts'
import type { RecordedGraph } from '../src/index.ts'
import { recordedFile, recordedFiles } from './support/recorded.ts'

const orders = 50

/** Numbers below a bound, the same on every run (Lehmer's generator). */
function picker(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => (state = (state * 48_271) % 0x7fff_ffff) % bound
}

describe.skipIf(recordedFiles.length === 0)('recorded graphs', () => {
  it.each(recordedFiles)(
    '%s: the recorded history is decided, and every recorded meta-event is found',
    (name, path) => {
      const graph = readRecordedGraph(path)
      const { decided, metaEventDifferences, metaEventsCompared } = replay(graph)
      expect(firstDifference(graph.history, decided, name.startsWith('annotated'))).toBeUndefined()
      if (name.startsWith('annotated')) expect(decided.length).toBeGreaterThan(graph.history.length)
      else expect(decided.length).toBe(graph.history.length)
      expect(metaEventDifferences).toEqual([])
      expect(metaEventsCompared).toBe(graph.metaEvents.length)
    },
  )

  it.each(recordedFiles)(`%s: ${String(orders)} topological orders decide the same`, (name, path) => {
    const graph = readRecordedGraph(path)
    const { decided } = replay(graph)
    const pick = picker(name.length)
    for (let i = 0; i < orders; i++) {
      const order = topologicalOrder(graph, pick)
      expect(replay(graph, { order }).decided).toEqual(decided)
    }
  })

  it.each(recordedFiles)('%s: our dump of it, read back, is the same graph and decides the same', (_, path) => {
    const { decided, inspection } = replay(readRecordedGraph(path))
    const dump = writeDot(inspection)
    const again = replay(parseDot(dump))
    expect(again.decided).toEqual(decided)
    expect(again.metaEventDifferences).toEqual([])
  })

  it('finds a meta-vote, an observee and a content that differ', () => {
    const graph = readRecordedGraph(recordedFile('annotated/remove-peer.dot'))
    const changed = graph.metaEvents.map((meta) => {
      const metaVotes = new Map(
        [...meta.metaVotes].map(([subject, votes]) => [subject, votes.map((vote) => ({ ...vote, estimates: 'b' }))]),
      )
      return { ...meta, metaVotes }
    })
    const count = changed.filter(({ metaVotes }) => metaVotes.size > 0).length
    expect(replay({ ...graph, metaEvents: changed }).metaEventDifferences.length).toBe(count)
    const blind = graph.metaEvents.map((meta) => ({ ...meta, observees: [], interestingContent: ['Add(Zoe)'] }))
    expect(replay({ ...graph, metaEvents: blind }).metaEventDifferences.length).toBe(blind.length)
    const { metaEventDifferences } = replay({ ...graph, metaEvents: [] })
    const filled = graph.metaEvents.filter(
      ({ observees, interestingContent, metaVotes }) =>
        observees.length + interestingContent.length + metaVotes.size > 0,
    )
    expect(metaEventDifferences.length).toBe(filled.length)
  })

  it('needs the other peers too where the first implementation counted them', () => {
    const graph = readRecordedGraph(recordedFile('membership/dkg.dot'))
    const { decided } = replay({ ...graph, seenThrough: 'voters' })
    expect(decided.length).toBeLessThan(graph.history.length)
    expect(firstDifference(graph.history.slice(0, decided.length), decided)).toBeUndefined()
  })

  it('forks/sees: sees what its README says', () => {
    const { inspection, indexOf } = replay(readRecordedGraph(recordedFile('forks/sees.dot')))
    const at = (name: string): number => indexOf.get(name) ?? NaN
    const sees = (x: string, ys: string[]): boolean[] => ys.map((y) => inspection.sees(at(x), at(y)))
    expect(sees('A_2', ['C_2,0', 'C_2,1'])).toEqual([true, false])
    expect(sees('A_3', ['C_1', 'C_2,0', 'C_2,1'])).toEqual([false, false, false])
    for (const y of ['C_1', 'C_2,0', 'C_2,1']) expect(inspection.descends(at('A_3'), at(y))).toBe(true)
    expect(sees('B_2', ['C_2,1', 'C_1'])).toEqual([true, true])
  })

  it.each(recordedFiles)('%s: written again at the same point, the text is the same', (name, path) => {
    const text = readFileSync(path, 'utf8')
    const graph = parseDot(text)
    expect(comparable(dumpWhenRecorded(graph), name)).toBe(comparable(text, name))
  })

  it.each([
    'annotated/remove-peer.dot',
    'annotated/unpolled-observations.dot',
    'single/n8-e1024.dot',
    'single/n16-e16.dot',
    'small/dynamic.dot',
    'supermajority/n16-e8.dot',
    'supermajority/n32-e8.dot',
  ])('%s: and that byte for byte', (name) => {
    const text = readFileSync(recordedFile(name), 'utf8')
    const dump = dumpWhenRecorded(parseDot(text))
    expect(dump.slice(0, text.length)).toBe(text)
    expect(dump.slice(text.length)).toMatch(/^\n\/\/\/ ===== parsec-bft =====\n/)
  })
})

/**
 * Our dump of a graph at the time at which it was recorded: just before the decision that the
 * recorded history lacks, or at the end.
 */
function dumpWhenRecorded(graph: RecordedGraph): string {
  let dump: string | undefined
  const { inspection } = replay(graph, {
    onDecision(_, before) {
      if (before.history().length === graph.history.length) dump = writeDot(before)
    },
  })
  return dump ?? writeDot(inspection)
}

/**
 * A dump without what is not a function of the graph: random numbers, the older hash of Genesis,
 * and empty meta-events, of which the first implementation keeps more behind a last decision and
 * fewer where a creator forked.
 */
function comparable(dump: string, name: string): string {
  const text = dump
    .replace(/\n\/\/\/ ===== parsec-bft =====\n[^]*$/, '')
    .replace(/^\/\/\/ (secure_rng|key_gens_and_next_id): .*\n/gm, '')
    .replace(/^\/\/\/ {3}\S+ -> \{\n.*observees: \{\}\n.*interesting_content: \[\]\n\/\/\/ {3}\}\n/gm, '')
    .replaceAll('fillcolor=white, shape=rectangle,', 'fillcolor=white,')
  return name.startsWith('annotated/') ? text.replace(/(consensus_history:\n)\/\/\/ [0-9a-f]{64}\n/, '$1') : text
}

describe('topological order', () => {
  const events = [
    ['A_0', undefined, undefined],
    ['A_1', 'A_0', 'B_1'],
    ['B_0', undefined, undefined],
    ['B_1', 'B_0', 'C_0,1'],
    ['C_0,0', undefined, undefined],
    ['C_0,1', undefined, undefined],
  ] as const

  function graphOf(edges: readonly (readonly [string, string | undefined, string | undefined])[]): RecordedGraph {
    const graph = parseDot(
      '/// our_id: A\n/// peer_list: {\n/// }\ndigraph G {\n/// ===== details of events =====\n}\n' +
        '/// ===== meta-elections =====\n' +
        '/// consensus_history:\n\n/// interesting_events: {\n/// }\n/// all_voters: {}\n' +
        '/// unconsensused_events: {}\n/// meta_events: {\n/// }\n',
    )
    const rest = { indexByCreator: 0, branch: 0, lastAncestors: new Map<string, number>(), observationHash: undefined }
    return {
      ...graph,
      events: edges.map(([event, selfParent, otherParent]) => ({
        ...rest,
        name: event,
        creator: event.slice(0, 1),
        cause: { kind: 'Request' } as const,
        selfParent,
        otherParent,
      })),
    }
  }

  it('is by default that in which the graph grew', () => {
    const names = topologicalOrder(graphOf(events)).map(({ name }) => name)
    expect(names).toEqual(['A_0', 'B_0', 'C_0,1', 'B_1', 'A_1', 'C_0,0'])
  })

  it('of a long chain needs no stack', () => {
    const chain = Array.from(
      { length: 200_000 },
      (_, i) => [`A_${String(i)}`, i === 0 ? undefined : `A_${String(i - 1)}`, undefined] as const,
    )
    expect(topologicalOrder(graphOf(chain.reverse()))[0]?.name).toBe('A_0')
  })

  it('leaves a cycle out, and replay refuses it', () => {
    const cyclic = graphOf([...events, ['D_0', 'E_0', undefined], ['E_0', 'A_1', 'D_0']])
    expect(topologicalOrder(cyclic).length).toBe(events.length)
    expect(topologicalOrder(cyclic, picker(1)).length).toBe(events.length)
    expect(() => replay(cyclic)).toThrow(RangeError)
  })

  it('refuses a pick that is out of bounds', () => {
    expect(() => topologicalOrder(graphOf(events), (count) => count)).toThrow(RangeError)
  })
})

describe('first difference', () => {
  it('is where the recorded history is not the start of what was decided', () => {
    expect(firstDifference(['a', 'b'], ['a', 'b', 'c'])).toBeUndefined()
    expect(firstDifference(['a', 'b'], ['a', 'c'])).toBe(1)
    expect(firstDifference(['a', 'b'], ['a'])).toBe(1)
    expect(firstDifference(['a'], ['b'])).toBe(0)
    expect(firstDifference(['a'], ['b'], true)).toBeUndefined()
    expect(firstDifference(['a'], [], true)).toBe(0)
  })
})
