// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../src/base/encoding.ts'
import type { Event } from '../src/wire/event.ts'
import { Message } from '../src/wire/message.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { observationHash, observationText } from '../src/wire/observation.ts'
import { Parsec } from '../src/parsec.ts'
import { Mischief } from './support/mischief.ts'
import { chooser, codeOf, pick } from './support/network.ts'
import type { Choose } from './support/network.ts'
import { MixedNetwork, accusationsOf } from './support/mixed-network.ts'

const names = ['Alice', 'Bob', 'Carol', 'Dave', 'Erin', 'Frank', 'Grace']
const runs = Number(process.env.PARSEC_RUNS ?? 40)

function observer(name: string, founders: readonly string[]): Parsec<string> {
  const group = founders.map((founder) => mockIdentity.publicId(founder))
  return Parsec.fromGenesis(mockIdentity.secretId(name), {
    founders: group,
    codec: stringCodec,
    identities: mockIdentity,
  })
}

/** Any order in which parents come first. */
function shuffled(events: readonly Event<string>[], choose: Choose): Event<string>[] {
  const waiting = [...events]
  const ids = new Set(waiting.map(({ id }) => id))
  const order: Event<string>[] = []
  while (waiting.length > 0) {
    const ready = waiting.filter((event) => event.parents.every((id) => !ids.has(id)))
    const event = pick(ready, choose)
    order.push(event)
    ids.delete(event.id)
    waiting.splice(waiting.indexOf(event), 1)
  }
  return order
}

function textsOf(parsec: Parsec<string>): string[] {
  return accusationsOf(parsec).map(
    (observation) => `${observationText(observation)} ${toHex(observationHash(observation, stringCodec))}`,
  )
}

/** Requests to Alice, each with all that was drawn before it, and what nobody inserts. */
interface Story {
  readonly founders: readonly string[]
  readonly parts: readonly {
    readonly events: readonly Event<string>[]
    readonly refused: readonly Event<string>[]
    readonly request: Event<string>
  }[]
}

/** All but two of the founders do what they like. */
function story(seed: number): Story {
  const choose = chooser(seed)
  const founders = names.slice(0, 4 + choose(4))
  const byHand = founders.slice(2)
  const mischief = new Mischief({ choose, founders, wrongOfTen: 1 + choose(4) })
  const parts = []
  for (let part = 0; part < 3; part++) {
    for (let i = 0; i < 30; i++) mischief.draw(pick(byHand, choose))
    const request = mischief.ask(pick(byHand, choose), 'Alice')
    const events = mischief.book.all.filter((event) => event !== request)
    parts.push({ events, refused: [...mischief.refused.keys()], request })
  }
  return { founders, parts }
}

/**
 * An observer that is told the story in some order of its own: per request, what it said to it, and
 * its accusations by then.
 */
function told(
  { parts }: Story,
  founders: readonly string[],
  choose: Choose,
): { alice: Parsec<string>; said: string[][] } {
  const alice = observer('Alice', founders)
  const bob = mockIdentity.publicId('Bob')
  const said: string[][] = []
  for (const { events, refused, request } of parts) {
    const message = new Message('request', [...shuffled(events, choose), request]).toBytes()
    const code = codeOf(() => alice.handleMessage(request.creator, message))
    said.push([code ?? 'recorded', ...textsOf(alice).sort()])
    // From somebody else, who from then on is not heard.
    for (const event of refused) {
      let reply: Message<string> | undefined
      const code = codeOf(() => {
        reply = alice.handleMessage(bob, new Message('response', [event]).toBytes())
      })
      expect(code ?? reply?.receipt?.hasGap).toBeDefined()
    }
  }
  return { alice, said }
}

describe('what an observer accuses', () => {
  test('is the same in whatever order the same events arrived, and no other observer finds fault with it', () => {
    let accusations = 0
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const tale = story(seed)
        const [first, second] = [
          told(tale, tale.founders, chooser(seed + 1)),
          told(tale, tale.founders, chooser(seed + 2)),
        ]
        for (const [part, said] of first.said.entries()) {
          const other = second.said[part] ?? []
          // Of many branches that nobody has recorded, those that come first are taken: a request
          // on another one is refused.
          if (said[0] !== other[0]) break
          expect(other).toEqual(said)
          accusations += said.length - 1
        }

        const bob = observer('Bob', tale.founders)
        const last = tale.parts.at(-1)
        const all = shuffled(last?.events ?? [], chooser(seed + 3))
        const sender = mockIdentity.publicId(tale.founders[2] ?? '')
        codeOf(() => {
          bob.handleMessage(sender, new Message('response', all).toBytes())
        })
        const alice = first.alice.ourPublicId
        if (!first.alice.gossipRecipients().some(({ name }) => name === 'Bob')) return
        const gossip = first.alice.createGossip(bob.ourPublicId)
        expect(codeOf(() => bob.handleMessage(alice, gossip.toBytes()))).toBeUndefined()
        expect(accusationsOf(bob).map(({ offender }) => offender.name)).not.toContain('Alice')
      }),
      { numRuns: runs },
    )
    expect(accusations).toBeGreaterThan(0)
  })
})

describe('a network with peers that do what they like', () => {
  test.each([
    ['that stays as it is', undefined],
    ['and gets a newcomer who does, too,', 'Zoe'],
  ])('%s removes whoever is proven to be wrong and nobody else, and agrees', (_, newcomer) => {
    const kinds = new Map<string, number>()
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const choose = chooser(seed)
        const network = new MixedNetwork(names.slice(0, 4 + choose(4)), choose, newcomer)
        for (let i = 0; i < 80; i++) network.step()
        network.settle()
        expect(network.realAccused()).toEqual([])
        expect(network.distinctOutputs()).toBe(1)
        const removed = network.removed()
        expect(network.accused().filter((name) => !removed.includes(name))).toEqual([])
        expect(network.provenWrong().filter((name) => !removed.includes(name))).toEqual([])
        expect(network.repeated()).toEqual([])
        for (const kind of network.kinds()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      }),
      { numRuns: runs },
    )
    if (runs > 1000) console.log(Object.fromEntries(kinds))
    // With a newcomer there are few liars, and not every kind comes up in so few runs.
    const common = newcomer === undefined ? ['Fork', 'DuplicateVote', 'InvalidAccusation', 'UnexpectedGenesis'] : []
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(common))
  })
})
