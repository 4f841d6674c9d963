// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** 32-bit integers in a buffer that nothing else shares. */
export type Ints = Int32Array<ArrayBuffer>

/**
 * A list of 32-bit integers in one typed array. When the array is full, it is replaced by one of
 * twice the size.
 */
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

  /** The item at an index, which must be below the length. */
  at(index: number): number {
    return this.items[index] as number
  }

  /**
   * Appends `count` items without setting them: they hold whatever was in memory. Returns the index
   * of the first.
   */
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

/** Copies the items into a larger array: of at least twice the size, and of at least `needed`. */
export function grown(items: Ints, needed: number): Ints {
  const larger = new Int32Array(Math.max(needed, 2 * items.length))
  larger.set(items)
  return larger
}
