// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Consensus } from '../src/consensus/consensus.ts'
import { Twin } from './support/twin.ts'
import { consensusOutcome, twinOutcome } from './support/twin-compare.ts'
import type { Outcome } from './support/twin-compare.ts'
import { knownAt, randomGraph, reordered } from './support/graphs.ts'
import type { RandomGraph } from './support/graphs.ts'
import { makeElectionsForget, twinForgets } from './support/first-estimates.ts'
import type { Forgetting } from './support/first-estimates.ts'
import type { TwinEvent } from './support/twin-graph.ts'
import { leastSupermajority } from '../src/base/quorum.ts'
import { chooser, pick } from './support/network.ts'
import type { Choose } from './support/network.ts'

/** Random graphs per property; many more with the variable PARSEC_RUNS. A failure prints the seed that replays it. */
const runs = Number(process.env.PARSEC_RUNS ?? 60)

function anyGraph(choose: Choose): RandomGraph {
  const founders = choose(5) === 0 ? 7 + choose(5) : 4 + choose(3)
  return randomGraph(choose, { founders, forks: choose(4) > 0, eventsPerPeer: 40 + choose(30) + 3 * choose(founders) })
}

function anyForgetting(choose: Choose): Forgetting {
  const keepsFirst = pick([0, 0.15, 0.3, 0.5], choose)
  return { seed: choose(1 << 16), keepsFirst, keepsSecond: pick([0.5, 0.75, 1], choose) }
}

/** @param watch - then the graph is that of a peer that may not record everything; see {@link consensusOutcome} */
function engineOutcome(graph: RandomGraph, rule: Forgetting, watch?: (consensus: Consensus) => void): Outcome {
  const restore = makeElectionsForget(rule)
  try {
    return consensusOutcome(graph, watch)
  } finally {
    restore()
  }
}

/** How many decisions were made in the second attempt. */
function secondAttempts({ decisions }: Outcome): number {
  const isSecond = (line: string, event: string): boolean =>
    line.startsWith(`${event} observes`) && line.includes(' attempt 2 ')
  return decisions.filter(([head = '', ...lines]) => lines.some((line) => isSecond(line, head.split(' ')[0] ?? '')))
    .length
}

/** Is one of them the start of the other? */
function agree(a: readonly string[], b: readonly string[]): boolean {
  return a.every((key, i) => i >= b.length || b[i] === key)
}

/** Events that end the first attempt of some election, and of which none descends from another. */
class EndingTwin extends Twin {
  static mostEndings = 0

  override insert(event: Parameters<Twin['insert']>[0]): void {
    super.insert(event)
    const endings = [...this.metaEvents].filter(([, meta]) => meta.endsAttempt).map(([x]) => x)
    if (endings.length > EndingTwin.mostEndings) EndingTwin.mostEndings = endings.length
  }
}

/** Checks a property of many graphs, whose elections forget, and that enough of them made a second attempt. */
function forManyGraphs(check: (graph: RandomGraph, rule: Forgetting, choose: Choose) => number): void {
  let attempts = 0
  let withForks = 0
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const choose = chooser(seed)
      const graph = anyGraph(choose)
      const made = check(graph, anyForgetting(choose), choose)
      attempts += made
      if (graph.forkers.length > 0) withForks += made
    }),
    { numRuns: runs },
  )
  expect(attempts).toBeGreaterThan(runs / 6)
  expect(withForks).toBeGreaterThan(runs / 12)
}

describe('second attempt, on random graphs with forks, where observers forget observees', () => {
  test('is its plain twin, meta-vote for meta-vote before each decision, in several topological orders', () => {
    EndingTwin.mostEndings = 0
    forManyGraphs((graph, rule, choose) => {
      const expected = twinOutcome(graph, EndingTwin, twinForgets(rule))
      expect(engineOutcome(graph, rule)).toEqual(expected)
      const again = { ...graph, events: reordered(graph.events, choose) }
      expect(engineOutcome(again, rule)).toEqual(twinOutcome(again, Twin, twinForgets(rule)))
      return secondAttempts(expected)
    })
    expect(EndingTwin.mostEndings).toBeGreaterThan(1)
  })

  test('begins, at all who make it, with one and the same subject true: so something is decided', () => {
    forManyGraphs((graph, rule) => {
      const forget = twinForgets({ ...rule, keepsSecond: 1 })
      const begun = new Map<number, ReadonlySet<string>[]>()
      const twin: Twin = new Twin({
        voters: graph.founders,
        initialEstimates: (observed, x, attempt, twinGraph) => {
          const election = twin.decisions.length
          if (attempt === 2) begun.set(election, [...(begun.get(election) ?? []), observed])
          return forget(observed, x, attempt, twinGraph)
        },
      })
      twin.insertAll(graph.events)
      for (const [first = new Set<string>(), ...others] of begun.values()) {
        const common = [...first].filter((subject) => others.every((observed) => observed.has(subject)))
        expect(common.length).toBeGreaterThan(0)
      }
      return [...begun.keys()].filter((election) => election < twin.decisions.length).length
    })
  })

  test('decides the same in every topological order', () => {
    forManyGraphs((graph, rule, choose) => {
      const outcome = engineOutcome(graph, rule)
      for (let i = 0; i < 4; i++) {
        const events = reordered(graph.events, choose)
        expect(engineOutcome({ ...graph, events }, rule).history).toEqual(outcome.history)
      }
      return secondAttempts(outcome)
    })
  })

  test('agrees between peers that know different parts of the graph, and end the first attempt elsewhere', () => {
    forManyGraphs((graph, rule, choose) => {
      const outcome = engineOutcome(graph, rule)
      const correct = [...graph.events.keys()].filter((x) => {
        const { creator } = graph.events[x] ?? { creator: '' }
        return !graph.forkers.includes(creator)
      })
      for (let i = 0; i < 6; i++) {
        const known = knownAt(graph.events, correct[choose(correct.length)] ?? 0)
        const part = engineOutcome({ ...graph, events: reordered(known, choose) }, rule).history
        expect(agree(part, outcome.history), `${part.join(' ')} or ${outcome.history.join(' ')}`).toBe(true)
      }
      return secondAttempts(outcome)
    })
  })

  test('decides the same by what others may record: nothing by forkers or by the unadmitted', () => {
    forManyGraphs((graph, rule) => {
      const outcome = engineOutcome(graph, rule)
      let unrecorded = 0
      const { history } = engineOutcome(graph, rule, ({ conclusions }) => {
        unrecorded = Math.max(unrecorded, conclusions?.unrecorded.length ?? 0)
      })
      expect(outcome.history.slice(0, history.length)).toEqual(history)
      return unrecorded > 0 ? secondAttempts(outcome) : 0
    })
  })
})

