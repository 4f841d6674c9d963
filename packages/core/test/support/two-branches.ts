// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { RandomGraph } from './graphs.ts'
import type { TwinEvent } from './twin-graph.ts'

const founders = ['Ann', 'Bob', 'Cat', 'Dan']
/** By key q comes before p. */
const payloads = { p: { hash: '02'.repeat(32), voter: undefined }, q: { hash: '01'.repeat(32), voter: undefined } }

/**
 * Four voters: Ann, Bob and Cat vote for p, then q, and Dan for q, then p. Then they gossip in
 * pairs, where Dan shows his first branch only. Dan's second branch begins after his votes and
 * records what Bob knows by his `branchFrom`-th exchange; nobody answers it, so no event of another
 * peer descends from it.
 *
 * Dan decided true, q comes first: both payloads are first in some list, and q has the smaller key.
 * Dan decided false, p comes first. So peers that judge Dan differently put out different blocks.
 *
 * @param exchanges - like `AB DC`: Ann sends Bob a request and gets his response, then Dan and Cat.
 * @param branchLength - number of events on the second branch.
 * @returns the graph with the second branch's events last, and the same with each of them as early
 *   as its parents allow.
 */
export function twoBranches(
  exchanges: string,
  branchFrom: number,
  branchLength: number,
): { readonly late: RandomGraph; readonly early: RandomGraph } {
  const events = (isEarly: boolean): TwinEvent[] => {
    const list: TwinEvent[] = []
    const tips = new Map<string, number>()
    const add = (creator: string, event: Omit<TwinEvent, 'creator' | 'selfParent'>): number => {
      const x = list.push({ ...event, creator, selfParent: tips.get(creator) }) - 1
      tips.set(creator, x)
      return x
    }
    for (const name of founders) {
      add(name, { cause: 'Initial' })
      const { p, q } = payloads
      for (const payload of name === 'Dan' ? [q, p] : [p, q]) add(name, { cause: 'Observation', payload })
    }
    const forkedAt = tips.get('Dan')
    let recorded: number | undefined
    const addBranch = (): void => {
      let selfParent = forkedAt
      for (let i = 0; i < branchLength; i++) {
        const cause = i === 0 ? 'Response' : 'Requesting'
        selfParent = list.push({ creator: 'Dan', cause, selfParent, otherParent: i === 0 ? recorded : undefined }) - 1
      }
    }
    let exchangesOfBob = 0
    for (const pair of exchanges.split(' ')) {
      const [from, to] = [pair.charAt(0), pair.charAt(1)].map((letter) =>
        founders.find((name) => name.startsWith(letter)),
      )
      if (from === undefined || to === undefined) throw new RangeError(`no pair: ${pair}`)
      const request = add(to, { cause: 'Request', otherParent: add(from, { cause: 'Requesting' }) })
      add(from, { cause: 'Response', otherParent: request })
      if (!pair.includes('B') || ++exchangesOfBob !== branchFrom) continue
      recorded = tips.get('Bob')
      if (isEarly) addBranch()
    }
    if (recorded === undefined) throw new RangeError(`Bob has ${String(exchangesOfBob)} exchanges`)
    if (!isEarly) addBranch()
    return list
  }
  const common = { mode: 'supermajority', founders, forkers: ['Dan'] } as const
  return { late: { ...common, events: events(false) }, early: { ...common, events: events(true) } }
}
