// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

interface Entry<T> {
  readonly timeMs: number
  readonly sequence: number
  readonly item: T
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.timeMs !== b.timeMs ? a.timeMs < b.timeMs : a.sequence < b.sequence
}

/** Things that are to happen in virtual time, by time and then by order of entry: a binary heap. */
export class EventQueue<T> {
  readonly #heap: Entry<T>[] = []
  #sequence = 0

  get size(): number {
    return this.#heap.length
  }

  /** Time of the next item, or undefined when there is none. */
  get nextTimeMs(): number | undefined {
    return this.#heap[0]?.timeMs
  }

  push(timeMs: number, item: T): void {
    const heap = this.#heap
    const entry = { timeMs, sequence: this.#sequence++, item }
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above] as Entry<T>
      if (!isBefore(entry, parent)) break
      heap[at] = parent
      at = above
    }
    heap[at] = entry
  }

  /** Takes the next item out, or gives undefined when there is none. */
  pop(): { readonly timeMs: number; readonly item: T } | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Entry<T>, heap[below] as Entry<T>)) below++
      const child = heap[below] as Entry<T>
      if (!isBefore(child, last)) break
      heap[at] = child
      at = below
    }
    heap[at] = last
    return first
  }
}
