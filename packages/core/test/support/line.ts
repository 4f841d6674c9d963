// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '../../src/base/public-id.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'
import { Event } from '../../src/wire/event.ts'
import type { Cause } from '../../src/wire/event.ts'
import { stringCodec } from '../../src/wire/format.ts'
import type { Malice } from '../../src/wire/malice.ts'
import { genesis } from '../../src/wire/observation.ts'
import type { Observation } from '../../src/wire/observation.ts'
import { initialEvent, signedAccusation, signedVote } from './vote-event.ts'

/** The events of a founder, each the self-parent of the next. */
export class Line {
  readonly #us
  readonly events: Event<string>[] = []
  last: Event<string>
  #taken = 0

  constructor(name: string, founders: readonly string[] = ['Alice', 'Bob', 'Carol', 'Dave']) {
    this.#us = mockIdentity.secretId(name)
    this.last = initialEvent(this.#us)
    this.events.push(this.last)
    this.vote(genesis(founders.map((founder) => mockIdentity.publicId(founder))))
  }

  vote(observation: Observation<string>): void {
    this.push({ kind: 'Observation', selfParent: this.last.hash, vote: signedVote(this.#us, observation) })
  }

  accuse(offender: PublicId, malice: Malice): void {
    const vote = signedAccusation(this.#us, offender, malice)
    this.push({ kind: 'Observation', selfParent: this.last.hash, vote })
  }

  /** A request to Alice. */
  ask(): void {
    this.push({ kind: 'Requesting', selfParent: this.last.hash, recipient: mockIdentity.publicId('Alice') })
  }

  push(cause: Cause<string>): void {
    this.last = Event.create(this.#us, cause, stringCodec)
    this.events.push(this.last)
  }

  /** The events since the last call. */
  takeNew(): Event<string>[] {
    const events = this.events.slice(this.#taken)
    this.#taken = this.events.length
    return events
  }
}
