// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { DecisionView, Inspection } from '@parsec-bft/core'
import { describe, expect, it } from 'vitest'
import { writeSvg } from '../src/svg.ts'
import { decidedGraph, names, textsOf } from './support/decided-graph.ts'
import { fakeInspection } from './support/fake-inspection.ts'
import type { FakeEvent, FakeMeta } from './support/fake-inspection.ts'
import { faultsOf, readPicture } from './support/svg-picture.ts'

/** What a picture shows first, and what it leaves out. */

describe('internal messages', () => {
  const { inspection, decision } = decidedGraph()
  const internal = 'DkgMessage(DkgPart(0))'
  const payloads = ['OpaquePayload(apple)', internal, internal, internal, 'OpaquePayload(pear)']
  const isInternal = new Set([1, 2, 3])
  const kindOf = (payload: number): ReturnType<Inspection['payload']>['observation'] =>
    isInternal.has(payload)
      ? { kind: 'DkgMessage', text: 'DkgPart(0)', message: new Uint8Array(0) }
      : { kind: 'OpaquePayload', payload: payloads[payload] }
  const withKeys: Inspection = {
    ...inspection,
    payloadCount: payloads.length,
    payload: (index) => ({ ...inspection.payload(0), index, observation: kindOf(index), text: payloads[index] ?? '' }),
    metaEvent: (index) => {
      const meta = inspection.metaEvent(index)
      const content = new Map([
        [5, [1, 2, 0, 3]],
        [6, [1, 2]],
        [11, [1, 2, 3]],
      ]).get(index)
      return meta === undefined || content === undefined ? meta : { ...meta, interestingContent: content }
    },
  }
  const svg = writeSvg(withKeys, { decision: { ...decision, payloads: [1, 0, 2] } })
  const picture = readPicture(svg)
  const linesOf = (event: number): string[] => picture.texts.filter((text) => text.event === event).map((t) => t.text)

  it('come after the payloads, are counted, small and grey', () => {
    expect(linesOf(5)).toEqual(['  A_2', 'OpaquePayload(apple)', `3x ${internal}`])
    expect(svg).toContain(`class="minor">3x ${internal}</text>`)
    expect(linesOf(4)).toEqual([`B_1 ${internal}`])
    expect(svg).toContain('<g class="vote internal" data-event="4">')
    expect(svg).toContain('<g class="interesting internal dim" data-event="11">')
    expect(faultsOf(picture)).toEqual([])
  })

  it('are counted in the lists, whose payloads then say their position, and stand apart in the order', () => {
    const text = textsOf(picture)
    expect(text).toContain('Alice: A_2 [2: OpaquePayload(apple)] and 3 internal messages')
    expect(text).toContain('Bob: B_2 2 internal messages')
    expect(text).toContain(
      `#2 OpaquePayload(apple): smallest position 2, in 1 list\ninternal, in no block: #1 ${internal}`,
    )
    expect(text).toContain('internal: a message of a key generation, which no block holds')
    expect(textsOf(readPicture(writeSvg(inspection, { decision })))).not.toContain('internal')
  })
})

describe('a long run', () => {
  /** Gossip of three peers without a vote, `length` events long; then the graph of a decision. */
  function longRun(length: number): { inspection: Inspection; decision: DecisionView } {
    const short = decidedGraph()
    const events: FakeEvent[] = [0, 1, 2].map((creator) => ({ creator, cause: 'Initial' }))
    while (events.length < length) {
      const selfParent = events.length - 3
      events.push({ creator: selfParent % 3, cause: 'Request', selfParent, otherParent: events.length - 1 })
    }
    const shift = length - 3
    const later = (index: number): number => index + shift
    for (let index = 3; index < short.inspection.eventCount; index++) {
      const event = short.inspection.event(index)
      const parents = Object.fromEntries(
        (['selfParent', 'otherParent'] as const).flatMap((name) => {
          const parent = event[name]
          return parent === undefined ? [] : [[name, later(parent)]]
        }),
      )
      const payload = event.payload === undefined ? {} : { payload: event.payload }
      events.push({ creator: event.creator, cause: event.cause, ...parents, ...payload })
    }
    const metas = new Map<number, FakeMeta>()
    for (let index = 0; index < short.inspection.eventCount; index++) {
      const meta = short.inspection.metaEvent(index)
      if (meta !== undefined) metas.set(later(index), { ...meta, observees: [...meta.observees] })
    }
    const texts = ['OpaquePayload(apple)', 'OpaquePayload(pear)']
    const inspection = fakeInspection({ peers: names.slice(0, 3), events, payloads: texts, metas, ourIndex: 0 })
    const { decision } = short
    const firstInteresting = new Map([...decision.firstInteresting].map(([peer, event]) => [peer, later(event)]))
    return { inspection, decision: { ...decision, event: later(decision.event), firstInteresting } }
  }

  it('is drawn from the first vote on, with one line for all that was before', () => {
    const { inspection, decision } = longRun(90)
    const picture = readPicture(writeSvg(inspection, { decision }))
    expect(picture.boxes[0]?.event).toBe(90)
    expect(picture.boxes).toHaveLength(9)
    expect(textsOf(picture)).toMatch(/^90 earlier events not drawn$/m)
    expect(picture.tooltips).toContain('90 earlier events not drawn\nAlice: 30\nBob: 30\nCarol: 30')
    expect(faultsOf(picture)).toEqual([])
  })

  it('is drawn whole where little would be left out, or on request', () => {
    for (const [length, options] of [
      [30, {}],
      [90, { from: 0 }],
    ] as const) {
      const { inspection, decision } = longRun(length)
      const picture = readPicture(writeSvg(inspection, { decision, ...options }))
      expect(picture.boxes).toHaveLength(inspection.eventCount)
      expect(textsOf(picture)).not.toContain('not drawn')
    }
  })

  it('repeats the names of the peers, so that they are always in sight', () => {
    const { inspection } = longRun(300)
    const picture = readPicture(writeSvg(inspection))
    const tops = picture.texts.filter(({ text }) => text === 'Bob').map(({ top }) => top)
    expect(tops.length).toBeGreaterThan(4)
    for (const [i, top] of tops.entries()) if (i > 0) expect(top - (tops[i - 1] ?? 0)).toBeLessThan(1000)
    expect(faultsOf(picture)).toEqual([])
  })
})
