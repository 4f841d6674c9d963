// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Payloads } from '../graph/payloads.ts'

/**
 * The payloads of several lists in the order in which they are decided (protocol.md section 6): by
 * smallest position in any list, then by how many lists hold it, more first, then by key.
 */
export function inDecidedOrder(lists: readonly (readonly number[])[], payloads: Payloads): number[] {
  const held = new Map<number, { position: number; lists: number }>()
  for (const list of lists) {
    for (const [position, payload] of list.entries()) {
      const entry = held.get(payload)
      if (entry === undefined) held.set(payload, { position, lists: 1 })
      else {
        entry.position = Math.min(entry.position, position)
        entry.lists++
      }
    }
  }
  return [...held]
    .sort(([p, a], [q, b]) => a.position - b.position || b.lists - a.lists || payloads.compare(p, q))
    .map(([payload]) => payload)
}
