// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { DecisionView, Inspection } from '@parsec-bft/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstDrawnEvent } from '../src/svg-range.ts'
import { isOurSvg, writeSvg } from '../src/svg.ts'
import { decidedGraph, names, textsOf } from './support/decided-graph.ts'
import { fakeInspection } from './support/fake-inspection.ts'
import type { FakeEvent, FakeMeta } from './support/fake-inspection.ts'
import { faultsOf, parseXml, readPicture } from './support/svg-picture.ts'

describe('a picture of a decision', () => {
  const { inspection, decision } = decidedGraph()
  const svg = writeSvg(inspection, { decision })
  const picture = readPicture(svg)

  it('says whose graph it is, which decision and why it fell', () => {
    const text = textsOf(picture)
    expect(text).toContain('Gossip graph of Alice: decision of election 0')
    expect(text).toContain('1. A_3 by Alice finished it')
    expect(text).toContain(
      'Carol: counts (true), since A_3 in round 0, step 0 (forced true): 3 of 3 voters hold aux true',
    )
    expect(text).toContain('Bob: B_2 [OpaquePayload(pear), OpaquePayload(apple)]')
    expect(text).toContain('#1 OpaquePayload(pear): smallest position 0, in 3 lists')
    expect(text).toContain('#2 OpaquePayload(apple): smallest position 0, in 2 lists')
  })

  it('marks the deciding event, the first interesting events and what the decision does not need', () => {
    const classOf = (event: number): string =>
      new RegExp(`<g class="([^"]*)" data-event="${String(event)}"`).exec(svg)?.[1] ?? ''
    expect([4, 5, 8, 9].map(classOf)).toEqual(['vote', 'interesting', 'observer', 'plain'])
    expect(classOf(10)).toBe('plain decides')
    expect(classOf(11)).toBe('plain dim')
    expect(svg.split('<path class="star"').length - 1).toBe(1 + 3)
  })

  it('annotates events as DOT labels do, and repeats no table', () => {
    const linesOf = (event: number): string[] => picture.texts.filter((text) => text.event === event).map((t) => t.text)
    expect(linesOf(3)).toEqual(['A_1', 'OpaquePayload(apple)'])
    expect(linesOf(6)).toEqual(['  B_2', 'OpaquePayload(pear)', 'OpaquePayload(apple)'])
    expect(linesOf(9)).toEqual([
      'C_2',
      '  stage est bin aux dec',
      'A 0/0   t   t   t   -',
      'B 0/0   t   t   t   -',
      'C 0/0   t   t   t   -',
    ])
    expect(linesOf(11)).toEqual(['C_3', 'meta-votes as C_2'])
  })

  it('is laid out with a column per peer and children above their parents', () => {
    const box = new Map(picture.boxes.map((entry) => [entry.event, entry]))
    for (let index = 0; index < inspection.eventCount; index++) {
      const { selfParent, otherParent } = inspection.event(index)
      for (const parent of [selfParent, otherParent]) {
        if (parent !== undefined) expect(box.get(index)?.bottom).toBeLessThan(box.get(parent)?.top ?? 0)
      }
    }
    const centre = (event: number): number => ((box.get(event)?.left ?? 0) + (box.get(event)?.right ?? 0)) / 2
    expect(centre(3)).toBeCloseTo(centre(0), 0)
    expect(centre(0)).toBeLessThan(centre(1))
    expect(centre(1)).toBeLessThan(centre(2))
  })

  it('can be read', () => {
    expect(faultsOf(picture)).toEqual([])
  })

  it('is not accepted when texts overlap, leave their boxes or lie under an edge', () => {
    const spoilt = (from: RegExp | string, to: string): string[] => {
      const changed = svg.replace(from, to)
      expect(changed).not.toBe(svg)
      return faultsOf(readPicture(changed))
    }
    expect(spoilt('>OpaquePayload(pear)<', '>OpaquePayload(pear) and some more<').join()).toContain('leaves its box')
    expect(spoilt(/(<text x="[\d.]+" y=")[\d.]+(" class="line">Carol: counts)/, '$190$2').join()).toContain('overlaps')
    expect(spoilt(/(data-event="8"[^]*?<rect x=")[\d.]+/, '$10').join()).toContain('leaves its box')
    const rect = /data-event="8"[^]*?<rect x="([\d.]+)" y="([\d.]+)"/.exec(svg)
    const [x, y] = [Number(rect?.[1]), Number(rect?.[2])]
    const line = `M${String(x - 30)} ${String(y - 30)}L${String(x + 200)} ${String(y + 200)}`
    const through = `<path class="other p0" d="${line}"/>`
    expect(spoilt('<path class="other', `${through}<path class="other`).join()).toContain('runs through')
  })
})

describe('options', () => {
  const { inspection, decision } = decidedGraph()

  it('draws a range of events, with its tables in full', () => {
    const picture = readPicture(writeSvg(inspection, { from: 4, to: 9 }))
    expect(picture.boxes.map((box) => box.event)).toEqual([4, 5, 6, 7, 8])
    expect(picture.edges.filter(({ path }) => path.endsWith('v8'))).toHaveLength(3)
    expect(faultsOf(picture)).toEqual([])
    const last = readPicture(writeSvg(inspection, { from: 11 }))
    expect(last.texts.filter((text) => text.event === 11)).toHaveLength(5)
  })

  it('refuses a range that is none', () => {
    for (const range of [{ from: -1 }, { to: 13 }, { from: 3, to: 2 }, { from: 0.5 }, { to: Number.NaN }]) {
      expect(() => writeSvg(inspection, range)).toThrow(RangeError)
    }
  })

  it('puts another title on top', () => {
    const text = textsOf(readPicture(writeSvg(inspection, { decision, title: 'How pears <won>' })))
    expect(text).toMatch(/^How pears <won>\nGossip graph of Alice: decision of election 0; 12 events/)
  })

  it('tells how far an election has come when there is no decision', () => {
    const text = textsOf(readPicture(writeSvg(inspection)))
    expect(text).toContain('Gossip graph of Alice: election 0 under way')
    expect(text).toContain('0 payloads decided so far, 2 events carry one that is not yet')
  })

  it('draws an empty graph', () => {
    const empty = fakeInspection({ peers: [], events: [] })
    expect(faultsOf(readPicture(writeSvg(empty)))).toEqual([])
  })
})

/** Any text that a name or a payload may be: long, with controls, marks, wide letters, markup. */
const anyText = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom('&', '<', '>', '"', "'", ']]>', '\u0000', '\n', '\ud800', '\u202e', '\u0301', '漢', '🙂'),
  }),
)