/**
 * Ann, Bob and Cat vote for something and gossip in turns: in each, all of them record what the others
 * had at its beginning. Dan only listens, and only once, after some turns; then all four gossip.
 */
function inTurns(turnsOfThree: number, turnsOfFour: number): TwinEvent[] {
  const events: TwinEvent[] = []
  const tips = new Map<string, number>()
  const add = (creator: string, event: Omit<TwinEvent, 'creator' | 'selfParent'>): void => {
    tips.set(creator, events.push({ ...event, creator, selfParent: tips.get(creator) }) - 1)
  }
  const turn = (names: readonly string[]): void => {
    const before = new Map(tips)
    for (const name of names) {
      for (const other of names) if (other !== name) add(name, { cause: 'Request', otherParent: before.get(other) })
    }
  }
  const three = ['Ann', 'Bob', 'Cat']
  for (const name of [...three, 'Dan']) add(name, { cause: 'Initial' })
  for (const name of three) add(name, { cause: 'Observation', payload: { hash: '01'.repeat(32), voter: undefined } })
  for (let i = 0; i < turnsOfThree; i++) turn(three)
  add('Dan', { cause: 'Request', otherParent: tips.get('Bob') })
  for (let i = 0; i < turnsOfFour; i++) turn([...three, 'Dan'])
  return events
}

describe('second attempt, in a graph built by hand', () => {
  const rule = { seed: 0, keepsFirst: 0, keepsSecond: 1 }
  const founders = ['Ann', 'Bob', 'Cat', 'Dan']

  test('three voters end the first attempt, each alone; one that never observed begins with them', () => {
    const events = inTurns(7, 6)
    const twin = new Twin({
      voters: founders,
      initialEstimates: twinForgets(rule),
      onDecision: ({ event, subjects }, { graph, metaEvents }) => {
        const list = [...metaEvents].map(([x, meta]) => ({ x, name: graph.at(x).creator, ...meta }))
        const endings = list.filter(({ endsAttempt }) => endsAttempt)
        expect(endings.map(({ name }) => name)).toEqual(['Ann', 'Bob', 'Cat'])
        for (const { x } of endings) for (const { x: y } of endings) expect(graph.descends(x, y)).toBe(x === y)
        const dans = list.filter(({ name, attempt }) => name === 'Dan' && attempt === 2)
        expect(dans.length).toBeGreaterThan(0)
        expect(list.filter(({ name, isObserver }) => name === 'Dan' && isObserver)).toEqual([])
        expect(metaEvents.get(event)?.attempt).toBe(2)
        expect(Object.fromEntries(subjects)).toEqual({ Ann: true, Bob: true, Cat: true, Dan: false })
      },
    })
    twin.insertAll(events)
    expect(twin.decisions).toHaveLength(1)
    const choose = chooser(7)
    for (let i = 0; i < 20; i++) {
      const graph = { mode: 'supermajority', founders, forkers: [], events: reordered(events, choose) } as const
      const outcome = engineOutcome(graph, rule)
      expect(outcome).toEqual(twinOutcome(graph, Twin, twinForgets(rule)))
      expect(outcome.history).toEqual(twin.history)
    }
  })
})

describe('second attempt: what its proof counts', () => {
  test('some subject is observed by more correct observers than a second observer can lack', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const choose = chooser(seed)
        const voters = 4 + choose(60)
        const faulty = choose(Math.floor((voters - 1) / 3) + 1)
        const least = leastSupermajority(voters)
        const observers = least - faulty + choose(voters - least + 1)
        const observedBy = new Array<number>(voters).fill(0)
        const start = choose(voters)
        for (let i = 0; i < observers; i++) {
          // Whom an observer does not observe: as even as can be, or anybody.
          const lacks = (s: number): boolean =>
            (s - start - i * (voters - least) + voters * voters) % voters < voters - least
          const shift = choose(4) === 0 ? choose(voters) : 0
          for (let s = 0; s < voters; s++) if (!lacks((s + shift) % voters)) observedBy[s] = (observedBy[s] ?? 0) + 1
        }
        expect(Math.max(...observedBy)).toBeGreaterThan(observers - (least - faulty))
      }),
      { numRuns: 50 * runs },
    )
  })
})
