// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError, Parsec, blsKeys, ed25519Identity, opaque, stringCodec } from '@parsec-bft/core'
import type { Message, Proposal, PublicId, SecretId, SecretKeyShare } from '@parsec-bft/core'
import { EventStore } from '../src/adversaries/event-store.ts'
import { changed } from '../src/adversaries/faulty-keys.ts'
import { Random } from '../src/base/random.ts'
import { cpuMs } from './meters.ts'
import { deliver } from './wire.ts'

/** A founding member. */
export interface Member {
  readonly us: SecretId
  readonly id: PublicId
  readonly peer: Parsec<string>
}

/** What the correct peers have spent and done. */
export interface Work {
  /** Of all correct peers together, in milliseconds of the processor. */
  readonly cpuMs: number
  /** Bytes that correct peers sent to each other. */
  readonly bytes: number
  readonly rounds: number
  /** Payloads that all correct peers have put out. */
  readonly blocks: number
}

/**
 * A network in one process, with the real keys of the default options. One founding member, the
 * insider, is in the hands of the attacker; until it attacks, its peer does what all do.
 */
export class AttackedNetwork {
  readonly random: Random
  readonly insider: Member
  readonly correct: readonly Member[]
  /** The events that the insider got and sent while its peer took part. */
  readonly seen = new EventStore()
  /** The insider's share of the key of the coin, once there is one. */
  coinKeyShare: SecretKeyShare | undefined
  /** Blocks of accusations that a correct peer has put out, at the most. */
  accusations = 0
  /** How often a correct peer refused what another one sent, by the code of the error. */
  readonly quarrels = new Map<string, number>()
  #work = { cpuMs: 0, bytes: 0, rounds: 0, blocks: 0 }
  /** Per correct peer, how many payloads and how many accusations it has put out. */
  readonly #putOut: Map<Member, { payloads: number; accusations: number }>
  #payloads = 0
  #isFounded = false

  /** @param voters - how many founding members, the insider included */
  constructor(voters: number, seed: string) {
    this.random = new Random(seed)
    const secretIds = Array.from({ length: voters }, () => ed25519Identity.secretIdFromSeed(this.random.bytes(32)))
    const founders = secretIds.map(({ publicId }) => publicId)
    const spied = changed(blsKeys, {
      secretKeyShareOf: (...args) => (this.coinKeyShare = blsKeys.secretKeyShareOf(...args)),
    })
    const [insider, ...correct] = secretIds.map((us, i): Member => {
      const keys = i === 0 ? spied : blsKeys
      const secrets = this.random.fork(`secrets of ${String(i)}`)
      const random = (length: number): Uint8Array => secrets.bytes(length)
      return { us, id: us.publicId, peer: Parsec.fromGenesis(us, { founders, codec: stringCodec, keys, random }) }
    })
    if (insider === undefined || correct.length === 0) throw new RangeError('too few peers')
    this.insider = insider
    this.correct = correct
    this.#putOut = new Map(correct.map((member) => [member, { payloads: 0, accusations: 0 }]))
  }

  /** What the correct peers have done since the network began. */
  get work(): Work {
    return { ...this.#work }
  }

  /** All gossip, the insider too, until the voters have a key for their coin. */
  found(): void {
    const all = [this.insider, ...this.correct]
    while (!all.every(({ peer }) => peer.inspect().coinThreshold !== undefined)) this.#gossip(all)
    this.#isFounded = true
  }

  /** Brings the insider up to date, and the others about it. */
  meetInsider(): void {
    for (const member of this.correct) this.#exchange(this.insider, member)
  }

  /** Each correct peer gossips to another correct one. They always have one payload to decide. */
  round(): void {
    if (this.#work.blocks === this.#payloads) this.voteByAll(opaque(`payload ${String(this.#payloads++)}`))
    this.#gossip(this.correct)
    this.#work.rounds++
  }

  /** All correct peers vote. */
  voteByAll(proposal: Proposal<string>): void {
    for (const member of this.correct)
      this.call(member, ({ peer }) => {
        peer.voteFor(proposal)
      })
  }

  /** Calls a peer. What a correct one spends counts as its work. */
  call<T>(member: Member, call: (member: Member) => T): T {
    if (member === this.insider) return call(member)
    const start = cpuMs()
    try {
      return call(member)
    } finally {
      this.#work.cpuMs += cpuMs() - start
    }
  }

  #gossip(members: readonly Member[]): void {
    for (const member of members) {
      const open = member.peer.gossipRecipients()
      const others = members.filter((other) => other !== member && open.some((id) => id.equals(other.id)))
      if (others.length > 0) this.#exchange(member, this.random.pick(others))
    }
    this.#takeBlocks()
  }

  /** A request, and what follows from it. */
  #exchange(from: Member, to: Member): void {
    try {
      let message: Message<string> | undefined = this.call(from, ({ peer }) => peer.createGossip(to.id))
      for (let [sender, receiver] = [from, to]; message !== undefined; [sender, receiver] = [receiver, sender]) {
        if (sender === this.insider || receiver === this.insider) {
          for (const event of message.events) this.seen.add(event)
        }
        const sent: Message<string> = message
        message = this.call(receiver, ({ peer }) => deliver(peer, sender.id, this.#onTheWay(sent)))
      }
    } catch (error) {
      if (!(error instanceof ParsecError)) throw error
      this.quarrels.set(error.code, (this.quarrels.get(error.code) ?? 0) + 1)
    }
  }

  /** Once the network is there, messages go as bytes. */
  #onTheWay(message: Message<string>): Message<string> | Uint8Array {
    if (!this.#isFounded) return message
    const bytes = message.toBytes()
    this.#work.bytes += bytes.length
    return bytes
  }

  #takeBlocks(): void {
    for (const [{ peer }, putOut] of this.#putOut) {
      for (const { observation } of peer.blocks()) {
        if (observation.kind === 'OpaquePayload' && observation.payload.startsWith('payload ')) putOut.payloads++
        if (observation.kind === 'Accusation') putOut.accusations++
      }
    }
    const counts = [...this.#putOut.values()]
    this.#work.blocks = Math.min(...counts.map(({ payloads }) => payloads))
    this.accusations = Math.max(...counts.map(({ accusations }) => accusations))
  }
}
