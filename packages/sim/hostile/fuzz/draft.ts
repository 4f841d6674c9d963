// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError, stringCodec } from '@parsec-bft/core'
import type { IdentityScheme, MessageKind, PublicId, SecretId } from '@parsec-bft/core'
import { Event, Reader, accusationOf, signedBytes } from '@parsec-bft/core/internals'
import type { Cause } from '@parsec-bft/core/internals'
import { joined, withFlips } from './mangle.ts'
import { anyEvent, anyHash, oddCause, oddCoins, oddMalice, recording, signed, voteCause } from './odd-events.ts'
import type { Material } from './odd-events.ts'

/** An event of a message. Bytes that were changed and signed again need not be an event any more. */
interface Item {
  readonly bytes: Uint8Array
  readonly event?: Event<string>
}

/** What changes are made of. */
export interface DraftSetting {
  readonly material: Material
  readonly scheme: IdentityScheme
  /** The key of an insider; undefined for anybody else. */
  readonly keyOf: (id: PublicId) => SecretId | undefined
  /** Are only such changes made as do not make others distrust the insider at once? */
  readonly isMild: boolean
}

/** Bytes before the first event: two numbers of four bytes, and one of eight. */
const headLength = 16

const kinds = ['request', 'response', 'farewell', 'receipt'] as const satisfies readonly MessageKind[]

/**
 * A message that is being changed. What an insider has signed it signs again after a change, and so
 * does every insider whose event descends from that one, so that the message still passes the checks
 * of signatures.
 */
export class Draft {
  kind: MessageKind
  hasMore = false
  readonly #setting: DraftSetting
  #items: Item[]

  constructor(kind: MessageKind, events: readonly Event<string>[], setting: DraftSetting) {
    this.kind = kind
    this.#items = events.map(itemOf)
    this.#setting = setting
  }

  /** The events that are still events. */
  get events(): Event<string>[] {
    return this.#items.flatMap(({ event }) => event ?? [])
  }

  /** The encoding of `Message.toBytes`, also of what no message is. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#items.reduce((size, item) => size + 4 + item.bytes.length, headLength))
    const view = new DataView(bytes.buffer)
    view.setUint32(0, kinds.indexOf(this.kind), true)
    view.setUint32(4, Number(this.hasMore), true)
    view.setUint32(8, this.#items.length, true)
    let at = headLength
    for (const item of this.#items) {
      view.setUint32(at, item.bytes.length, true)
      bytes.set(item.bytes, at + 4)
      at += 4 + item.bytes.length
    }
    return bytes
  }

  /** Makes one change, and returns its name; undefined if nothing could be changed. */
  mutate(): string | undefined {
    const name = this.#random.pick(this.#setting.isMild ? mildMutations : mutationNames)
    return this.#mutations[name]() ? name : undefined
  }

