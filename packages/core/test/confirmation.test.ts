// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import { nextMetaVotes } from './support/twin-votes.ts'
import type { TwinCoin, TwinMetaVote } from './support/twin-votes.ts'

/*
 * The attack on the binary agreement without confirmations (docs/binary-agreement.md, section 5):
 * who learns the coin when the first correct voter reaches it chooses which value the others take,
 * and takes the other one. Seven voters at step 2: p1 to p5 are correct, b1 and b2 are not. Each
 * event records one other event; its meta-votes follow.
 */

interface Node {
  readonly voter: string
  readonly selfParent: Node | undefined
  readonly list: readonly TwinMetaVote[]
  readonly ancestors: ReadonlySet<Node>
}

const voters = ['p1', 'p2', 'p3', 'p4', 'p5', 'b1', 'b2']

/** The voters' entries at step 2, and how events after them come about. */
class Step {
  readonly #coin: TwinCoin

  constructor(confirms: boolean) {
    this.#coin = { confirms, toss: () => undefined }
  }

  begin(voter: string, estimate: boolean): Node {
    const none = new Set<boolean>()
    const held = {
      estimates: new Set([estimate]),
      binValues: none,
      aux: undefined,
      decision: undefined,
      confirmed: none,
    }
    const node = {
      voter,
      selfParent: undefined,
      list: [{ round: 0, step: 2, ...held } as const],
      ancestors: new Set<Node>(),
    }
    node.ancestors.add(node)
    return node
  }

  /** An event of the voter, after its last one, for each of the others in turn. */
  record(selfParent: Node, ...heard: readonly Node[]): Node {
    return heard.reduce((last, other) => {
      const ancestors = new Set([...last.ancestors, ...other.ancestors])
      const others = voters.filter((voter) => voter !== last.voter).flatMap((voter) => latestOf(voter, ancestors) ?? [])
      const list = nextMetaVotes(
        last.list,
        others.map((node) => node.list),
        voters.length,
        this.#coin,
      )
      const node = { voter: last.voter, selfParent: last, list, ancestors }
      node.ancestors.add(node)
      return node
    }, selfParent)
  }
}

/** The voter's latest event; undefined where there is none, or a fork of it. */
function latestOf(voter: string, ancestors: ReadonlySet<Node>): Node | undefined {
  const own = [...ancestors].filter((node) => node.voter === voter)
  const tips = own.filter((node) => !own.some((other) => other.selfParent === node))
  return tips.length === 1 ? tips[0] : undefined
}

function entry(node: Node, round: number): TwinMetaVote | undefined {
  return node.list.find((vote) => vote.round === round && vote.step === (round === 0 ? 2 : 0))
}

/** Up to the event of p1 that sees five aux values, two of them other than the rest. */
function prepared(confirms: boolean) {
  const step = new Step(confirms)
  const [p1, p2, p4, b1] = ['p1', 'p2', 'p4', 'b1'].map((voter) => step.begin(voter, true)) as [Node, Node, Node, Node]
  const [p3, p5, b2] = ['p3', 'p5', 'b2'].map((voter) => step.begin(voter, false)) as [Node, Node, Node]
  // p2 and p4 estimate both and have no aux; so p3's is false.
  const p2both = step.record(p2, p3, p5, b2)
  const p4both = step.record(p4, p3, p5, b2)
  const p3false = step.record(p3, p2both, p4both)
  // Then p3 estimates both, too, and whoever hears of it holds both at once: its aux is true.
  const p3both = step.record(p3false, p1, b1)
  const p1true = step.record(p1, p3both)
  const p2true = step.record(p2both, p3both)
  const b1true = step.record(b1, p3both)
  const b2false = step.record(b2, p3false)
  const first = step.record(p1true, p2true, b1true, b2false)
  return { step, p1true, p2true, p3false, p3both, p4both, p5, b1, b1true, b2false, first }
}

/**
 * What p5 comes to after p4 and b1, who have not been heard since, hear what the attacker likes.
 * Every event of p1 that it hears is older than the one that reached the coin.
 */
function future(
  value: boolean,
  { step, p1true, p2true, p3false, p3both, p4both, p5, b1, b1true, b2false }: ReturnType<typeof prepared>,
): Node {
  if (value) {
    const p4true = step.record(p4both, p3both)
    // All at once: p3's aux is false, so that four true ones would be a mixture.
    return step.record(p5, p3both, step.record(b1true, p1true, p2true, p4true))
  }
  const p4false = step.record(p4both, p3false)
  const p5false = step.record(p5, p4false)
  // Another branch of b1: p5 knows no other one.
  const b1false = step.record(b1, p4false)
  return step.record(p5false, b1false, b2false)
}

describe('the attack of who knows the coin when the first correct voter reaches it', () => {
  test('works without confirmations: whatever the coin is, others take the other value', () => {
    const world = prepared(false)
    expect(entry(world.first, 0)).toMatchObject({ aux: true })
    expect([world.p1true, world.p2true, world.p3false].map((node) => entry(node, 0)?.aux)).toEqual([true, true, false])
    // p1 has seen a mixture, and waits for the coin: it reveals its share.
    expect(entry(world.first, 1)?.estimates).toEqual(new Set())
    for (const coin of [true, false]) {
      expect(entry(future(!coin, world), 1)?.estimates).toEqual(new Set([!coin]))
    }
  })

  test('does not with confirmations: by then nobody has reached the coin', () => {
    const world = prepared(true)
    expect(entry(world.first, 0)).toMatchObject({ aux: true, confirmed: new Set([true, false]) })
    expect(entry(world.first, 1)).toBeUndefined()
    for (const value of [true, false]) {
      const node = future(value, world)
      expect(entry(node, 0)?.confirmed.has(value)).toBe(true)
      expect(entry(node, 1)).toBeUndefined()
    }
  })
})
