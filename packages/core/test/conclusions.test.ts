// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import { expect, test } from 'vitest'
import { Event } from '../src/wire/event.ts'
import { mockKeys } from '../src/crypto/shared-key/keys.ts'
import { Message } from '../src/wire/message.ts'
import { observationText, opaque } from '../src/wire/observation.ts'
import type { ParsecOptions } from '../src/parsec.ts'
import { seededRandom } from './support/keys.ts'
import { Network, chooser, codeOf, pick } from './support/network.ts'

const correct = ['Alice', 'Bob', 'Carol']

/** Keeps the events that travel, parents before children. */
class WatchedNetwork extends Network {
  readonly seen = new Map<string, Event<string>>()

  override get options(): ParsecOptions<string> {
    return { ...super.options, coin: 'threshold', keys: mockKeys, random: seededRandom('conclusions') }
  }

  watch({ events }: Message<string>): void {
    for (const event of events) this.seen.set(event.id, event)
  }

  override gossip(from: string, to: string): void {
    const request = this.peer(from).createGossip(this.id(to))
    this.watch(request)
    const response = this.peer(to).handleMessage(this.id(from), request)
    if (response !== undefined) {
      this.watch(response)
      this.peer(from).handleMessage(this.id(to), response)
    }
    this.poll()
  }

  election(name: string): number {
    return this.peer(name).inspect().election
  }

  eventCountOf(creator: string, name: string): number {
    const inspection = this.peer(name).inspect()
    const index = inspection.peers().findIndex((peer) => peer.name === creator)
    return Array.from({ length: inspection.eventCount }, (_, x) => inspection.event(x)).filter(
      (event) => event.creator === index,
    ).length
  }
}

/**
 * Four peers with a key for their coin, of whom Dave decides an election before the others.
 * Undefined where another does.
 */
function daveDecidesFirst(seed: number): WatchedNetwork | undefined {
  const network = new WatchedNetwork([...correct, 'Dave'])
  network.run(chooser(1), () => [...network.peers.values()].every((peer) => peer.inspect().coinThreshold === 1))
  const choose = chooser(seed)
  const anyPair = (): void => {
    const from = pick([...correct, 'Dave'], choose)
    network.gossip(
      from,
      pick(
        [...correct, 'Dave'].filter((name) => name !== from),
        choose,
      ),
    )
  }
  for (let i = 0; i < 60; i++) anyPair()
  const election = network.election('Dave')
  for (const peer of network.peers.values()) peer.voteFor(opaque('x'))
  const hasDecided = (name: string): boolean => network.election(name) > election
  while (![...network.peers.keys()].some(hasDecided)) {
    const from = pick(correct, choose)
    const to = pick(['Dave', ...correct.filter((name) => name !== from)], choose)
    const request = network.peer(from).createGossip(network.id(to))
    network.watch(request)
    const response = network.peer(to).handleMessage(network.id(from), request)
    // Who has decided keeps it to himself.
    if (hasDecided('Dave') || response === undefined) continue
    network.watch(response)
    network.peer(from).handleMessage(network.id(to), response)
  }
  return hasDecided('Dave') && !correct.some(hasDecided) ? network : undefined
}

/**
 * Where the shares of the next coin stand that Dave shows to Alice and Bob: on a branch that nobody
 * else has, or on one that Carol has; or there are none.
 */
type Shares = 'on a branch of their own' | "on a branch of Carol's" | 'nowhere'

/**
 * Dave shows the branch on which he decides to Alice and Bob, together with another branch, which
 * they record; and to Carol two more, so that she takes in no further one that nobody has recorded.
 * True if he could.
 */
function strandCarol(network: WatchedNetwork, where: Shares): boolean {
  const election = network.election('Dave')
  network.watch(network.peer('Dave').createGossip(network.id('Alice')))
  const known = Math.max(...correct.map((name) => network.eventCountOf('Dave', name)))
  const all = [...network.seen.values()]
  const line = all.filter(({ creator }) => creator.name === 'Dave')
  const [point, secret] = [line[known - 1], new Set(line.slice(known))]
  if (point === undefined) return false
  network.crash('Dave')
  const dave = network.secretId('Dave')
  const ask = (name: string, selfParent: Event<string>): Event<string> =>
    Event.create(dave, { kind: 'Requesting', selfParent: selfParent.hash, recipient: network.id(name) }, stringCodec)
  const show = (name: string, events: readonly Event<string>[]): void => {
    try {
      network.peer(name).handleMessage(dave.publicId, new Message('request', events))
    } catch {
      // That she sees a fork in it does not keep it from coming in.
      expect(name).toBe('Carol')
    }
  }
  const carols = ask('Carol', point)
  show('Carol', [...all.filter((event) => !secret.has(event)), carols, ask('Bob', point)])
  const coins = { election, attempt: 1 as const, shares: [{ round: 1, subject: 0, share: new Uint8Array(4) }] }
  const on = where === "on a branch of Carol's" ? carols : point
  const shares = Event.create(dave, { kind: 'CoinShares', selfParent: on.hash, coins }, stringCodec)
  for (const name of ['Alice', 'Bob']) {
    const onBranch = where === 'nowhere' ? [ask(name, point)] : [shares, ask(name, shares)]
    show(name, [...all, ...(on === carols ? [carols] : []), ...onBranch])
  }
  return ['Alice', 'Bob'].every((name) => network.election(name) === election) && network.election('Carol') < election
}

test.each<Shares>(['on a branch of their own', "on a branch of Carol's", 'nowhere'])(
  'a forker who lets some decide at an event that another does not take in strands nobody (shares %s)',
  (where) => {
    let stranded = 0
    for (let seed = 1; seed <= 24; seed++) {
      const network = daveDecidesFirst(seed)
      if (network === undefined || !strandCarol(network, where)) continue
      stranded++
      network.gossip('Alice', 'Carol')
      expect(network.election('Carol')).toBe(network.election('Alice'))
      for (const name of correct) network.peer(name).voteFor(opaque('y'))
      // Throws when one of them refuses a message of another.
      network.run(chooser(seed), () => network.allHave(observationText(opaque('y')), correct), 60)
    }
    expect(stranded).toBeGreaterThan(3)
  },
)

test.each(['asks', 'is asked'])('what came with a refused message, and decides, is recorded before Alice %s', (how) => {
  let decided = 0
  for (let seed = 1; seed <= 24; seed++) {
    const network = daveDecidesFirst(seed)
    if (network === undefined) continue
    const toBob = network.peer('Dave').createGossip(network.id('Bob'))
    const notForHer = new Message('request', [...network.seen.values(), ...toBob.events])
    expect(codeOf(() => network.peer('Alice').handleMessage(network.id('Dave'), notForHer))).toBe('InvalidMessage')
    if (network.election('Alice') < network.election('Dave')) continue
    decided++
    if (how === 'asks') network.gossip('Alice', 'Carol')
    else network.gossip('Carol', 'Alice')
    const ofAlice = [...network.seen.values()].filter(({ creator }) => creator.name === 'Alice')
    const syncs = ofAlice.findLastIndex(({ cause }) => cause.kind === (how === 'asks' ? 'Requesting' : 'Request'))
    const before = ofAlice.slice(0, syncs).findLast(({ cause }) => cause.kind !== 'Observation')
    expect(before?.cause.kind).toBe('Conclusion')
    expect(network.election('Carol')).toBe(network.election('Alice'))
  }
  expect(decided).toBeGreaterThan(3)
})
