// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { IdentityScheme, Message, PublicId, SecretId, SecretKeyShare } from '@parsec-bft/core'
import { Writer } from '@parsec-bft/core/internals'
import type { Event } from '@parsec-bft/core'
import type { Cause } from '@parsec-bft/core/internals'
import type { Random } from '../../src/base/random.ts'
import { Ancestors, EventStore } from '../../src/adversaries/event-store.ts'
import { Draft } from './draft.ts'
import { mangle } from './mangle.ts'
import { anyHash, signed } from './odd-events.ts'
import type { Material } from './odd-events.ts'
import type { Plan } from './plan.ts'

/** Only so many branches of an insider are carried on, and only so many events are shown at once. */
const mostBranches = 4
const mostShown = 100
/** So much of the past is remembered. */
const mostRemembered = 20

/** An insider, and the latest events of its branches. */
interface Insider {
  readonly us: SecretId
  readonly tips: Event<string>[]
  /** Requests of correct peers that wait for an answer. */
  waiting: { readonly from: string; readonly event: Event<string> }[]
}

/** A message of the attackers. */
export interface Hostile {
  readonly sender: PublicId
  /** The name of a correct peer. */
  readonly to: string
  readonly bytes: Uint8Array
  readonly mutations: readonly string[]
  /** Its events, as long as they are some; and the insider who made the last one. */
  readonly events: readonly Event<string>[]
  readonly insider: Insider | undefined
}

/** Who attack a network, and what they know. */
export interface AttackersSetting {
  readonly plan: Plan
  readonly random: Random
  readonly scheme: IdentityScheme
  readonly founders: readonly PublicId[]
  readonly newcomer: PublicId
  readonly strangers: readonly PublicId[]
  readonly insiders: readonly SecretId[]
}

/**
 * Insiders and strangers who work together. They see everything that is sent. They remember who has
 * which event, so that what they send can be understood.
 */
export class Attackers {
  readonly store = new EventStore()
  /** The insiders' shares of the key for the coin. */
  readonly keyShares: SecretKeyShare[] = []
  readonly #setting: AttackersSetting
  readonly #random: Random
  readonly #ids: readonly PublicId[]
  readonly #insiders: readonly Insider[]
  /** Per correct peer, what it has taken from us. */
  readonly #taken = new Map<string, Ancestors>()
  /** Who does not hear whom. */
  readonly #deaf = new Set<string>()
  /** Bytes of events that correct peers refuse. */
  readonly #refused: Uint8Array[] = []
  /** Messages of the past. */
  readonly #past: Uint8Array[] = []

  constructor(setting: AttackersSetting) {
    this.#setting = setting
    this.#random = setting.random
    this.#ids = [...setting.founders, ...setting.strangers, setting.newcomer]
    this.#insiders = setting.insiders.map((us) => ({ us, tips: [], waiting: [] }))
  }

  /** The latest event of an insider before the attack. */
  begin(name: string, tip: Event<string>): void {
    this.store.add(tip)
    this.#insiderOf(name)?.tips.push(tip)
  }

