// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../../src/wire/format.ts'
import { toHex } from '../../src/base/encoding.ts'
import type { Event } from '../../src/wire/event.ts'
import type { Malice } from '../../src/wire/malice.ts'
import { Message } from '../../src/wire/message.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'
import { add, observationHash, opaque } from '../../src/wire/observation.ts'
import type { Accusation, Observation, Proposal } from '../../src/wire/observation.ts'
import type { Parsec } from '../../src/parsec.ts'
import { Mischief } from './mischief.ts'
import { Network, codeOf, pick } from './network.ts'
import type { Choose } from './network.ts'

/** An accusation that a peer has made, and its grounds. */
export interface Accused extends Accusation {
  readonly grounds: Malice
}

/** What a peer has accused others of, in order. */
export function accusationsOf(parsec: Parsec<string>): Accused[] {
  const inspection = parsec.inspect()
  const accusations: Accused[] = []
  for (let x = 0; x < inspection.eventCount; x++) {
    const { creator, payload, grounds } = inspection.event(x)
    if (creator !== inspection.ourIndex || payload === undefined || grounds === undefined) continue
    const { observation } = inspection.payload(payload)
    if (observation.kind === 'Accusation') accusations.push({ ...observation, grounds })
  }
  return accusations
}

function hashOf(observation: Observation<string>): string {
  return toHex(observationHash(observation, stringCodec))
}

/** Real peers, and as many as are tolerated whose events are drawn by hand, in one place. */
export class MixedNetwork {
  readonly #network: Network
  readonly #choose: Choose
  readonly #byHand: readonly string[]
  readonly #newcomer: string | undefined
  readonly #founders: readonly string[]
  readonly #mischief: Mischief

  /**
   * @param newcomer - a further peer drawn by hand, whom the real ones add on the way; it counts
   * among those that are tolerated.
   */
  constructor(founders: readonly string[], choose: Choose, newcomer?: string) {
    this.#choose = choose
    this.#network = new Network(founders)
    this.#newcomer = newcomer
    this.#founders = founders
    const tolerated = Math.floor((founders.length - 1) / 3) - (newcomer === undefined ? 0 : 1)
    const liars = founders.slice(founders.length - tolerated)
    this.#byHand = newcomer === undefined ? liars : [...liars, newcomer]
    for (const name of liars) this.#network.crash(name)
    this.#mischief = new Mischief({ choose, founders, wrongOfTen: 1 + choose(5), refusedPerPeer: 2 })
  }

  get #real(): string[] {
    return [...this.#network.peers.keys()]
  }

