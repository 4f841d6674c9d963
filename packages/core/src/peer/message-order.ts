// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { toHex } from '../base/encoding.ts'
import type { PublicId } from '../base/public-id.ts'
import type { Event } from '../wire/event.ts'

/** What an event of a message waits for: a parent, an election's beginning, or its creator's admission. */
type Reason = string

export const reasons = {
  parent: (id: string): Reason => id,
  election: (election: number): Reason => `election ${String(election)}`,
  creator: (id: PublicId): Reason => `creator ${toHex(id.bytes)}`,
}

/** Events of one message that can be judged only after a decision, and what descends from them. */
export class EarlyEvents<P> {
  readonly #by = new Map<Reason, Event<P>[]>()
  readonly #ids = new Set<string>()

  hold(event: Event<P>, reason: Reason): void {
    const held = this.#by.get(reason)
    if (held === undefined) this.#by.set(reason, [event])
    else held.push(event)
    this.#ids.add(event.id)
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  /** Any of those that descend from no other one; undefined if there are none. */
  get first(): Event<P> | undefined {
    for (const [event] of this.#by.values()) {
      if (event !== undefined && !event.parents.some((parent) => this.#ids.has(parent))) return event
    }
    return undefined
  }

  /** Lets go those that waited for this. */
  release(reason: Reason): readonly Event<P>[] {
    const released = this.#by.get(reason) ?? []
    this.#by.delete(reason)
    for (const { id } of released) this.#ids.delete(id)
    return released
  }
}
