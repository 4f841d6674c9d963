// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../../src/wire/format.ts'
import type { RefusedEventKind } from '../../src/base/malice-kinds.ts'
import type { PublicId } from '../../src/base/public-id.ts'
import { Event } from '../../src/wire/event.ts'
import type { Cause } from '../../src/wire/event.ts'
import type { Malice } from '../../src/wire/malice.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'
import { genesis, opaque } from '../../src/wire/observation.ts'
import type { Observation } from '../../src/wire/observation.ts'
import { EventBook } from './event-book.ts'
import { pick } from './network.ts'
import type { Choose } from './network.ts'
import { signedAccusation, signedVote } from './vote-event.ts'

export interface MischiefOptions {
  readonly choose: Choose
  readonly founders: readonly string[]
  /** Of ten events that are drawn, so many are meant to be wrong. */
  readonly wrongOfTen: number
  /** Per peer, at most so many events that nobody inserts. */
  readonly refusedPerPeer?: number
}

interface Candidate {
  readonly offender: string
  readonly malice: Malice
}

/**
 * Draws events of peers that break the rules now and then, in any way: forks, second votes, wrong
 * accusations, events that nobody inserts.
 */
export class Mischief {
  readonly book = new EventBook()
  /** Those that no correct peer inserts; what builds on them is not drawn. */
  readonly refused = new Map<Event<string>, RefusedEventKind>()
  readonly #options: MischiefOptions
  readonly #choose: Choose
  /** Per peer, its events that are inserted. */
  readonly #own = new Map<string, Event<string>[]>()
  /** What is wrong, for accusations, right ones among them. */
  readonly #candidates: Candidate[] = []
  #words = 0

  constructor(options: MischiefOptions) {
    this.#options = options
    this.#choose = options.choose
  }

  /** Takes in events that others have made. */
  learn(events: readonly Event<string>[]): void {
    for (const event of events) this.book.add(event)
  }

  /** Draws the next event of a peer, on one of its branches; returns it unless nobody inserts it. */
  draw(name: string): Event<string> | undefined {
    const own = this.#own.get(name) ?? []
    if (own.length === 0) return this.#make(name, { kind: 'Initial' })
    const isSecond = own.length === 1
    const isWrong = this.#choose(isSecond ? 60 : 10) < this.#options.wrongOfTen
    const forks = isWrong && own.length > 1 && this.#choose(3) === 0
    const parent = forks ? pick(this.#choose(20) === 0 ? own : own.slice(1), this.#choose) : this.#tip(name)
    if (forks) this.#candidates.push({ offender: name, malice: { kind: 'Fork', selfParentHash: parent.hash } })
    const isFounder = this.#options.founders.includes(name)
    if (isFounder && this.book.selfParent(parent) === undefined && !isWrong)
      return this.#vote(name, parent, this.#genesis())
    return isWrong ? this.#drawWrong(name, parent) : this.#drawRight(name, parent)
  }

  /** A request of a peer to another one, on one of its branches. */
  ask(name: string, recipient: string): Event<string> {
    this.#begin(name)
    const cause = { kind: 'Requesting', selfParent: this.#tip(name).hash, recipient: this.#id(recipient) } as const
    return this.#make(name, cause) ?? this.#tip(name)
  }

  /** What a peer answers to a request: an event that records it, if it is inserted. */
  answer(name: string, request: Event<string>): Event<string> | undefined {
    this.#begin(name)
    const selfParent = this.#tip(name).hash
    return this.#make(name, { kind: 'Request', selfParent, otherParent: request.hash })
  }

  #begin(name: string): void {
    while ((this.#own.get(name)?.length ?? 0) < 2) this.draw(name)
  }

  #id(name: string): PublicId {
    return mockIdentity.publicId(name)
  }

  /** Mostly the latest event; else the last one of some branch. */
  #tip(name: string): Event<string> {
    const own = this.#own.get(name) ?? []
    const parents = new Set(own.map((event) => this.book.selfParent(event)))
    const tips = own.filter((event) => !parents.has(event))
    const latest = tips.at(-1)
    if (latest === undefined) throw new RangeError(`no event by ${name}`)
    return this.#choose(4) === 0 ? pick(tips, this.#choose) : latest
  }

  #drawRight(name: string, parent: Event<string>): Event<string> | undefined {
    const selfParent = parent.hash
    const choice = this.#choose(8)
    const recorded = new Set(this.book.line(parent).map((event) => this.book.otherParent(event)))
    if (choice < 4) {
      const asked = this.book.all.filter(
        (event) => this.#isAsking(event, name) && !recorded.has(event) && event.creator.name !== name,
      )
      if (asked.length > 0)
        return this.#make(name, { kind: 'Request', selfParent, otherParent: pick(asked, this.#choose).hash })
    }
    if (choice < 6) {
      const isOurs = (event: Event<string> | undefined): boolean => event?.creator.name === name
      const answers = this.book.all.filter(
        (event) => event.cause.kind === 'Request' && isOurs(this.book.otherParent(event)) && !recorded.has(event),
      )
      if (answers.length > 0)
        return this.#make(name, { kind: 'Response', selfParent, otherParent: pick(answers, this.#choose).hash })
    }
    if (choice < 7) {
      const recipient = this.#id(pick(this.#others(name), this.#choose))
      return this.#make(name, { kind: 'Requesting', selfParent, recipient })
    }
    return this.#vote(name, parent, opaque(`w${String(this.#words++)}`))
  }

