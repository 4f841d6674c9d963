// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { toHex } from '../base/encoding.ts'
import type { Event } from '../wire/event.ts'

/** The events of the graph. They can be found by their number and by their hash. */
export class KnownEvents<P> {
  readonly #events: Event<P>[] = []
  readonly #indexOf = new Map<string, number>()

  /** The event with a number of the graph. */
  at(index: number): Event<P> {
    const event = this.#events[index]
    if (event === undefined) throw new RangeError(`no event ${String(index)}`)
    return event
  }

  /** @param id - an event's hash in hexadecimal */
  has(id: string): boolean {
    return this.#indexOf.has(id)
  }

  indexOfId(id: string): number | undefined {
    return this.#indexOf.get(id)
  }

  indexOf(hash: Uint8Array): number | undefined {
    return this.#indexOf.get(toHex(hash))
  }

  /** Adds the event that is inserted into the graph next: it gets the next number. */
  add(event: Event<P>): void {
    this.#indexOf.set(event.id, this.#events.push(event) - 1)
  }
}