  /** One thing happens. */
  step(): void {
    const choose = this.#choose
    const choice = choose(10)
    const liar = pick(this.#byHand, choose)
    const real = pick(this.#real, choose)
    if (choice < 3) this.#exchange()
    else if (choice < 6) for (let i = choose(4); i >= 0; i--) this.#mischief.draw(liar)
    else if (choice < 8) this.#lieTo(real, liar)
    else if (choice < 9) this.#askLiar(real, liar)
    else
      this.#vote(
        real,
        this.#newcomer === undefined || choose(3) === 0
          ? opaque(`v${String(choose(5))}`)
          : add(mockIdentity.publicId(this.#newcomer)),
      )
  }

  /** Gossip among the real peers until whoever is accused is removed and what all voted for is decided. */
  settle(): void {
    const end = opaque('end')
    for (let i = 0; i < 40; i++) this.#exchange()
    for (const name of this.#real) this.#vote(name, end)
    const isDone = (): boolean => {
      const removed = this.removed()
      return this.#network.allHave('OpaquePayload(end)') && this.accused().every((name) => removed.includes(name))
    }
    for (let i = 0; i < 1500 && !isDone(); i++) this.#exchange()
    if (!isDone()) throw new Error(`not done: accused ${this.accused().join()}, removed ${this.removed().join()}`)
    // The same blocks, not only the start of them.
    for (let i = 0; i < 1500 && this.distinctOutputs() > 1; i++) this.#exchange()
  }

  /** Real peers that real peers have accused. */
  realAccused(): string[] {
    return this.accused().filter((name) => !this.#byHand.includes(name))
  }

  /** Whom real peers have accused. */
  accused(): string[] {
    return [...new Set(this.#accusations().map(({ offender }) => offender.name))]
  }

  kinds(): Set<string> {
    return new Set(this.#accusations().map(({ grounds }) => grounds.kind))
  }

  /** Whom every real peer has removed. */
  removed(): string[] {
    const voters = [...this.#network.peers.values()].map((peer) => {
      const inspection = peer.inspect()
      return inspection.voters().map((index) => inspection.peers()[index]?.name)
    })
    return [...this.#real, ...this.#byHand].filter((name) => voters.every((names) => !names.includes(name)))
  }

  distinctOutputs(): number {
    return new Set(
      this.#real.map((name) =>
        this.#network
          .blocksOf(name)
          .map((block) => hashOf(block.observation))
          .join(),
      ),
    ).size
  }

  /** Accusations that a real peer has made more than once. */
  repeated(): string[] {
    return [...this.#network.peers].flatMap(([name, peer]) => {
      const hashes = accusationsOf(peer).map(hashOf)
      return hashes.length === new Set(hashes).size ? [] : [name]
    })
  }

  /**
   * Whose forks, second votes and wrong second events the events of real peers prove: found from
   * the events alone, without the detection.
   */
  provenWrong(): string[] {
    const { book } = this.#mischief
    const known = book.ancestry(book.all.filter(({ creator }) => this.#real.includes(creator.name)))
    const wrong = new Set<string>()
    const seen = new Set<string>()
    for (const event of known) {
      const { name } = event.creator
      const line = book.line(event)
      const key = `${name} ${toHex(line[1]?.hash ?? new Uint8Array())}`
      if (seen.has(key)) wrong.add(name)
      seen.add(key)
      const votes = line.flatMap(({ observationHash: hash }) => (hash === undefined ? [] : [toHex(hash)]))
      if (new Set(votes).size < votes.length) wrong.add(name)
      const second = line.at(-2)
      const isGenesis = second?.cause.kind === 'Observation' && second.cause.vote.observation.kind === 'Genesis'
      if (second !== undefined && !isGenesis && this.#founders.includes(name)) wrong.add(name)
    }
    return [...wrong]
  }

  #accusations(): Accused[] {
    return [...this.#network.peers.values()].flatMap(accusationsOf)
  }

  #vote(name: string, observation: Proposal<string>): void {
    const peer = this.#network.peer(name)
    if (peer.canVote() && !peer.haveVotedFor(observation)) peer.voteFor(observation)
  }

  #exchange(): void {
    const from = pick(this.#real, this.#choose)
    const recipients = this.#network
      .peer(from)
      .gossipRecipients()
      .filter(({ name }) => this.#real.includes(name))
    if (recipients.length === 0) throw new Error(`${from} may gossip to no real peer`)
    const to = pick(recipients, this.#choose).name
    const request = this.#known(this.#network.peer(from).createGossip(this.#network.id(to)))
    const response = this.#network.peer(to).handleMessage(this.#network.id(from), request.toBytes())
    if (response === undefined) throw new Error(`${to} does not answer`)
    this.#network.peer(from).handleMessage(this.#network.id(to), this.#known(response).toBytes())
    this.#network.poll()
  }

  #lieTo(real: string, liar: string): void {
    const extra = this.#extra(liar)
    const events = this.#mischief.book.lacking([...extra, this.#mischief.ask(liar, real)], real)
    this.#quietly(() => {
      const message = new Message('request', events).toBytes()
      const response = this.#network.peer(real).handleMessage(mockIdentity.publicId(liar), message)
      if (response !== undefined) this.#known(response)
    })
  }

  #askLiar(real: string, liar: string): void {
    this.#quietly(() => {
      const request = this.#known(this.#network.peer(real).createGossip(mockIdentity.publicId(liar)))
      const last = request.events.at(-1)
      const answer = last && this.#mischief.answer(liar, last)
      if (answer === undefined) return
      const events = this.#mischief.book.lacking([...this.#extra(liar), answer], real)
      this.#network.peer(real).handleMessage(mockIdentity.publicId(liar), new Message('response', events).toBytes())
    })
  }

  /** Other events that go with a message now and then: of another branch, or such as nobody inserts. */
  #extra(liar: string): Event<string>[] {
    const choose = this.#choose
    const events = choose(3) > 0 ? this.#mischief.book.all : [...this.#mischief.refused.keys()]
    const own = events.filter(({ creator }) => creator.name === liar)
    return own.length > 0 && choose(2) === 0 ? [pick(own, choose)] : []
  }

  /** A wrong message is refused with a typed error. */
  #quietly(call: () => void): void {
    codeOf(call)
    this.#network.poll()
  }

  #known(message: Message<string>): Message<string> {
    this.#mischief.learn(message.events)
    return message
  }
}
