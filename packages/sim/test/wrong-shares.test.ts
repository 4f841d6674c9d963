// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mockKeys } from '@parsec-bft/core'
import { afterEach, expect, it, vi } from 'vitest'
import { simulate } from '../src/run/simulate.ts'
import { stalled } from '../src/scenarios/stall-plan.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

it.each([0, 1, 2, 3, 4])(
  'who signs a wrong share of a coin that an election needs is accused of that, and nobody else (seed %i)',
  (seed) => {
    const shareOf = mockKeys.secretKeyShareOf.bind(mockKeys)
    const bob = 1
    vi.spyOn(mockKeys, 'secretKeyShareOf').mockImplementation((index, ...args) => {
      const share = shareOf(index, ...args)
      if (share === undefined || index !== bob) return share
      const sign = share.sign.bind(share)
      return Object.assign(share, { sign: (message: Uint8Array, domain: string) => sign(message, `not ${domain}`) })
    })
    // Without this attack hardly any election needs a coin.
    const attacked = stalled({ peers: 4, rounds: 6, coin: 'threshold', blind: false })
    const { failure } = simulate({ ...attacked, seed: String(seed) })
    // The simulator takes Bob for a correct peer, so to it the first accusation is a false one.
    expect(failure?.checker).toBe('no-false-accusation')
    expect(failure?.reason).toMatch(/accuses Bob, who is, too, of WrongCoinShare/)
  },
)
