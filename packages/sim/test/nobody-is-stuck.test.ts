// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Parsec, observationText } from '@parsec-bft/core'
import { defaultOptions, joiningBoundRounds, runScenario, simulate } from '@parsec-bft/sim'
import type { SimulationHooks, SimulationOptions } from '@parsec-bft/sim'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Farewells } from '../../core/src/peer/farewells.ts'

/**
 * The checker must see planted faults: peers that nobody contacts, peers that do not start, and an
 * old rule by which whole networks got stuck.
 */

afterEach(() => {
  vi.restoreAllMocks()
})

const ericJoins: SimulationOptions = {
  ...defaultOptions,
  seed: '1',
  topics: [{ kind: 'add', peer: 'Eric', round: 1, spreadRounds: 1, after: 0 }],
}

function failureOf(hooks: SimulationHooks = {}): string {
  const { failure } = simulate(ericJoins, hooks)
  return failure === undefined ? 'none' : `${failure.checker}: ${failure.reason}`
}

describe('nobody-is-stuck', () => {
  it('sees nothing where nothing is wrong', () => {
    expect(failureOf()).toBe('none')
  })

  it('sees a newcomer that nobody contacts, as soon as the bound is over', () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const real = Parsec.prototype.gossipRecipients
    vi.spyOn(Parsec.prototype, 'gossipRecipients').mockImplementation(function (this: Parsec<string>) {
      return real.call(this).filter(({ name }) => name !== 'Eric')
    })
    const bound = joiningBoundRounds(ericJoins, 5)
    expect(failureOf()).toBe(`nobody-is-stuck: Eric is no voter ${String(bound + 1)} rounds after it was added`)
  })

  it('sees a newcomer that does not find that it is a voter', () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const real = Parsec.prototype.canVote
    vi.spyOn(Parsec.prototype, 'canVote').mockImplementation(function (this: Parsec<string>) {
      return this.ourPublicId.name !== 'Eric' && real.call(this)
    })
    expect(failureOf()).toMatch(
      /^nobody-is-stuck: Eric (is no voter \d+ rounds after it was added|never became a voter)$/,
    )
  })

  it('sees a member that does not learn of a newcomer', () => {
    const plant: SimulationHooks['plant'] = (peer, block) =>
      peer === 'Bob' && observationText(block.observation) === 'Add(Eric)' ? [] : [block]
    expect(failureOf({ plant })).toMatch(/^nobody-is-stuck: Eric is no voter for Bob \d+ rounds after it was added$/)
  })
})

describe('many that are removed at once', () => {
  const seeds = Array.from({ length: 40 }, (_, seed) => seed)
  const failures = (scenario: string): string[] =>
    seeds.flatMap((seed) => runScenario(scenario, seed).failure?.checker ?? [])

  it('strand nobody', () => {
    expect(failures('remove-many-quickly')).toEqual([])
  })

  it('strand the others if they stop as soon as they know', () => {
    vi.spyOn(Farewells.prototype, 'mayNeedUs').mockImplementation(function (this: Farewells<string>) {
      return !this.areWeRemoved
    })
    const found = failures('remove-many-quickly')
    expect(found.length).toBeGreaterThan(0)
    expect(new Set(found)).toEqual(new Set(['liveness']))
  })
})