  #drawWrong(name: string, parent: Event<string>): Event<string> | undefined {
    const choice = this.#choose(10)
    if (choice < 4) return this.#vote(name, parent, opaque(pick(['a', 'b', 'c'], this.#choose)))
    if (choice < 5) return this.#vote(name, parent, this.#genesis())
    if (choice < 8) return this.#accuse(name, parent)
    return this.#drawRefused(name, parent)
  }

  #drawRefused(name: string, parent: Event<string>): Event<string> | undefined {
    const made = [...this.refused.keys()].filter(({ creator }) => creator.name === name).length
    if (made >= (this.#options.refusedPerPeer ?? 1)) return this.#drawRight(name, parent)
    const others = this.book.all.filter(
      ({ creator }) => creator.name !== name && this.#options.founders.includes(creator.name),
    )
    const own = this.#own.get(name) ?? []
    const foreign = others.length === 0 ? undefined : pick(others, this.#choose)
    const kind = pick(['Request', 'Response'] as const, this.#choose)
    const selfParent = parent.hash
    switch (this.#choose(4)) {
      case 0:
        return (
          foreign &&
          this.#refuse(this.#event(name, this.#voting(name, foreign, opaque('x'))), 'SelfParentByDifferentCreator')
        )
      case 1: {
        const cause = { kind, selfParent, otherParent: pick(own, this.#choose).hash }
        return this.#refuse(this.#event(name, cause), 'OtherParentBySameCreator')
      }
      case 2: {
        const group = genesis([this.#id(name)])
        return this.#refuse(this.#event(name, this.#voting(name, parent, group)), 'IncorrectGenesis')
      }
      default: {
        if (foreign?.cause.kind !== 'Initial') return this.#drawRight(name, parent)
        const event = this.#event(name, { kind, selfParent, otherParent: foreign.hash })
        return this.#refuse(event, kind === 'Request' ? 'InvalidRequest' : 'InvalidResponse')
      }
    }
  }

  #refuse(event: Event<string>, kind: RefusedEventKind): Event<string> | undefined {
    this.refused.set(event, kind)
    this.#candidates.push({ offender: event.creator.name, malice: { kind, signedHeader: event.signedHeader() } })
    return undefined
  }

  /** Of something that may be true and may be in the accuser's ancestry; or of nothing. */
  #accuse(name: string, parent: Event<string>): Event<string> | undefined {
    const { offender, malice } = this.#accusation()
    const vote = signedAccusation(mockIdentity.secretId(name), this.#id(offender), malice)
    return this.#make(name, { kind: 'Observation', selfParent: parent.hash, vote })
  }

  #accusation(): Candidate {
    const choose = this.#choose
    const event = pick(this.book.all, choose)
    if (this.#candidates.length > 0 && choose(3) > 0) return pick(this.#candidates, choose)
    const malice: Malice =
      choose(2) === 0
        ? { kind: 'Fork', selfParentHash: event.hash }
        : { kind: 'InvalidAccusation', eventHash: event.hash }
    return { offender: event.creator.name, malice }
  }

  #isAsking({ cause }: Event<string>, name: string): boolean {
    return cause.kind === 'Requesting' && cause.recipient.name === name
  }

  #others(name: string): string[] {
    return this.#options.founders.filter((other) => other !== name)
  }

  #genesis(): Observation<string> {
    return genesis(this.#options.founders.map((name) => this.#id(name)))
  }

  #voting(name: string, parent: Event<string>, observation: Observation<string>): Cause<string> {
    const vote = signedVote(mockIdentity.secretId(name), observation)
    return { kind: 'Observation', selfParent: parent.hash, vote }
  }

  #vote(name: string, parent: Event<string>, observation: Observation<string>): Event<string> | undefined {
    return this.#make(name, this.#voting(name, parent, observation))
  }

  #event(name: string, cause: Cause<string>): Event<string> {
    return Event.create(mockIdentity.secretId(name), cause, stringCodec)
  }

  #make(name: string, cause: Cause<string>): Event<string> | undefined {
    const event = this.#event(name, cause)
    if (!this.book.add(event)) return undefined
    this.#own.set(name, [...(this.#own.get(name) ?? []), event])
    return event
  }
}