  /** A correct peer has sent a message to whomever. */
  overhear(from: string, to: PublicId, message: Message<string>): void {
    for (const event of message.events) this.store.add(event)
    const event = message.events.at(-1)
    const insider = this.#insiderOf(to.name)
    if (message.kind === 'request' && !message.hasMore && event !== undefined && insider !== undefined) {
      insider.waiting = [...insider.waiting.slice(-5), { from, event }]
    }
    if (this.#random.chance(0.1)) this.#remember(this.#past, message.toBytes())
  }

  /** The next messages to a correct peer: perhaps some whose bytes are changed at random, and then one more. */
  compose(to: PublicId, election: number): Hostile[] {
    const random = this.#random
    const message = this.#composeOne(to, election)
    const messages: Hostile[] = []
    for (; random.chance(this.#setting.plan.mangled); messages.push(this.#mangled(message)));
    return [...messages, message]
  }

  #mangled(message: Hostile): Hostile {
    const { bytes, mutations } = message
    const other = this.#past.length > 0 ? this.#random.pick(this.#past) : bytes
    const [name, mangled] = mangle(this.#random, bytes, other)
    return { ...message, bytes: mangled, mutations: [...mutations, name], events: [], insider: undefined }
  }

  #composeOne(to: PublicId, election: number): Hostile {
    const random = this.#random
    const material = this.#material(election)
    const insider = random.pick(this.#insiders)
    const sender = this.#senderTo(to.name, insider.us.publicId)
    const simple = { sender, to: to.name, events: [], insider: undefined }
    if (random.chance(0.02) && this.#past.length > 0) {
      return { ...simple, bytes: random.pick(this.#past), mutations: ['an old message'] }
    }
    if (random.chance(0.03)) return { ...simple, bytes: receipt(material), mutations: ['a receipt'] }
    const draft = this.#draft(insider, to, sender, material)
    const mutations: string[] = []
    for (let i = random.integer(0, this.#setting.plan.mostMutations); i > 0; i--) {
      const name = draft.mutate()
      if (name !== undefined) mutations.push(name)
    }
    return { sender, to: to.name, events: draft.events, insider, bytes: draft.toBytes(), mutations }
  }

  /** The message was taken, and this came back. The insider goes on from there. */
  taken({ to, bytes, events, insider }: Hostile, reply: Message<string> | undefined): void {
    if (this.#random.chance(0.05)) this.#remember(this.#past, bytes)
    for (const event of reply?.events ?? []) this.store.add(event)
    this.#gave(to, events)
    const tip = insider && this.#goOnAfter(insider, events)
    if (insider === undefined || tip === undefined) return
    const answer = reply?.kind === 'response' ? reply.events.at(-1) : undefined
    if (answer === undefined || !this.#random.chance(0.7)) return
    const event = signed(insider.us, { kind: 'Response', selfParent: tip.hash, otherParent: answer.hash })
    if (event !== undefined && this.store.add(event)) this.#goOn(insider, event)
  }

  /** A parent of an event was lacking: the peer has less than we thought. */
  lacked(to: string): void {
    this.#taken.delete(to)
  }

  /** The message was refused. What came before the event that is named was taken. */
  refused({ to, events, insider }: Hostile, id: string | undefined, isMalicious: boolean): void {
    const at = events.findIndex((event) => event.id === id)
    const before = events.slice(0, Math.max(0, at))
    this.#gave(to, before)
    if (insider !== undefined) this.#goOnAfter(insider, before)
    const bad = events[at]
    if (isMalicious && bad !== undefined) this.#remember(this.#refused, bad.signedHeader())
  }

  /** Is there a correct peer that hears an insider? */
  areHeard(correct: readonly PublicId[]): boolean {
    return this.#insiders.some(({ us }) => correct.some(({ name }) => !this.#deaf.has(deafness(us.publicId, name))))
  }

  /** A correct peer does not hear the sender any more. */
  unheard({ sender, to }: Hostile): void {
    this.#deaf.add(deafness(sender, to))
  }

  #gave(to: string, events: readonly Event<string>[]): void {
    const taken = this.#taken.get(to) ?? new Ancestors(this.store)
    this.#taken.set(to, taken)
    for (const event of events) {
      this.store.add(event)
      const index = this.store.indexOf(event.id)
      if (index !== undefined) taken.include(index)
    }
  }

  /** The insider goes on after its last one of these events, which is returned. */
  #goOnAfter(insider: Insider, events: readonly Event<string>[]): Event<string> | undefined {
    const tip = events.findLast(({ id, creator }) => creator.equals(insider.us.publicId) && this.store.has(id))
    if (tip !== undefined) this.#goOn(insider, tip)
    return tip
  }

  /** One of the insider's branches goes on with this event, or a further one begins. */
  #goOn({ tips }: Insider, tip: Event<string>): void {
    const line = new Set<string>()
    for (let x: Event<string> | undefined = tip; x !== undefined && line.size < 20; x = this.store.selfParent(x)) {
      line.add(x.id)
    }
    const at = tips.findIndex((old) => line.has(old.id))
    if (at >= 0) tips[at] = tip
    else if (tips.length < mostBranches) tips.push(tip)
    else tips[this.#random.integer(0, mostBranches - 1)] = tip
  }

  #remember(memory: Uint8Array[], bytes: Uint8Array): void {
    if (memory.length < mostRemembered) memory.push(bytes)
    else memory[this.#random.integer(0, mostRemembered - 1)] = bytes
  }

  #insiderOf(name: string): Insider | undefined {
    return this.#insiders.find(({ us }) => us.publicId.name === name)
  }

  #material(election: number): Material {
    const { founders } = this.#setting
    return {
      random: this.#random,
      store: this.store,
      founders,
      ids: this.#ids,
      refused: this.#refused,
      election,
      keyShares: this.keyShares,
    }
  }

  /** Mostly the insider itself, as long as it is heard; then strangers bring its events. */
  #senderTo(to: string, insider: PublicId): PublicId {
    const isDeaf = this.#deaf.has(deafness(insider, to))
    if (this.#random.chance(isDeaf ? 0.1 : 0.85)) return insider
    return this.#random.pick(this.#setting.strangers)
  }

  /** What a correct peer might send. */
  #draft(insider: Insider, to: PublicId, sender: PublicId, material: Material): Draft {
    const { us, tips } = insider
    const tip = this.#random.pick(tips)
    const isHeard = sender.equals(us.publicId)
    const waiting = isHeard ? insider.waiting.find(({ from }) => from === to.name) : undefined
    const isResponse = waiting !== undefined && this.#random.chance(0.5)
    if (isResponse) insider.waiting = insider.waiting.filter((other) => other !== waiting)
    const cause: Cause<string> = isResponse
      ? { kind: 'Request', selfParent: tip.hash, otherParent: waiting.event.hash }
      : { kind: 'Requesting', selfParent: tip.hash, recipient: to }
    const lacking = this.#lackedBy(to.name, isResponse ? [tip, waiting.event] : [tip])
    const last = signed(us, cause)
    const isTooMuch = lacking.length > mostShown
    const events = isTooMuch || last === undefined ? lacking.slice(0, mostShown) : [...lacking, last]
    const draft = new Draft(isResponse ? 'response' : 'request', events, {
      material,
      scheme: this.#setting.scheme,
      keyOf: (id) => this.#insiderOf(id.name)?.us,
      isMild: this.#random.chance(this.#setting.plan.mild),
    })
    draft.hasMore = isTooMuch
    return draft
  }

  /** The ancestors of some events that a peer lacks, parents first. */
  #lackedBy(to: string, tips: readonly Event<string>[]): Event<string>[] {
    const [known, taken] = [this.store.knownBy(to), this.#taken.get(to)]
    const lacking = new Set<number>()
    const stack = tips.flatMap(({ id }) => this.store.indexOf(id) ?? [])
    for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
      if (lacking.has(x) || known.has(x) || taken?.has(x) === true) continue
      lacking.add(x)
      stack.push(...this.store.parentsOf(x))
    }
    return [...lacking].sort((a, b) => a - b).map((x) => this.store.events[x] as Event<string>)
  }
}

function deafness(sender: PublicId, to: string): string {
  return `${sender.name} to ${to}`
}

/** A receipt that names any events. */
function receipt(material: Material): Uint8Array {
  const { random } = material
  const tips = Array.from({ length: random.integer(0, 6) }, () => anyHash(material))
  const writer = new Writer().u32(3).u32(random.integer(0, 1)).length(tips.length)
  for (const tip of tips) writer.fixed(tip)
  return writer.finish()
}
