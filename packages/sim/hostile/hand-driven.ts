// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Event } from '@parsec-bft/core'
import { EventStore } from '../src/adversaries/event-store.ts'
import { Puppet } from '../src/adversaries/puppet.ts'
import type { Branch } from '../src/adversaries/puppet.ts'
import type { Assault } from './assault.ts'
import type { Member } from './network.ts'
import { eventsOf, messagesOf } from './wire.ts'

/**
 * The insider, driven by hand from where its peer was: it signs what it likes, and remembers what it
 * showed to whom.
 */
export class HandDrivenInsider {
  readonly puppet: Puppet
  readonly line: Branch
  readonly #assault: Assault

  constructor(assault: Assault) {
    const { network } = assault
    const store = new EventStore()
    for (const event of network.seen.events) store.add(event)
    // This request is never sent. It shows the latest events of the insider's peer.
    const { events } = network.insider.peer.createGossip(assault.victim.id)
    for (const event of events) store.add(event)
    this.puppet = new Puppet(network.insider.us, store)
    this.line = this.puppet.branchAfter(events.at(-1))
    this.#assault = assault
  }

  /** Shows a peer our line, and asks it to answer. What it answers is recorded, as a correct peer does. */
  show(to: Member): void {
    for (const answer of this.ask(to)) this.#record(answer)
  }

  /** Shows a peer our line, and asks it to answer. Returns what it answers. */
  ask(to: Member): Uint8Array[] {
    this.puppet.append(this.line, { kind: 'Requesting', recipient: to.id })
    const { name } = to.id
    const { store } = this.puppet
    const lacking = this.puppet.lacking(this.line, name)
    for (const x of lacking) store.knownBy(name).include(store.indexOf(x.id) ?? 0)
    return this.#send(to, lacking)
  }

  /** Shows a peer events that are not to stay on our line, after what they build on. */
  showOnly(to: Member, events: readonly Event<string>[]): void {
    this.#send(to, [...this.puppet.lacking(this.line, to.id.name), ...events])
  }

  #send(to: Member, events: readonly Event<string>[]): Uint8Array[] {
    const { network } = this.#assault
    return messagesOf('request', events).flatMap((message) => {
      return this.#assault.send(network.insider.id, to, message) ?? []
    })
  }

  #record(answer: Uint8Array): void {
    const events = eventsOf(answer, this.#assault.network.insider.peer)
    for (const event of events) this.puppet.store.add(event)
    const last = events.at(-1)
    if (last !== undefined) this.puppet.record(this.line, 'Response', last)
  }
}
