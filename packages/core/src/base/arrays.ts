// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** 32-bit integers over memory of their own. */
export type Ints = Int32Array<ArrayBuffer>

/** A list of 32-bit integers in one typed array that doubles. */
export class IntList {
  items: Ints
  length = 0

  constructor(capacity = 16) {
    this.items = new Int32Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.items.length) this.items = grown(this.items, this.length + 1)
    this.items[this.length++] = value
  }

  /** The item at a place that exists. */
  at(index: number): number {
    return this.items[index] as number
  }

  /** Makes room for `count` more items, which are whatever was there before, and returns the place of the first. */
  extend(count: number): number {
    const start = this.length
    if (start + count > this.items.length) this.items = grown(this.items, start + count)
    this.length += count
    return start
  }

  view(): Int32Array {
    return this.items.subarray(0, this.length)
  }
}

/** The same items in an array that has at least twice the room, and at least `needed`. */
export function grown(items: Ints, needed: number): Ints {
  const larger = new Int32Array(Math.max(needed, 2 * items.length))
  larger.set(items)
  return larger
}
