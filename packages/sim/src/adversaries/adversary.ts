// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Message, ParsecError } from '@parsec-bft/core'
import type { Event, MaliceKind, Parsec, PublicId, SecretId } from '@parsec-bft/core'
import type { Random } from '../base/random.ts'
import type { SimPeer } from '../peers/sim-peer.ts'
import { EventStore } from './event-store.ts'
import { Puppet } from './puppet.ts'
import type { Branch } from './puppet.ts'
import type { Commit, Me, Outgoing, Strategy, World } from './strategy.ts'

interface Plan {
  readonly strategy: Strategy
  /** Active from this round on. */
  readonly round: number
}

/** Kinds that the graph alone proves: whoever has them among the ancestors of a sync event must have accused. */
const provenByGraph: ReadonlySet<MaliceKind> = new Set([
  'Fork',
  'DuplicateVote',
  'MissingGenesis',
  'UnexpectedGenesis',
  'InvalidAccusation',
])

/**
 * A peer that misbehaves. At first its events are made by a correct state machine, the brain. A
 * strategy changes the messages that leave it, or takes over from some round on and makes events by
 * hand, with a {@link Puppet}.
 */
export class Adversary implements Me {
  readonly name: string
  readonly id: PublicId
  readonly random: Random
  readonly world: World
  readonly store = new EventStore()
  /** Removed some time ago, so that it takes part no more. */
  left = false
  readonly #us: SecretId
  readonly #plans: readonly Plan[]
  /** The protocol's state machine, while it is followed. */
  #brain: SimPeer | undefined
  #puppet: Puppet | undefined
  /** Per branch, false accusations that no sync event has followed yet: that one shows that they are false. */
  readonly #accusing = new Map<Branch, Event<string>[]>()
  readonly #witnessed = new Set<Commit>()

  constructor(us: SecretId, plans: readonly Plan[], brain: SimPeer, world: World, random: Random) {
    this.#us = us
    this.id = us.publicId
    this.name = us.publicId.name
    this.#plans = plans
    this.world = world
    this.random = random
    this.#brain = brain
    if (plans.some(({ strategy }) => strategy.drive === 'scratch') && world.isFounder(this.name)) this.#takeOver()
  }

  /** The protocol's state machine, while it makes the events. */
  get brain(): SimPeer | undefined {
    return this.#brain
  }

  get parsec(): Parsec<string> | undefined {
    return this.#brain?.parsec
  }

  get puppet(): Puppet {
    if (this.#puppet === undefined) throw new Error(`${this.name} is not driven by hand`)
    return this.#puppet
  }

  get isByHand(): boolean {
    return this.#puppet !== undefined
  }

  get #active(): Strategy[] {
    return this.#plans.filter(({ round }) => round <= this.world.round).map(({ strategy }) => strategy)
  }

  turn(): void {
    const active = this.#active
    if (this.#brain !== undefined) this.#gossipByProtocol(this.#brain, active)
    for (const strategy of active) if (this.isByHand || strategy.drive === 'protocol') strategy.turn?.(this)
    if (this.isByHand) this.#gossipByHand(active)
  }

  receive(from: string, message: Message<string> | undefined): void {
    if (message === undefined) return
    this.observe(message.events)
    if (this.#brain !== undefined) this.#receiveByProtocol(this.#brain, from, message)
    else if (message.hasMore) this.#askForMore(from, message.events)
    else if (message.kind === 'request' || message.kind === 'response') {
      this.#receiveByHand(message.kind, from, message)
    }
  }

  /** If a scheduler helps it: does it want messages from one peer to another to be late? */
  wantsLate(from: string, to: string): boolean {
    return this.#active.some((strategy) => strategy.wantsLate?.(this, from, to) === true)
  }

  /** Learns of events, from wherever. */
  observe(events: readonly Event<string>[]): void {
    for (const event of events) this.store.add(event)
  }

  /** The branch on which the strategies meet a peer. */
  branchFor(peer: string): Branch {
    for (const strategy of this.#active) {
      const branch = strategy.branchFor?.(this, peer)
      if (branch !== undefined) return branch
    }
    return this.puppet.main
  }

  commit(kind: MaliceKind, events: readonly Event<string>[], refused = false): void {
    const enough = kind === 'Fork' ? 2 : events.length
    this.world.commit({ kind, author: this.name, events: events.map(({ id }) => id), enough, refused })
  }

  accusedWrongly(branch: Branch, event: Event<string>): void {
    this.#accusing.set(branch, [...(this.#accusing.get(branch) ?? []), event])
  }

  request(branch: Branch, to: string): void {
    this.puppet.append(branch, { kind: 'Requesting', recipient: this.world.idOf(to) })
    this.send({ kind: 'request', to, message: this.puppet.message(branch, 'request', to) })
  }

  sendBad(branch: Branch, kind: 'request' | 'response', to: string, bad: readonly Event<string>[]): void {
    this.send({ kind, to, message: new Message(kind, [...this.puppet.lacking(branch, to), ...bad]) })
  }

  send(outgoing: Outgoing): void {
    let all: readonly Outgoing[] = [outgoing]
    for (const strategy of this.#active) {
      all = all.flatMap((one) => strategy.outgoing?.(this, one) ?? [one])
    }
    for (const one of all) this.world.send(this.name, one)
  }

  #gossipByProtocol(brain: SimPeer, active: readonly Strategy[]): void {
    const names = brain.parsec.gossipRecipients().map(({ name }) => name)
    const to = this.#recipient(names, active)
    if (to === undefined) return
    const message = brain.parsec.createGossip(this.world.idOf(to))
    brain.drain(this.world.round)
    this.observe(message.events)
    this.send({ kind: 'request', to, message })
    const tip = message.events.at(-1)
    const isByHand = active.some((strategy) => strategy.drive !== 'protocol' && strategy.isDue?.() !== false)
    if (tip !== undefined && isByHand) this.#takeOver(tip)
  }

  #gossipByHand(active: readonly Strategy[]): void {
    const others = this.world.voters.filter((name) => name !== this.name)
    const to = this.#recipient(others, active)
    if (to !== undefined) this.request(this.branchFor(to), to)
  }

