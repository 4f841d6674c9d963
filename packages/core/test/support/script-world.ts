// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { ParsecOptions } from '../../src/parsec.ts'
import { stringCodec } from '../../src/wire/format.ts'
import type { ConsensusMode } from '../../src/wire/format.ts'
import type { PublicId } from '../../src/base/public-id.ts'
import { toHex } from '../../src/base/encoding.ts'
import { ParsecError } from '../../src/base/errors.ts'
import type { Event } from '../../src/wire/event.ts'
import type { Message } from '../../src/wire/message.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'
import { observationHash } from '../../src/wire/observation.ts'
import type { Observation } from '../../src/wire/observation.ts'
import { Parsec } from '../../src/parsec.ts'
import type { Report } from '../../src/peer/report.ts'
import { accusationsOf } from './mixed-network.ts'
import { pick } from './network.ts'
import type { Choose } from './network.ts'
import { ScriptNames } from './script-names.ts'

export interface RealPeer {
  readonly name: string
  readonly parsec: Parsec<string>
  readonly blocks: Observation<string>[]
  /** Not printed yet. */
  reports: Report[]
}

/** What a script has made so far: real peers, events drawn by hand, messages under way. */
export class ScriptWorld {
  founders: readonly string[] = []
  mode: ConsensusMode = 'supermajority'
  readonly byHand = new Set<string>()
  readonly real = new Map<string, RealPeer>()
  readonly names = new ScriptNames()
  readonly messages = new Map<string, Message<string>>()
  /** Per peer by hand, its event that the script has made last. */
  readonly lastByHand = new Map<string, Event<string>>()
  #output: string[] = []

  print(line: string): void {
    this.#output.push(line)
  }

  takeOutput(): string[] {
    const output = this.#output
    this.#output = []
    return output
  }

  id(name: string): PublicId {
    return mockIdentity.publicId(name)
  }

  isPeer(name: string): boolean {
    return this.real.has(name) || this.byHand.has(name)
  }

  found(name: string): void {
    const parsec = Parsec.fromGenesis(mockIdentity.secretId(name), {
      ...this.#options(name),
      founders: this.founders.map((founder) => this.id(founder)),
    })
    this.#enter(name, parsec)
  }

  join(name: string): void {
    const founders = this.founders.map((founder) => this.id(founder))
    const section = [...this.real.keys(), ...this.byHand].map((present) => this.id(present))
    this.#enter(
      name,
      Parsec.fromExisting(mockIdentity.secretId(name), { ...this.#options(name), founders, present: section }),
    )
  }

  // Messages.

  ask(from: RealPeer, to: string): Message<string> {
    return this.#known(from.parsec.createGossip(this.id(to)))
  }

  /** Hands over a message as bytes; says what is thrown. Returns the response to a request. */
  deliver(to: RealPeer, from: string, message: Message<string>): Message<string> | undefined {
    try {
      if (message.kind === 'request') {
        const response = to.parsec.handleMessage(this.id(from), message.toBytes())
        return response && this.#known(response)
      }
      to.parsec.handleMessage(this.id(from), message.toBytes())
    } catch (error) {
      if (!(error instanceof ParsecError)) throw error
      this.print(`${to.name} refuses: ${this.names.error(error)}`)
    } finally {
      this.#poll()
    }
    return undefined
  }

  /**
   * One exchange between two real peers, chosen at random; quiet where one of them has removed the
   * other or is removed.
   */
  exchange(among: readonly string[], choose: Choose): void {
    const from = this.#real(pick(among, choose))
    const recipients = from.parsec.gossipRecipients().filter(({ name }) => among.includes(name))
    if (recipients.length === 0) return
    const to = this.#real(pick(recipients, choose).name)
    const isRefused = (call: () => Message<string> | undefined): Message<string> | undefined => {
      try {
        return call()
      } catch (error) {
        if (!(error instanceof ParsecError)) throw error
        const isExpected = error.code === 'InvalidSelfState' || error.code === 'InvalidPeerState'
        if (!isExpected) this.print(`${from.name} and ${to.name}: ${this.names.error(error)}`)
        return undefined
      }
    }
    isRefused(() => {
      const response = to.parsec.handleMessage(this.id(from.name), this.ask(from, to.name).toBytes())
      if (response !== undefined) from.parsec.handleMessage(this.id(to.name), this.#known(response).toBytes())
      return response
    })
    this.#poll()
  }

  /**
   * What holds for all scripts: no real peer is accused by a real peer, and of two outputs one is
   * the start of the other.
   */
  brokenRule(): string | undefined {
    for (const peer of this.real.values()) {
      for (const { offender } of accusationsOf(peer.parsec)) {
        if (this.real.has(offender.name)) return `${peer.name} accuses ${offender.name}, who follows the protocol`
      }
    }
    const outputs = [...this.real.values()].map(({ blocks }) =>
      blocks.map((block) => toHex(observationHash(block, stringCodec))),
    )
    outputs.sort((a, b) => a.length - b.length)
    const agree = outputs.every((output, i) => i === 0 || outputs[i - 1]?.every((text, at) => text === output[at]))
    return agree ? undefined : 'the real peers have put out different blocks'
  }

  #options(name: string): ParsecOptions<string> {
    return {
      codec: stringCodec,
      identities: mockIdentity,
      mode: this.mode,
      coin: 'predictable',
      onReport: (report) => this.real.get(name)?.reports.push(report),
    }
  }

  #enter(name: string, parsec: Parsec<string>): void {
    this.real.set(name, { name, parsec, blocks: [], reports: [] })
  }

  #real(name: string): RealPeer {
    const peer = this.real.get(name)
    if (peer === undefined) throw new RangeError(`no real peer ${name}`)
    return peer
  }

  #known(message: Message<string>): Message<string> {
    for (const event of message.events) this.names.learn(event)
    return message
  }

  #poll(): void {
    for (const { parsec, blocks } of this.real.values()) {
      for (let block = parsec.poll(); block !== undefined; block = parsec.poll()) blocks.push(block.observation)
    }
  }
}
