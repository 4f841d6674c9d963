// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../../src/base/public-id.ts'
import { stringCodec } from '../../src/wire/format.ts'
import { toHex } from '../../src/base/encoding.ts'
import type { ParsecError } from '../../src/base/errors.ts'
import type { Event } from '../../src/wire/event.ts'
import { SignedHeader } from '../../src/wire/event-header.ts'
import type { Malice } from '../../src/wire/malice.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'
import { observationHash, observationText } from '../../src/wire/observation.ts'
import type { Observation } from '../../src/wire/observation.ts'
import type { Report } from '../../src/peer/report.ts'
import { EventBook } from './event-book.ts'
import type { Accused } from './mixed-network.ts'

/** The events of a script by name, and everything that names events in print: hashes become names. */
export class ScriptNames {
  readonly #events = new Map<string, Event<string>>()
  readonly book = new EventBook()
  readonly #names = new Map<string, string>()
  /** Per accusation that was printed or made by hand, by its hash, its text. */
  readonly #accusations = new Map<string, string>()

  at(name: string): Event<string> | undefined {
    return this.#events.get(name)
  }

  set(name: string, event: Event<string>): void {
    this.#events.set(name, event)
    this.book.add(event)
    this.#names.set(event.id, name)
    this.#noteAccusation(event)
  }

  nameOf(hash: Uint8Array): string | undefined {
    return this.#names.get(toHex(hash))
  }

  /** Names an event of a real peer: `A_0` is Alice's first. */
  learn(event: Event<string>): void {
    if (this.#names.has(event.id)) return
    const index = this.book.line(this.book.selfParent(event)).length
    this.set(`${event.creator.name.slice(0, 1)}_${String(index)}`, event)
  }

  // Texts.

  observation(observation: Observation<string>): string {
    if (observation.kind === 'Genesis') return 'Genesis'
    if (observation.kind === 'Accusation') return `${observation.charge} by ${observation.offender.name}`
    return observation.kind === 'OpaquePayload' ? observation.payload : observationText(observation)
  }

  accusation({ offender, grounds }: Accused): string {
    return `${this.malice(grounds)} by ${offender.name}`
  }

  malice(malice: Malice): string {
    const { kind } = malice
    if (kind === 'Unprovable') return `${kind}(${malice.reason})`
    if ('selfParentHash' in malice) return `${kind}(${this.#nameOf(malice.selfParentHash)})`
    if ('firstHash' in malice) return `${kind}(${this.#nameOf(malice.firstHash)}, ${this.#nameOf(malice.secondHash)})`
    if ('signedHeader' in malice) return `${kind}(${this.#nameOf(this.#hashIn(malice.signedHeader))})`
    const event = this.#nameOf(malice.eventHash)
    if ('place' in malice) return `${kind}(${event}, ${String(malice.place)})`
    if (!('accusationHash' in malice)) return `${kind}(${event})`
    const hash = toHex(malice.accusationHash)
    return `${kind}(${event}, ${this.#accusations.get(hash) ?? hash.slice(0, 8)})`
  }

  report(report: Report): string {
    const { kind, peer } = report
    const detail = ((): string => {
      switch (kind) {
        case 'Spam':
          return `, ${String(report.events)} events`
        case 'StaleOtherParent':
          return ` at ${this.#names.get(report.event) ?? report.event.slice(0, 8)}`
        case 'MissingResponse':
          return `, ${String(report.requests)} requests`
        case 'RefusedEvent':
          return `, ${report.malice} by ${report.creator.name}`
        case 'PrematureGossip':
          return ''
      }
    })()
    return `${kind} by ${peer.name}${detail}`
  }

  error({ detail }: ParsecError): string {
    const { code, ...fields } = detail
    const texts = Object.values<string | number | PublicId>(fields).map((value) => {
      if (typeof value === 'object') return this.#short(value.name)
      return typeof value === 'string' ? this.#short(value) : String(value)
    })
    return texts.length === 0 ? code : `${code} (${texts.join(', ')})`
  }

  /** Remembers an accusation by its hash, so that a silence about it can be printed. */
  note(observation: Observation<string>): void {
    if (observation.kind !== 'Accusation') return
    const hash = toHex(observationHash(observation, stringCodec))
    if (!this.#accusations.has(hash)) this.#accusations.set(hash, this.observation(observation))
  }

  #noteAccusation({ cause }: Event<string>): void {
    if (cause.kind === 'Observation') this.note(cause.vote.observation)
  }

  #short(value: string): string {
    const name = this.#names.get(value)
    return name ?? (/^[0-9a-f]{64}$/.test(value) ? value.slice(0, 8) : value)
  }

  #nameOf(hash: Uint8Array): string {
    const hex = toHex(hash)
    return this.#names.get(hex) ?? hex.slice(0, 8)
  }

  #hashIn(signedHeader: Uint8Array): Uint8Array {
    return Buffer.from(new SignedHeader(signedHeader, mockIdentity).id, 'hex')
  }
}
