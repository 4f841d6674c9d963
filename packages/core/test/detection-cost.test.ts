// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Ancestry, FirstOnLine } from '../src/graph/ancestry.ts'
import { GossipGraph } from '../src/graph/graph.ts'
import { limits } from '../src/base/limits.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { genesis, opaque } from '../src/wire/observation.ts'
import { Parsec } from '../src/parsec.ts'
import { Line } from './support/line.ts'
import { accusationsOf } from './support/mixed-network.ts'

const names = ['Alice', 'Bob', 'Carol', 'Dave', 'Erin', 'Frank', 'Grace']
const founders = names.map((name) => mockIdentity.publicId(name))

/** Accuses the i-th of many whom nobody knows of a fork. */
function accuseFalsely(line: Line, i: number): void {
  line.accuse(mockIdentity.publicId(`nobody ${String(i)}`), { kind: 'Fork', selfParentHash: new Uint8Array(32) })
}

/** So many faults on one line. */
const lines: [string, (line: Line, faults: number) => void][] = [
  [
    'votes twice for each of many things',
    (line, faults) => {
      for (let i = 0; i < faults; i++) for (let twice = 0; twice < 2; twice++) line.vote(opaque(`v${String(i)}`))
    },
  ],
  [
    'votes many times for one thing',
    (line, faults) => {
      for (let i = 0; i < faults; i++) line.vote(opaque('v'))
    },
  ],
  [
    'votes many times for Genesis',
    (line, faults) => {
      for (let i = 0; i < faults; i++) line.vote(genesis(founders))
    },
  ],
  [
    'makes many false accusations before one sync event',
    (line, faults) => {
      for (let i = 0; i < faults; i++) accuseFalsely(line, i)
    },
  ],
  [
    'makes a false accusation before each of many sync events',
    (line, faults) => {
      for (let i = 0; i < faults; i++) {
        accuseFalsely(line, i)
        line.ask()
      }
    },
  ],
]

const counted: [object, string[]][] = [
  [GossipGraph.prototype, ['descends', 'isSelfAncestor', 'hasLaterThan', 'isAwareOfFork']],
  [Ancestry.prototype, ['includes', 'latestOn', 'forkPoints']],
  [FirstOnLine.prototype, ['precedes']],
]

/** Questions that are asked of the graph while Alice takes the line in. */
let questions = 0
const restored: (() => void)[] = []

beforeEach(() => {
  questions = 0
  for (const [prototype, methods] of counted) {
    for (const name of methods) {
      const method = Reflect.get(prototype, name) as (this: unknown, ...parameters: unknown[]) => unknown
      const replacement = function (this: unknown, ...parameters: unknown[]): unknown {
        questions++
        return method.apply(this, parameters)
      }
      Reflect.set(prototype, name, replacement)
      restored.push(() => Reflect.set(prototype, name, method))
    }
  }
})

afterEach(() => {
  for (const restore of restored.splice(0)) restore()
})

function take(build: (line: Line, faults: number) => void, faults: number): { peer: Parsec<string>; asked: number } {
  const line = new Line('Dave', names)
  build(line, faults)
  line.ask()
  const options = { codec: stringCodec, identities: mockIdentity }
  const peer = Parsec.fromGenesis(mockIdentity.secretId('Alice'), { ...options, founders })
  const before = questions
  for (let from = 0; from < line.events.length; from += limits.sliceEvents) {
    const slice = line.events.slice(from, from + limits.sliceEvents)
    const message = new Message('request', slice, from + slice.length < line.events.length)
    peer.handleMessage(mockIdentity.publicId('Dave'), message.toBytes())
  }
  return { peer, asked: questions - before }
}

describe('a peer that', () => {
  test.each(lines)('%s: is accused of the faults of one event alone', (_, build) => {
    const { peer } = take(build, 500)
    const accusations = accusationsOf(peer)
    expect(accusations.length).toBeGreaterThan(0)
    // One that votes again for Genesis has two.
    expect(accusations.length).toBeLessThanOrEqual(2)
    expect(new Set(accusations.map(({ offender }) => offender.name))).toEqual(new Set(['Dave']))
  })

  test.each(lines)('%s: costs no more per fault when there are more', (_, build) => {
    const [few, many] = [take(build, 100).asked, take(build, 400).asked]
    expect(many).toBeGreaterThan(0)
    expect(many).toBeLessThan(5 * few)
  })
})
