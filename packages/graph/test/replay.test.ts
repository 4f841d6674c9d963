// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, it } from 'vitest'
import { firstDifference, parseDot, readRecordedGraph, replay, topologicalOrder, writeDot } from '../src/index.ts'
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
      const { decided, metaEventDifferences } = replay(graph)
      expect(firstDifference(graph.history, decided, name.startsWith('annotated'))).toBeUndefined()
      if (name.startsWith('annotated')) expect(decided.length).toBeGreaterThan(graph.history.length)
      else expect(decided.length).toBe(graph.history.length)
      expect(metaEventDifferences).toEqual([])
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

  it.each(['supermajority/n32-e8.dot', 'small/static.dot', 'single/n4-e16.dot', 'supermajority/n4-e8.dot'])(
    '%s: written again byte for byte',
    async (name) => {
      const { readFile } = await import('node:fs/promises')
      const text = await readFile(recordedFile(name), 'utf8')
      const { inspection } = replay(parseDot(text))
      expect(writeDot(inspection).slice(0, text.length)).toBe(text)
    },
  )
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
