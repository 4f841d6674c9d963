// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { findScenario, simulate } from '@parsec-bft/sim'
import type { Inspection } from '@parsec-bft/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ThresholdCoin } from '../../core/src/election/threshold-coin.ts'
import { makeElectionsForget } from '../../core/test/support/first-estimates.ts'

let restore: (() => void) | undefined
afterEach(() => {
  restore?.()
  vi.restoreAllMocks()
})

/** How many coins of second attempts somebody has published shares of. */
function sharesOfSecond(inspection: Inspection): number {
  const events = Array.from({ length: inspection.eventCount }, (_, index) => inspection.event(index))
  return events.filter(({ coins }) => coins?.attempt === 2).length
}

interface Counts {
  elections: number
  /** Decided in the second attempt, by some peer. */
  second: number
  /** In which of these some subject took more than one round, so that a coin could be needed. */
  long: number
  shares: number
}

describe('second attempt, in whole networks whose observers forget their observees', () => {
  it.each([
    ['keys', [0, 0.5], 6],
    ['churn', [0, 0.5], 4],
    ['malice', [0, 0.25, 0.5], 6],
    ['stranding', [0, 0.5], 4],
    ['keys-and-leavers', [0, 0.5], 3],
  ] as const)('%s: no check fails, and no peer is left behind', (scenario, shares, seeds) => {
    const counts: Counts = { elections: 0, second: 0, long: 0, shares: 0 }
    for (const keepsFirst of shares) {
      for (let seed = 0; seed < seeds; seed++) {
        restore = makeElectionsForget({ seed, keepsFirst, keepsSecond: 0.7 })
        const options = findScenario(scenario)?.options(seed)
        if (options === undefined) throw new Error(`no scenario ${scenario}`)
        const { failure } = simulate(
          { ...options, coin: 'threshold' },
          {
            onDecision: (_, { event }, inspection) => {
              counts.elections++
              const meta = inspection.metaEvent(event)
              if (meta?.attempt !== 2) return
              counts.second++
              if ([...meta.metaVotes.values()].some((list) => list.length > 3)) counts.long++
              counts.shares += sharesOfSecond(inspection)
            },
          },
        )
        restore()
        expect(failure, `${scenario}, seed ${String(seed)}, keeps ${String(keepsFirst)}`).toBeUndefined()
      }
    }
    expect(counts.second).toBeGreaterThan(counts.elections / 10)
    expect(counts.long).toBeGreaterThan(counts.second / 10)
    if (scenario.startsWith('keys')) expect(counts.shares).toBeGreaterThan(0)
  })

  it('takes coins of a key that are those of the second attempt', () => {
    const known = vi.spyOn(ThresholdCoin.prototype, 'known')
    // Few elections need them. The first seed that was known to is 9.
    for (let seed = 9; seed < 60; seed++) {
      known.mockClear()
      restore = makeElectionsForget({ seed, keepsFirst: 0, keepsSecond: 0.6 })
      const options = findScenario('keys-and-leavers')?.options(seed)
      if (options === undefined) throw new Error('no scenario keys-and-leavers')
      simulate({ ...options, coin: 'threshold' })
      restore()
      const isTaken = known.mock.calls.some(([, attempt], i) => {
        const coin = known.mock.contexts[i] as ThresholdCoin
        return attempt === 2 && coin.keys !== undefined && known.mock.results[i]?.value !== 0
      })
      if (isTaken) return
    }
    expect.fail('no seed has an election that takes a coin in its second attempt')
  })
})
