// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError, observationText, opaque } from '@parsec-bft/core'
import type { Block, Inspection, Message, Parsec, Proposal, PublicId } from '@parsec-bft/core'
import type { Random } from '../../src/base/random.ts'

/** Rounds in which correct peers that gossip only with each other must decide. */
const mostRounds = 300

/** A promise that was broken. */
export class BrokenPromise extends Error {}

interface Member {
  readonly peer: Parsec<string>
  /** How many blocks it has put out. */
  blocks: number
  /** How many events of its graph were looked at. */
  looked: number
}

/** A message between correct peers that is on its way. */
interface Passage {
  readonly from: string
  readonly to: string
  readonly message: Message<string>
}

/**
 * The correct peers of a network. Whatever they do is checked: they agree on their blocks, none
 * accuses another, and none refuses what another sends.
 */
export class CorrectPeers {
  readonly #random: Random
  /** Called with each message that leaves one of them. */
  readonly #onMessage: (from: string, to: PublicId, message: Message<string>) => void
  readonly #members = new Map<string, Member>()
  /** The blocks, as the first peer puts them out. */
  readonly #blocks: string[] = []
  #passage: Passage | undefined
  #proposals = 0

  constructor(random: Random, onMessage: (from: string, to: PublicId, message: Message<string>) => void) {
    this.#random = random
    this.#onMessage = onMessage
  }

  add(peer: Parsec<string>): void {
    this.#members.set(peer.ourPublicId.name, { peer, blocks: 0, looked: 0 })
  }

  get peers(): Parsec<string>[] {
    return [...this.#members.values()].map(({ peer }) => peer)
  }

  get blockCount(): number {
    return this.#blocks.length
  }

  peer(name: string): Parsec<string> {
    return this.#member(name).peer
  }

  has(name: string): boolean {
    return this.#members.has(name)
  }

  #member(name: string): Member {
    const member = this.#members.get(name)
    if (member === undefined) throw new RangeError(`no correct peer ${name}`)
    return member
  }

  /** One step of gossip: a request begins, or the message that is on its way arrives. */
  step(): void {
    if (this.#passage === undefined) this.#ask()
    else this.#arrive(this.#passage)
  }

  /** All correct voters vote. */
  propose(proposal: Proposal<string>): void {
    for (const { peer } of this.#members.values()) {
      if (peer.canVote() && !peer.haveVotedFor(proposal)) peer.voteFor(proposal)
    }
    for (const name of this.#members.keys()) this.check(name)
  }

  proposeAny(): Proposal<string> {
    const proposal = opaque(`honest ${String(this.#proposals++)}`)
    this.propose(proposal)
    return proposal
  }

  /** They decide something new within {@link mostRounds}. */
  expectProgress(): void {
    const text = observationText(this.proposeAny())
    const isDone = (): boolean => {
      const blocks = [...this.#members.values()].map((member) => member.blocks)
      return (
        this.#blocks.some((block) => block.startsWith(text)) && blocks.every((count) => count === this.#blocks.length)
      )
    }
    for (let left = mostRounds * this.#members.size; !isDone(); left--) {
      if (left === 0) throw new BrokenPromise(`no decision in ${String(mostRounds)} rounds: ${this.#standing()}`)
      this.step()
      while (this.#passage !== undefined) this.step()
    }
  }

  /** Looks at what a peer did since it was last looked at. */
  check(name: string): void {
    const member = this.#member(name)
    this.#checkBlocks(name, member)
    const inspection = member.peer.inspect()
    for (; member.looked < inspection.eventCount; member.looked++) this.#checkEvent(name, inspection, member.looked)
  }

  #ask(): void {
    const from = this.#random.pick([...this.#members.keys()])
    const { peer } = this.#member(from)
    const recipients = peer.gossipRecipients()
    if (recipients.length === 0) return
    const friends = recipients.filter(({ name }) => this.has(name))
    const to = this.#random.pick(this.#random.chance(0.8) && friends.length > 0 ? friends : recipients)
    const message = peer.createGossip(to)
    this.check(from)
    this.#send(from, to, message)
  }

  #arrive({ from, to, message }: Passage): void {
    this.#passage = undefined
    const { peer } = this.#member(to)
    const sender = this.peer(from).ourPublicId
    try {
      const reply = peer.handleMessage(sender, message)
      this.check(to)
      if (reply !== undefined) this.#send(to, sender, reply)
    } catch (error) {
      if (!ParsecError.is(error)) throw error
      this.check(to)
      if (!isOfRemoval(error)) throw new BrokenPromise(`${to} refuses a ${message.kind} of ${from}: ${error.message}`)
    }
  }

  #send(from: string, to: PublicId, message: Message<string>): void {
    this.#onMessage(from, to, message)
    if (this.has(to.name)) this.#passage = { from, to: to.name, message }
  }

  #checkBlocks(name: string, member: Member): void {
    for (const block of member.peer.blocks()) {
      const text = this.#textOf(block)
      const agreed = (this.#blocks[member.blocks] ??= text)
      if (agreed !== text) {
        throw new BrokenPromise(`block ${String(member.blocks)} of ${name} is ${text}, of others ${agreed}`)
      }
      member.blocks++
    }
  }

  #textOf({ observation, submitter }: Block<string>): string {
    const gone = observation.kind === 'Accusation' ? observation.offender : undefined
    if (gone !== undefined && this.has(gone.name)) {
      throw new BrokenPromise(`a block ${observationText(observation)}, and ${gone.name} is correct`)
    }
    return `${observationText(observation)}${submitter === undefined ? '' : ` by ${submitter.name}`}`
  }

  /** No correct peer accuses a correct peer. */
  #checkEvent(name: string, inspection: Inspection, index: number): void {
    const { creator, payload } = inspection.event(index)
    if (payload === undefined || creator !== inspection.ourIndex) return
    const { observation, text } = inspection.payload(payload)
    if (observation.kind !== 'Accusation' || !this.has(observation.offender.name)) return
    throw new BrokenPromise(`${name} accuses a correct peer: ${text}`)
  }

  #standing(): string {
    return [...this.#members]
      .map(([name, { peer, blocks }]) => `${name} ${peer.status}, ${String(blocks)} blocks`)
      .join('; ')
  }
}

function isOfRemoval({ code }: ParsecError): boolean {
  return code === 'InvalidPeerState' || code === 'InvalidSelfState'
}