  #recipient(names: readonly string[], active: readonly Strategy[]): string | undefined {
    let candidates = names
    for (const strategy of active) candidates = strategy.recipients?.(this, candidates) ?? candidates
    return candidates.length === 0 ? undefined : this.random.pick(candidates)
  }

  #takeOver(tip?: Event<string>): void {
    this.#brain = undefined
    this.#puppet = new Puppet(this.#us, this.store, (event, branch) => {
      this.#judge(event, branch)
    })
    if (tip !== undefined) {
      const branch = this.#puppet.branchAfter(tip)
      // The state machine has made all accusations that were due.
      for (const commit of this.world.commits) if (this.#proves(branch, commit)) this.#witnessed.add(commit)
    }
    // Strategies for the first events come before those that go on after the latest one.
    const begin = (drive: Strategy['drive']): void => {
      for (const { strategy } of this.#plans) if (strategy.drive === drive) strategy.begin?.(this)
    }
    begin('scratch')
    if (this.#puppet.branches.length === 0) {
      this.#puppet.vote(this.#puppet.branchAfter(undefined), this.world.genesis)
    }
    begin('hand')
  }

  #receiveByProtocol(brain: SimPeer, from: string, message: Message<string>): void {
    const { parsec } = brain
    const sender = this.world.idOf(from)
    let tip: Event<string> | undefined
    try {
      const reply = parsec.handleMessage(sender, message)
      if (reply !== undefined) {
        this.observe(reply.events)
        this.send({ kind: reply.kind, to: from, message: reply })
        tip = reply.events.at(-1)
      }
    } catch (error) {
      if (!(error instanceof ParsecError)) throw error
    }
    brain.drain(this.world.round)
    const isDue = this.#active.some((strategy) => strategy.isDue?.() === true)
    if (tip?.creator.name === this.name && isDue) this.#takeOver(tip)
  }

  #askForMore(from: string, slice: readonly Event<string>[]): void {
    const parents = new Set(slice.flatMap((event) => event.parents))
    const tips = slice.filter(({ id }) => !parents.has(id)).map(({ hash }) => hash)
    const message = new Message<string>('receipt', [], false, { tips, hasGap: false })
    this.send({ kind: 'receipt', to: from, message })
  }

  #receiveByHand(kind: 'request' | 'response', from: string, message: Message<string>): void {
    const last = message.events.at(-1)
    if (last === undefined || !this.store.has(last.id)) return
    if (!this.#active.every((strategy) => strategy.records?.(this, from) ?? true)) return
    const branch = this.branchFor(from)
    const isRecorded = this.puppet.record(branch, kind === 'request' ? 'Request' : 'Response', last)
    if (!isRecorded || kind === 'response') return
    this.send({ kind: 'response', to: from, message: this.puppet.message(branch, 'response', from) })
  }

  /** Notes what a new sync event of ours proves: that an accusation before it is false, or that one is missing. */
  #judge(event: Event<string>, branch: Branch): void {
    const accusing = this.#accusing.get(branch)
    if (accusing !== undefined) {
      this.#accusing.delete(branch)
      this.commit('InvalidAccusation', [...accusing, event])
    }
    for (const commit of this.world.commits) {
      if (commit.author === this.name || !provenByGraph.has(commit.kind)) continue
      if (this.#witnessed.has(commit) || !this.#proves(branch, commit)) continue
      this.#witnessed.add(commit)
      this.commit('Accomplice', [event])
    }
  }

  #proves(branch: Branch, { events, enough }: Commit): boolean {
    const known = events.filter((id) => {
      const index = this.store.indexOf(id)
      return index !== undefined && branch.ancestors.has(index)
    })
    return known.length >= enough
  }
}
