// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../../src/wire/format.ts'
import type { ConsensusMode } from '../../src/wire/format.ts'
import type { PublicId } from '../../src/base/public-id.ts'
import { ed25519Identity } from '../../src/crypto/identities/ed25519.ts'
import { ParsecError } from '../../src/base/errors.ts'
import type { ParsecErrorCode } from '../../src/base/errors.ts'
import type { IdentityScheme, SecretId } from '../../src/crypto/identity.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'
import type { Message } from '../../src/wire/message.ts'
import { observationText } from '../../src/wire/observation.ts'
import type { Proposal } from '../../src/wire/observation.ts'
import { Parsec } from '../../src/parsec.ts'
import type { ParsecOptions } from '../../src/parsec.ts'
import type { Block } from '../../src/wire/block.ts'

/** A source of choices: an integer from 0 to below `bound`. */
export type Choose = (bound: number) => number

/** The same choices for the same seed (Marsaglia's xorshift). */
export function chooser(seed: number): Choose {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x2545f491) | 1
  return (bound) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % bound
  }
}

export function pick<T>(items: readonly T[], choose: Choose): T {
  const item = items[choose(items.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}

/** The error that a call throws; anything but a ParsecError fails the test. */
export function thrownBy(call: () => unknown): ParsecError {
  try {
    call()
  } catch (error) {
    if (error instanceof ParsecError) return error
    throw error
  }
  throw new Error('expected a ParsecError')
}

/** Does the call end well (undefined), or with a ParsecError? Any other error fails the test. */
export function codeOf(call: () => unknown): ParsecErrorCode | undefined {
  try {
    call()
  } catch (error) {
    if (error instanceof ParsecError) return error.code
    throw error
  }
  return undefined
}

export function seedOf(name: string): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => name.charCodeAt(i % name.length) + i)
}

/** Keys by name, for the networks of the tests. */
export function secretIdOf(identities: IdentityScheme, name: string): SecretId {
  return identities === mockIdentity
    ? mockIdentity.secretId(name)
    : ed25519Identity.secretIdFromSeed(seedOf(name), name)
}

/** The text of what a block decides, or 'none'. */
export function textOf(block: Block<string> | undefined): string {
  return block === undefined ? 'none' : observationText(block.observation)
}

/** A network in one place: messages go as bytes and arrive at once. */
export class Network {
  readonly identities: IdentityScheme
  readonly mode: ConsensusMode
  readonly peers = new Map<string, Parsec<string>>()
  /** Peers whose blocks stay where they are. */
  readonly unpolled = new Set<string>()
  /** What each peer has put out. */
  readonly blocks = new Map<string, Block<string>[]>()
  readonly #founders: readonly PublicId[]

  constructor(
    names: readonly string[],
    mode: ConsensusMode = 'supermajority',
    identities: IdentityScheme = mockIdentity,
  ) {
    this.identities = identities
    this.mode = mode
    this.#founders = names.map((name) => this.id(name))
    for (const name of names)
      this.#enter(name, Parsec.fromGenesis(this.secretId(name), { ...this.options, founders: this.#founders }))
  }

  get options(): ParsecOptions<string> {
    return { codec: stringCodec, identities: this.identities, mode: this.mode, coin: 'predictable' }
  }

  secretId(name: string): SecretId {
    return secretIdOf(this.identities, name)
  }

  id(name: string): PublicId {
    return this.secretId(name).publicId
  }

  peer(name: string): Parsec<string> {
    const peer = this.peers.get(name)
    if (peer === undefined) throw new RangeError(`no peer ${name}`)
    return peer
  }

  /** A joiner, who knows the founders and the present peers. */
  join(name: string): Parsec<string> {
    const section = [...this.peers.keys()].map((present) => this.id(present))
    const peer = Parsec.fromExisting(this.secretId(name), {
      ...this.options,
      founders: this.#founders,
      present: section,
    })
    this.#enter(name, peer)
    return peer
  }

  /** It says and hears nothing more. */
  crash(name: string): void {
    this.peers.delete(name)
    this.blocks.delete(name)
  }

  /** All vote, and gossip until all have put it out. */
  decide(observation: Proposal<string>, choose: Choose): void {
    for (const peer of this.peers.values()) peer.voteFor(observation)
    this.run(choose, () => this.allHave(observationText(observation)))
  }

  /** A request, and what follows from it: its response, and receipts and further slices of both. */
  gossip(from: string, to: string): void {
    this.converse(from, to, this.peer(from).createGossip(this.id(to)))
  }

  /** A message, and what follows from it. */
  converse(from: string, to: string, message: Message<string>): void {
    const reply = this.peer(to).handleMessage(this.id(from), message.toBytes())
    this.poll()
    if (reply !== undefined) this.converse(to, from, reply)
  }

  /** Gossip between pairs chosen at random, until `done` holds; fails after so many exchanges. */
  run(choose: Choose, done: () => boolean, exchanges = 2000): void {
    for (let i = 0; i < exchanges; i++) {
      if (done()) return
      const from = pick([...this.peers.keys()], choose)
      const recipients = this.peer(from)
        .gossipRecipients()
        .filter(({ name }) => this.peers.has(name))
      if (recipients.length === 0) continue
      // Either may have decided to remove the other, who does not know yet.
      const code = codeOf(() => {
        this.gossip(from, pick(recipients, choose).name)
      })
      if (code !== undefined && code !== 'InvalidSelfState' && code !== 'InvalidPeerState') throw new Error(code)
    }
    throw new Error(`not done after ${String(exchanges)} exchanges: ${JSON.stringify(this.outputs())}`)
  }

  poll(): void {
    for (const [name, peer] of this.peers) {
      if (this.unpolled.has(name)) continue
      for (let block = peer.poll(); block !== undefined; block = peer.poll()) this.blocksOf(name).push(block)
    }
  }

  blocksOf(name: string): Block<string>[] {
    const blocks = this.blocks.get(name)
    if (blocks === undefined) throw new RangeError(`no peer ${name}`)
    return blocks
  }

  outputs(): Record<string, string[]> {
    return Object.fromEntries([...this.blocks].map(([name, blocks]) => [name, blocks.map(textOf)]))
  }

  /** Have all the named put out a block with this text? */
  allHave(text: string, names: Iterable<string> = this.peers.keys()): boolean {
    return [...names].every((name) => this.blocksOf(name).some((block) => textOf(block) === text))
  }

  /** Is of any two outputs one the start of the other? */
  get agrees(): boolean {
    const outputs = Object.values(this.outputs()).sort((a, b) => a.length - b.length)
    return outputs.every((output, i) => i === 0 || outputs[i - 1]?.every((text, place) => text === output[place]))
  }

  #enter(name: string, peer: Parsec<string>): void {
    this.peers.set(name, peer)
    this.blocks.set(name, [])
    this.poll()
  }
}