  readonly #mutations: Readonly<Record<(typeof mutationNames)[number], () => boolean>> = {
    'odd event on the line': () => this.#insert(true),
    'odd event on a branch': () => this.#insert(false),
    'another self-parent': () =>
      this.#alter((cause) => ('selfParent' in cause ? { ...cause, selfParent: this.#oddParent() } : cause)),
    'another other-parent': () =>
      this.#alter((cause) => ('otherParent' in cause ? { ...cause, otherParent: this.#oddParent() } : cause)),
    'parents swapped': () =>
      this.#alter((cause) =>
        'otherParent' in cause ? { ...cause, selfParent: cause.otherParent, otherParent: cause.selfParent } : cause,
      ),
    'another cause': () =>
      this.#alter((cause, us) => {
        const selfParent = 'selfParent' in cause ? cause.selfParent : this.#oddParent()
        if (this.#random.chance(0.3))
          return { kind: this.#random.pick(recording), selfParent, otherParent: this.#oddParent() }
        return oddCause(this.#material, us, selfParent)
      }),
    'another recipient': () =>
      this.#alter((cause) =>
        cause.kind === 'Requesting' ? { ...cause, recipient: this.#random.pick(this.#material.ids) } : cause,
      ),
    'odd coin shares': () =>
      this.#insertCause((_, selfParent) => {
        return { kind: 'CoinShares', selfParent, coins: oddCoins(this.#material) }
      }),
    'odd accusation': () =>
      this.#insertCause((us, selfParent) => {
        const malice = oddMalice(this.#material)
        const offender = this.#random.chance(0.5)
          ? this.#random.pick(this.#material.ids)
          : anyEvent(this.#material).creator
        return voteCause(us, selfParent, accusationOf(offender, malice), malice)
      }),
    'a vote again': () =>
      this.#insertCause((us, selfParent) => {
        const votes = this.#material.store.events.filter(({ creator, cause }) => {
          return cause.kind === 'Observation' && creator.equals(us.publicId)
        })
        const cause = votes.length === 0 ? undefined : this.#random.pick(votes).cause
        return cause?.kind === 'Observation' ? { ...cause, selfParent } : undefined
      }),
    'a vote signed by another': () =>
      this.#alter((cause) => {
        if (cause.kind !== 'Observation') return cause
        const { cause: other } = anyEvent(this.#material)
        const signature =
          other.kind === 'Observation' ? other.vote.signature : withFlips(this.#random, cause.vote.signature)
        return { ...cause, vote: { ...cause.vote, signature } }
      }),
    'a fork': () => this.#fork(),
    'an event twice': () => {
      const [item] = this.#takeAny(false)
      if (item !== undefined) this.#items.splice(this.#random.integer(0, this.#items.length), 0, item)
      return item !== undefined
    },
    'an event left out': () => this.#takeAny(true).length > 0,
    'events in another order': () => {
      const [item] = this.#takeAny(true)
      if (item !== undefined) this.#items.splice(this.#random.integer(0, this.#items.length), 0, item)
      return item !== undefined
    },
    shuffled: () => {
      this.#items = this.#random.shuffle(this.#items)
      return this.#items.length > 1
    },
    'an event of the past': () => {
      this.#items.splice(this.#random.integer(0, this.#items.length), 0, itemOf(anyEvent(this.#material)))
      return true
    },
    'spoilt, and signed again': () => this.#spoil(),
    "signed in another's name": () => {
      const at = this.#random.integer(0, this.#items.length - 1)
      const item = this.#items[at]
      if (item === undefined) return false
      const bytes = item.bytes.slice()
      const { random } = this.#material
      bytes.set(anyEvent(this.#material).bytes.subarray(0, random.integer(32, 64)).slice(0, bytes.length))
      this.#items[at] = { bytes }
      return true
    },
    'another kind of message': () => {
      this.kind = this.#random.pick(kinds)
      return true
    },
    'more to come': () => {
      this.hasMore = !this.hasMore
      return true
    },
    'the whole again': () => {
      this.#items.push(...this.#items)
      return this.#items.length < 200
    },
  }

  get #random(): Material['random'] {
    return this.#material.random
  }

  get #material(): Material {
    return this.#setting.material
  }

  #oddParent(): Uint8Array {
    const own = this.events
    return own.length > 0 && this.#random.chance(0.3) ? this.#random.pick(own).hash : anyHash(this.#material)
  }

  /** The places of events by insiders. Changes of those that somebody has would be forks. */
  #ours(): number[] {
    const { keyOf, isMild } = this.#setting
    const { store } = this.#material
    return this.#items.flatMap(({ event }, i) => {
      const isOurs = event !== undefined && keyOf(event.creator) !== undefined
      return isOurs && !(isMild && store.has(event.id)) ? i : []
    })
  }

  /** An insider's event says something else. */
  #alter(change: (cause: Cause<string>, us: SecretId) => Cause<string>): boolean {
    for (const at of this.#random.shuffle(this.#ours())) {
      const event = this.#items[at]?.event
      const us = event && this.#setting.keyOf(event.creator)
      if (event === undefined || us === undefined) continue
      const changed = change(event.cause, us)
      if (changed !== event.cause) return this.#replace(at, signed(us, changed))
    }
    return false
  }

  #insert(onLine: boolean): boolean {
    return this.#insertCause((us, selfParent) => oddCause(this.#material, us, selfParent), onLine)
  }

  /** A new event before an insider's event: on the same line, or on a branch of its own. */
  #insertCause(
    causeOf: (us: SecretId, selfParent: Uint8Array) => Cause<string> | undefined,
    onLine = this.#setting.isMild || this.#random.chance(0.8),
  ): boolean {
    const places = this.#ours()
    if (places.length === 0) return false
    const at = this.#random.pick(places)
    const event = this.#items[at]?.event
    const us = event && this.#setting.keyOf(event.creator)
    if (event === undefined || us === undefined || !('selfParent' in event.cause)) return false
    const cause = causeOf(us, event.cause.selfParent)
    const inserted = cause && signed(us, cause)
    if (inserted === undefined) return false
    if (onLine) this.#replace(at, signed(us, { ...event.cause, selfParent: inserted.hash }))
    this.#items.splice(at, 0, itemOf(inserted))
    return true
  }

  /** A further event with the self-parent of one that there is. */
  #fork(): boolean {
    const places = this.#ours()
    if (places.length === 0) return false
    const at = this.#random.pick(places)
    const event = this.#items[at]?.event
    const us = event && this.#setting.keyOf(event.creator)
    if (event === undefined || us === undefined || !('selfParent' in event.cause)) return false
    const { selfParent } = event.cause
    const sibling = signed(us, oddCause(this.#material, us, selfParent))
    if (sibling === undefined) return false
    this.#items.splice(this.#random.integer(0, at + 1), 0, itemOf(sibling))
    return true
  }

  /** Some bits of an insider's event are others, and it is signed again. */
  #spoil(): boolean {
    const places = this.#ours()
    if (places.length === 0) return false
    const at = this.#random.pick(places)
    const event = this.#items[at]?.event
    const us = event && this.#setting.keyOf(event.creator)
    if (event === undefined || us === undefined) return false
    const { signatureLength } = this.#setting.scheme
    const content = withFlips(this.#random, event.bytes.subarray(0, event.bytes.length - signatureLength))
    const header = this.#headerOf(content)
    this.#items[at] = { bytes: joined(content, us.sign(signedBytes('event', header))) }
    return true
  }

  /** What is to be signed of an event; anything if it is none any more. */
  #headerOf(content: Uint8Array): Uint8Array {
    const { scheme } = this.#setting
    const unsigned = new Uint8Array(scheme.signatureLength)
    try {
      const reader = new Reader(joined(content, unsigned))
      const header = Event.decode(reader, { codec: stringCodec, identities: scheme }).signedHeader()
      return header.subarray(0, header.length - scheme.signatureLength)
    } catch (error) {
      if (!ParsecError.is(error)) throw error
      return content
    }
  }

  #takeAny(leavesOut: boolean): Item[] {
    if (this.#items.length === 0) return []
    const at = this.#random.integer(0, this.#items.length - 1)
    return leavesOut ? this.#items.splice(at, 1) : this.#items.slice(at, at + 1)
  }

  /** Puts another event there. Insiders sign again what descends from the old one. */
  #replace(at: number, event: Event<string> | undefined): boolean {
    const old = this.#items[at]?.event
    if (event === undefined || old === undefined) return false
    const successors = new Map([[old.id, event]])
    this.#items[at] = itemOf(event)
    for (let i = at + 1; i < this.#items.length; i++) {
      const child = this.#items[i]?.event
      const us = child && this.#setting.keyOf(child.creator)
      if (child === undefined || us === undefined || !child.parents.some((id) => successors.has(id))) continue
      const again = signed(us, this.#relinked(child, successors))
      if (again === undefined) continue
      successors.set(child.id, again)
      this.#items[i] = itemOf(again)
    }
    return true
  }

  #relinked({ cause, parents }: Event<string>, successors: ReadonlyMap<string, Event<string>>): Cause<string> {
    if (cause.kind === 'Initial') return cause
    const selfParent = successors.get(parents[0] ?? '')?.hash ?? cause.selfParent
    if (!('otherParent' in cause)) return { ...cause, selfParent }
    return { ...cause, selfParent, otherParent: successors.get(parents[1] ?? '')?.hash ?? cause.otherParent }
  }
}

const mutationNames = [
  'odd event on the line',
  'odd event on a branch',
  'another self-parent',
  'another other-parent',
  'parents swapped',
  'another cause',
  'another recipient',
  'odd coin shares',
  'odd accusation',
  'a vote again',
  'a vote signed by another',
  'a fork',
  'an event twice',
  'an event left out',
  'events in another order',
  'shuffled',
  'an event of the past',
  'spoilt, and signed again',
  "signed in another's name",
  'another kind of message',
  'more to come',
  'the whole again',
] as const

/** The changes after which an insider may still be heard. */
const mildMutations = [
  'odd coin shares',
  'odd accusation',
  'a vote again',
  'another recipient',
  'an event twice',
  'an event left out',
  'an event of the past',
  'another kind of message',
  'more to come',
  'the whole again',
] as const satisfies readonly (typeof mutationNames)[number][]

function itemOf(event: Event<string>): Item {
  return { bytes: event.bytes, event }
}
