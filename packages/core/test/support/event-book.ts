// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { toHex } from '../../src/base/encoding.ts'
import type { Event } from '../../src/wire/event.ts'

/** All events that a test knows, whoever made them: its own notion of ancestry. */
export class EventBook {
  readonly #byId = new Map<string, Event<string>>()

  /** Returns false for an event that is there. */
  add(event: Event<string>): boolean {
    if (this.#byId.has(event.id)) return false
    this.#byId.set(event.id, event)
    return true
  }

  at(hash: Uint8Array): Event<string> | undefined {
    return this.#byId.get(toHex(hash))
  }

  get all(): Event<string>[] {
    return [...this.#byId.values()]
  }

  selfParent({ cause }: Event<string>): Event<string> | undefined {
    return cause.kind === 'Initial' ? undefined : this.at(cause.selfParent)
  }

  otherParent({ cause }: Event<string>): Event<string> | undefined {
    return 'otherParent' in cause ? this.at(cause.otherParent) : undefined
  }

  /** The event and its self-ancestors, the event first. */
  line(event: Event<string> | undefined): Event<string>[] {
    const line: Event<string>[] = []
    for (let at = event; at !== undefined; at = this.selfParent(at)) line.push(at)
    return line
  }

  /** Events and all their ancestors that are known, parents first. */
  ancestry(events: readonly Event<string>[]): Event<string>[] {
    const found = new Set<Event<string>>()
    const visit = (event: Event<string>): void => {
      if (found.has(event)) return
      for (const id of event.parents) {
        const parent = this.#byId.get(id)
        if (parent !== undefined) visit(parent)
      }
      found.add(event)
    }
    for (const event of events) visit(event)
    return [...found]
  }

  /**
   * Events and, of their ancestors, those that a correct peer at the last of them would send: what
   * the latest event of the recipient that it descends from does not cover.
   */
  lacking(events: readonly Event<string>[], recipient: string): Event<string>[] {
    const inLast = this.ancestry(events.slice(-1))
    const theirs = inLast.filter((event) => event.creator.name === recipient)
    const covered = new Set(this.ancestry(theirs))
    return this.ancestry(events).filter((event) => !covered.has(event))
  }
}
