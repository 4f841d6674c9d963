// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { ConsensusMode } from '../../src/wire/format.ts'
import { pick } from './network.ts'
import type { Choose } from './network.ts'
import { keyOf } from './twin-graph.ts'
import type { TwinEvent, TwinPayload } from './twin-graph.ts'

/** A gossip graph as a network with forkers could have made it. */
export interface RandomGraph {
  readonly mode: ConsensusMode
  /** The first voters. */
  readonly founders: readonly string[]
  /** Fewer than a third of the voters, whoever is added or removed. */
  readonly forkers: readonly string[]
  /** Parents first. */
  readonly events: readonly TwinEvent[]
}

export interface RandomGraphLimits {
  readonly founders: number
  /** Are there forkers, where so many founders bear any? */
  readonly forks: boolean
  readonly eventsPerPeer: number
}

/** Different names of the same length. */
const names = ['Ann', 'Bob', 'Cat', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal', 'Ida', 'Jon', 'Kim', 'Leo']

/** A message under way: the last event in it. */
interface Message {
  readonly kind: 'Request' | 'Response'
  readonly from: string
  readonly to: string
  readonly event: number
}

interface Peer {
  readonly name: string
  readonly forks: boolean
  /** Latest events of its branches: one, unless it forks. */
  readonly tips: number[]
  /** Which of a forker's branches it is mostly shown. */
  readonly face: number
}

class Gossip {
  readonly events: TwinEvent[] = []
  readonly #choose: Choose
  readonly #mode: ConsensusMode
  readonly #peers: readonly Peer[]
  readonly #payloads: readonly TwinPayload[]
  readonly #underWay: Message[] = []
  /** Forks are common in some graphs, in others few and found out late. */
  readonly #forkEvery: number

  constructor(choose: Choose, mode: ConsensusMode, peers: readonly Peer[], payloads: readonly TwinPayload[]) {
    this.#choose = choose
    this.#mode = mode
    this.#peers = peers
    this.#payloads = payloads
    this.#forkEvery = pick([6, 20, 60], choose)
  }

  add(event: TwinEvent): number {
    return this.events.push(event) - 1
  }

  /** One thing that happens in the network. */
  step(): void {
    const choose = this.#choose
    const peer = pick(this.#peers, choose)
    if (peer.forks && choose(this.#forkEvery) === 0) this.#fork(peer)
    if (choose(this.events.length < 8 * this.#peers.length ? 3 : 12) === 0) this.#vote(peer)
    else if (this.#underWay.length === 0 || choose(6) === 0) this.#request(peer)
    else this.#deliver()
  }

  /** Takes up one of the peer's events as if nothing had followed on it. */
  #fork(peer: Peer): void {
    const own = this.events.flatMap(({ creator }, x) => (creator === peer.name ? [x] : []))
    const choose = this.#choose
    const from = choose(2) === 0 ? pick(own, choose) : pick(own.slice(-6), choose)
    if (peer.tips.length < 4) peer.tips.push(from)
    else peer.tips[choose(4)] = from
  }

  /** Which of its branches a peer shows to another. */
  #branch(peer: Peer, face: number): number {
    return (this.#choose(8) === 0 ? this.#choose(peer.tips.length) : face) % peer.tips.length
  }

  #append(peer: Peer, branch: number, event: Omit<TwinEvent, 'creator' | 'selfParent'>): number {
    const x = this.add({ ...event, creator: peer.name, selfParent: peer.tips[branch] })
    peer.tips[branch] = x
    return x
  }

  #vote(peer: Peer): void {
    const branch = this.#branch(peer, this.#choose(4))
    const offered = pick(this.#payloads, this.#choose)
    const isSingle = this.#mode === 'single' && offered.effect === undefined
    const payload = isSingle ? { ...offered, voter: peer.name } : offered
    // A correct peer votes for nothing twice.
    for (let at = peer.tips[branch]; at !== undefined; at = this.events[at]?.selfParent) {
      const voted = this.events[at]?.payload
      if (voted !== undefined && keyOf(voted) === keyOf(payload) && !(peer.forks && this.#choose(10) === 0)) return
    }
    this.#append(peer, branch, { cause: 'Observation', payload })
  }

  #request(from: Peer): void {
    const to = pick(this.#peers, this.#choose)
    if (to === from && this.#peers.length > 1) return
    const event = this.#append(from, this.#branch(from, to.face), { cause: 'Requesting' })
    if (to !== from) this.#underWay.push({ kind: 'Request', from: from.name, to: to.name, event })
  }

  /** The end of the message; where it is a response, maybe a vote right after it. */
  #recorded({ kind, event }: Message): number {
    if (kind === 'Request' || this.#choose(2) === 0) return event
    const vote = this.events.findIndex(({ cause, selfParent }) => cause === 'Observation' && selfParent === event)
    return vote < 0 ? event : vote
  }

  /** Some message arrives, late or never, and is answered at once. */
  #deliver(): void {
    const choose = this.#choose
    const place = choose(8) === 0 ? choose(this.#underWay.length) : 0
    const [message] = this.#underWay.splice(place, 1)
    if (message === undefined || choose(20) === 0) return
    const to = this.#peers.find(({ name }) => name === message.to)
    const from = this.#peers.find(({ name }) => name === message.from)
    if (to === undefined || from === undefined) return
    // A forker may record it on several of its branches.
    const times = to.forks && choose(4) === 0 ? 2 : 1
    for (let i = 0; i < times; i++) {
      const branch = this.#branch(to, from.face + i)
      const event = this.#append(to, branch, { cause: message.kind, otherParent: this.#recorded(message) })
      if (message.kind === 'Request') this.#underWay.push({ kind: 'Response', from: to.name, to: from.name, event })
    }
  }
}

function hashOf(choose: Choose, place: number): string {
  const bytes = Array.from({ length: 31 }, () => choose(256))
  return [...bytes, place].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A random graph of the gossip protocol's shape, in the order in which it came about. */
export function randomGraph(choose: Choose, limits: RandomGraphLimits): RandomGraph {
  const mode = choose(3) === 0 ? 'single' : 'supermajority'
  const founders = names.slice(0, limits.founders)
  const joiners = choose(3) === 0 ? names.slice(limits.founders, limits.founders + 1 + choose(2)) : []
  const removes = limits.founders > 1 && choose(4) === 0 ? 1 : 0
  const mostForkers = limits.forks ? Math.floor((limits.founders - removes - 1) / 3) : 0
  const forkers = new Set<string>()
  while (forkers.size < mostForkers) forkers.add(pick(founders, choose))
  const peers = [...founders, ...joiners].map((name, i) => ({
    name,
    forks: forkers.has(name),
    tips: new Array<number>(),
    face: choose(2) === 0 ? i % 2 : choose(3),
  }))
  const effects: TwinPayload['effect'][] = joiners.map((peer) => ({ kind: 'Add', peer }))
  if (removes > 0) effects.push({ kind: 'Remove', peer: pick(founders, choose) })
  // With other words about it: adds a present voter, who may be removed before.
  if (effects.length > 0 && choose(2) === 0) effects.push({ kind: 'Add', peer: effects.at(-1)?.peer ?? '' })
  while (effects.length < 3 || choose(3) === 0) effects.push(undefined)
  const payloads = effects.map((effect, place) => ({ hash: hashOf(choose, place), voter: undefined, effect }))
  const gossip = new Gossip(choose, mode, peers, payloads)
  const genesis = { hash: hashOf(choose, 255), voter: undefined }
  for (const { name, tips } of peers) {
    let tip = gossip.add({ creator: name, cause: 'Initial' })
    if (founders.includes(name)) {
      tip = gossip.add({ creator: name, cause: 'Observation', selfParent: tip, payload: genesis })
    }
    tips.push(tip)
  }
  const size = peers.length * limits.eventsPerPeer
  for (let i = 0; gossip.events.length < size && i < 10 * size; i++) gossip.step()
  return { mode, founders, forkers: [...forkers], events: gossip.events }
}

/**
 * The same events in another topological order. Some creators and some events come as late as they
 * can, so that now one and now another branch of a fork is met first.
 */
export function reordered(events: readonly TwinEvent[], choose: Choose): TwinEvent[] {
  const lateness = new Map<string, number>()
  for (const { creator } of events) if (!lateness.has(creator)) lateness.set(creator, choose(200))
  const weights = events.map(({ creator }) => (lateness.get(creator) ?? 0) + choose(100))
  for (let i = choose(8); i > 0; i--) weights[choose(events.length)] = 1000 + i
  const placeOf = new Map<number, number>()
  const waiting = new Set(events.keys())
  while (waiting.size > 0) {
    const ready = [...waiting].filter((x) =>
      [events[x]?.selfParent, events[x]?.otherParent].every((parent) => parent === undefined || placeOf.has(parent)),
    )
    const next = ready.reduce((a, b) => ((weights[b] ?? 0) < (weights[a] ?? 0) ? b : a))
    placeOf.set(next, placeOf.size)
    waiting.delete(next)
  }
  return renumbered(events, placeOf)
}

/** The event and all it descends from, in the order of the list: what its creator knew when it made the event. */
export function knownAt(events: readonly TwinEvent[], x: number): TwinEvent[] {
  const known = new Set([x])
  for (let y = x; y >= 0; y--) {
    const event = events[y]
    if (event === undefined || !known.has(y)) continue
    for (const parent of [event.selfParent, event.otherParent]) if (parent !== undefined) known.add(parent)
  }
  return renumbered(events, new Map([...known].sort((a, b) => a - b).map((y, place) => [y, place])))
}

function renumbered(events: readonly TwinEvent[], placeOf: ReadonlyMap<number, number>): TwinEvent[] {
  const at = (parent: number | undefined): number | undefined =>
    parent === undefined ? undefined : placeOf.get(parent)
  return [...placeOf.keys()].flatMap((x) => {
    const event = events[x]
    return event === undefined
      ? []
      : [{ ...event, selfParent: at(event.selfParent), otherParent: at(event.otherParent) }]
  })
}
