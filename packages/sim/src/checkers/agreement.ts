// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { CheckFailure } from '../base/check-failure.ts'
import type { Checker } from './checker.ts'

/** Of the outputs of any two peers, crashed and removed ones included, one is the beginning of the other. */
export function agreementChecker(): Checker {
  const name = 'agreement'
  const order: { readonly key: string; readonly peer: string }[] = []
  return {
    name,
    onBlocks(_network, peer, blocks) {
      const first = peer.blocks.length - blocks.length
      for (const [i, { key }] of blocks.entries()) {
        const expected = order[first + i]
        if (expected === undefined) order.push({ key, peer: peer.name })
        else if (expected.key !== key) {
          const place = String(first + i)
          throw new CheckFailure(
            name,
            `block ${place} is ${key} at ${peer.name} and ${expected.key} at ${expected.peer}`,
            peer.name,
          )
        }
      }
    },
  }
}