const someVote = fc.record({
  round: fc.nat(12),
  step: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
  estimates: fc.subarray([true, false]).map((values) => new Set(values)),
  binValues: fc.subarray([true, false]).map((values) => new Set(values)),
  aux: fc.constantFrom(true, false, undefined),
  decision: fc.constantFrom(true, false, undefined),
  confirmed: fc.subarray([true, false]).map((values) => new Set(values)),
})

/** Any shape of graph, forks and several Initial events included, with annotations that no election may give. */
const anyGraph = fc
  .record({
    peers: fc.array(anyText, { minLength: 1, maxLength: 7 }),
    payloads: fc.array(anyText, { minLength: 1, maxLength: 12 }),
    steps: fc.array(
      fc.record({ creator: fc.nat(), self: fc.nat(), other: fc.nat(), kind: fc.nat(5), fork: fc.nat(9) }),
      {
        maxLength: 70,
      },
    ),
    metas: fc.array(
      fc.record({
        interestingContent: fc.array(fc.nat(11), { maxLength: 8 }),
        observees: fc.array(fc.nat(6), { maxLength: 2 }),
        lists: fc.array(fc.array(someVote, { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
      }),
      { maxLength: 40 },
    ),
    us: fc.boolean(),
    decider: fc.option(fc.nat(), { nil: undefined }),
  })
  .map(({ peers, payloads, steps, metas, us, decider }) => {
    const events: FakeEvent[] = []
    const own = new Map<number, number[]>()
    for (const { creator: c, self, other, kind, fork } of steps) {
      const creator = c % peers.length
      const mine = own.get(creator) ?? []
      const selfParent = fork === 0 ? mine[self % Math.max(1, mine.length)] : mine.at(-1)
      own.set(creator, [...mine, events.length])
      const recent = events
        .map((event, i) => ({ event, i }))
        .filter(({ event }) => event.creator !== creator)
        .slice(-9)
      const otherParent = recent.length === 0 ? undefined : recent[other % recent.length]?.i
      if (selfParent === undefined) events.push({ creator, cause: 'Initial' })
      else if (kind === 0) events.push({ creator, cause: 'Observation', selfParent, payload: other % payloads.length })
      else if (kind < 3 || otherParent === undefined) {
        events.push({ creator, cause: 'Requesting', selfParent, recipient: other % peers.length })
      } else events.push({ creator, cause: 'Request', selfParent, otherParent })
    }
    const metaOf = new Map<number, FakeMeta>()
    metas.forEach(({ interestingContent, observees, lists }, i) => {
      const content = [...new Set(interestingContent.map((payload) => payload % payloads.length))]
      const metaVotes = new Map(lists.map((list, subject) => [subject % peers.length, list]))
      if (i < events.length) metaOf.set(events.length - 1 - i, { interestingContent: content, observees, metaVotes })
    })
    const inspection = fakeInspection({
      peers,
      events,
      payloads,
      metas: metaOf,
      ourIndex: us ? 0 : undefined,
      history: us ? [0] : [],
    })
    return {
      inspection,
      decision: decider === undefined || events.length === 0 ? undefined : fakeDecision(inspection, decider),
    }
  })

function fakeDecision(inspection: Inspection, seed: number): DecisionView {
  const subjects = new Map(inspection.voters().map((peer) => [peer, (seed >> peer) % 2 === 0]))
  const firsts = [...inspection.interestingEvents()].flatMap(([peer, events]) => {
    const [first] = events
    return first === undefined || subjects.get(peer) !== true ? [] : [[peer, first] as const]
  })
  const payloads = Array.from({ length: inspection.payloadCount }, (_, i) => i)
  return { election: 3, event: seed % inspection.eventCount, subjects, firstInteresting: new Map(firsts), payloads }
}

describe('every picture', () => {
  it('is well-formed, readable and shows each event once, whatever the names, payloads and shapes', () => {
    fc.assert(
      fc.property(anyGraph, ({ inspection, decision }) => {
        const svg = writeSvg(inspection, decision === undefined ? {} : { decision })
        const picture = readPicture(svg)
        expect(faultsOf(picture)).toEqual([])
        const from = decision === undefined ? 0 : firstDrawnEvent(inspection, decision)
        expect(picture.boxes.map((box) => box.event)).toEqual(
          Array.from({ length: inspection.eventCount - from }, (_, i) => from + i),
        )
        expect(writeSvg(inspection, decision === undefined ? {} : { decision })).toBe(svg)
      }),
      { numRuns: 300 },
    )
  })

  it('carries the full text of what it shows clipped', () => {
    const payload = `OpaquePayload(${'a long story & <more> '.repeat(20)})`
    const inspection = fakeInspection({
      peers: names,
      events: [
        { creator: 0, cause: 'Initial' },
        { creator: 0, cause: 'Observation', selfParent: 0, payload: 0 },
      ],
      payloads: [payload],
    })
    const picture = readPicture(writeSvg(inspection))
    expect(textsOf(picture)).toMatch(/^OpaquePayload\(a long story & …$/m)
    expect(picture.tooltips.some((tooltip) => tooltip.includes(payload))).toBe(true)
  })

  it('shows a list that is cut whole to those who hover over it', () => {
    const { inspection, decision } = decidedGraph()
    const content = Array.from({ length: 30 }, (_, i) => i)
    const many: Inspection = {
      ...inspection,
      payloadCount: content.length,
      payload: (index) => ({ ...inspection.payload(0), index, text: `OpaquePayload(${String(index)})` }),
      metaEvent: (index) => {
        const meta = inspection.metaEvent(index)
        return meta === undefined || index !== 5 ? meta : { ...meta, interestingContent: content }
      },
    }
    const picture = readPicture(writeSvg(many, { decision: { ...decision, payloads: content } }))
    expect(textsOf(picture)).toContain('OpaquePayload(7), 22 more]')
    expect(textsOf(picture)).toContain('\nand 6 more\n')
    const list = content.map((i) => `OpaquePayload(${String(i)})`).join(', ')
    expect(picture.tooltips).toContain(`Alice: A_2 [${list}]`)
    expect(picture.tooltips.filter((text) => text.startsWith('#25 ') && text.includes('\n#30 '))).toHaveLength(1)
  })

  it('shows a word whole that is too long for a line', () => {
    const { inspection, decision } = decidedGraph()
    const title = 'x'.repeat(200)
    const picture = readPicture(writeSvg(inspection, { decision, title }))
    expect(textsOf(picture)).toMatch(/^x+…$/m)
    expect(picture.tooltips).toContain(title)
  })

  it('is told from other SVG files', () => {
    const { inspection } = decidedGraph()
    expect(isOurSvg(writeSvg(inspection))).toBe(true)
    expect(isOurSvg('<svg xmlns="http://www.w3.org/2000/svg"/>')).toBe(false)
  })

  it('asks for each event a constant number of times', () => {
    const asked = (eventCount: number): number => {
      const events: FakeEvent[] = [{ creator: 0, cause: 'Initial' }]
      for (let i = 1; i < eventCount; i++)
        events.push({ creator: 0, cause: 'Requesting', selfParent: i - 1, recipient: 0 })
      const inspection = fakeInspection({ peers: names, events })
      let calls = 0
      writeSvg({
        ...inspection,
        event(index) {
          calls++
          return inspection.event(index)
        },
      })
      return calls
    }
    expect(asked(400)).toBeLessThanOrEqual(2 * asked(200) + 8)
  })
})

describe('the strict XML reader', () => {
  it.each([
    '<a>',
    '<a></b>',
    '<a b="1" b="2"/>',
    '<a>&nbsp;</a>',
    '<a>&</a>',
    '<a>]]></a>',
    '<a>\u0001</a>',
    '<a>\ud800</a>',
    '<a/><a/>',
    '<a b=1/>',
    '<a b="<"/>',
  ])('refuses %j', (text) => {
    expect(() => parseXml(text)).toThrow()
  })
})
