// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Block, mockIdentity, stringCodec } from '@parsec-bft/core'
import { Event, genesis } from '@parsec-bft/core/internals'
import type { Accusation, Message, SecretId } from '@parsec-bft/core'
import { defaultOptions, findScenario, simulate } from '@parsec-bft/sim'
import type { SimulationHooks, SimulationOptions } from '@parsec-bft/sim'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Random } from '../src/base/random.ts'
import { Transcript } from '../src/base/transcript.ts'
import { makeIdentities } from '../src/peers/identities.ts'
import { EventStore } from '../src/adversaries/event-store.ts'
import { Puppet } from '../src/adversaries/puppet.ts'
import { Network } from '../src/network/network.ts'
import { accusationOnceChecker } from '../src/checkers/accusation-once.ts'
import type { Checker } from '../src/checkers/checker.ts'
import { noFalseAccusationChecker } from '../src/checkers/no-false-accusation.ts'
import { Detection } from '../../core/src/malice/detection.ts'
import { Facts } from '../../core/src/malice/facts.ts'

/**
 * Each checker of malice must see planted faults: in what is put out, in what is sent, and in the
 * library's own detection.
 */

type Plant = NonNullable<SimulationHooks['plant']>

afterEach(() => {
  vi.restoreAllMocks()
})

function optionsOf(scenario: string, seed = 1): SimulationOptions {
  const options = findScenario(scenario)?.options(seed)
  if (options === undefined) throw new Error(`no scenario ${scenario}`)
  return options
}

function failureOf(options: SimulationOptions, plant?: Plant): string | undefined {
  const { failure } = simulate(options, plant === undefined ? {} : { plant })
  return failure && `${failure.checker}: ${failure.reason}`
}

function accuse(offender: string): Accusation {
  return { kind: 'Accusation', offender: mockIdentity.secretId(offender).publicId, charge: 'Fork' }
}

/** A network in which Dave is an adversary and a peer has sent these accusations. */
function afterAccusations(accuser: string, offender: string, count: number, checker: Checker): void {
  const options = { ...defaultOptions, seed: '0', adversaries: [{ strategy: 'silent', peer: 'Dave', round: 0 }] }
  const network = new Network(options, makeIdentities('mock', new Random(0)), new Random(0), new Transcript(), {})
  const us: SecretId = mockIdentity.secretId(accuser)
  const puppet = new Puppet(us, new EventStore())
  const branch = puppet.branchAfter(undefined)
  puppet.vote(branch, genesis([us.publicId]))
  for (let i = 0; i < count; i++) {
    const selfParentHash = new Uint8Array(32).fill(i)
    puppet.vote(branch, accuse(offender), { kind: 'Fork', selfParentHash })
  }
  network.ledger.passed(puppet.message(branch, 'request', 'Alice'))
  checker.onRound?.(network)
}

describe('no-false-accusation', () => {
  it('sees a correct peer that accuses a correct peer', () => {
    const run = (accuser: string, offender: string): void => {
      afterAccusations(accuser, offender, 1, noFalseAccusationChecker())
    }
    expect(() => {
      run('Bob', 'Carol')
    }).toThrow(/Bob, who is correct, accuses Carol, who is, too, of Fork/)
    run('Bob', 'Dave')
    run('Dave', 'Bob')
  })

  it('sees the removal of a correct peer', () => {
    const failure = failureOf(optionsOf('minimal'), (_peer, block) => {
      if (block.observation.kind !== 'OpaquePayload') return [block]
      return [new Block(block.index, accuse('Carol'), block.proofs, 'supermajority')]
    })
    expect(failure).toMatch(/^no-false-accusation: \w+ put out Accusation\(Carol/)
  })

  it('sees a detection that takes what is right for wrong', () => {
    vi.spyOn(Facts.prototype, 'areNone', 'get').mockReturnValue(false)
    vi.spyOn(Facts.prototype, 'newlyProven').mockImplementation(function (this: Facts<string>) {
      return [this.of(1, { kind: 'MissingGenesis', eventHash: new Uint8Array(32) })]
    })
    expect(failureOf(optionsOf('minimal'))).toMatch(/^(no-false-accusation|exception): /)
  })
})

describe('accusation-once', () => {
  it('sees the same charge twice, on other grounds', () => {
    expect(() => {
      afterAccusations('Bob', 'Dave', 2, accusationOnceChecker())
    }).toThrow(/Bob accuses Dave twice of Fork/)
    afterAccusations('Bob', 'Dave', 1, accusationOnceChecker())
    afterAccusations('Dave', 'Bob', 2, accusationOnceChecker())
  })
})

describe('eviction', () => {
  it.each(['fork-simple', 'double-vote', 'bad-parents'])('sees an offender that nobody removes (%s)', (scenario) => {
    const failure = failureOf(optionsOf(scenario), (_peer, block) =>
      block.observation.kind === 'Accusation' ? [] : [block],
    )
    expect(failure).toMatch(/^eviction: \w+ was not removed \d+ rounds after/)
  })

  it('sees a detection that sees nothing', () => {
    vi.spyOn(Detection.prototype, 'added').mockImplementation(function (this: Detection<unknown>, x) {
      this.refusals.added(x)
      return false
    })
    expect(failureOf(optionsOf('double-vote'))).toMatch(/^eviction: .* after DuplicateVote$/)
  })

  it('sees a detection that forgets what it refused', () => {
    vi.spyOn(Detection.prototype, 'refused').mockReturnValue(undefined)
    expect(failureOf(optionsOf('bad-exchange'))).toMatch(/^eviction: /)
  })
})

describe('exception', () => {
  it('is what a peer runs into that accuses nobody', () => {
    vi.spyOn(Detection.prototype, 'due').mockReturnValue([])
    expect(failureOf(optionsOf('double-vote'))).toMatch(/^exception: .*an event of ours without fault/)
  })
})

describe('a puppet', () => {
  const us = mockIdentity.secretId('Eve')

  it('makes messages of what the recipient lacks on one branch', () => {
    const puppet = new Puppet(us, new EventStore())
    const main = puppet.branchAfter(undefined)
    const { publicId: bob } = mockIdentity.secretId('Bob')
    puppet.append(main, { kind: 'Requesting', recipient: bob })
    const side = puppet.branchAfter(main.tip)
    const onMain = puppet.append(main, { kind: 'Requesting', recipient: bob })
    const onSide = puppet.append(side, { kind: 'Requesting', recipient: us.publicId })
    const ids = (message: Message<string>): string[] => message.events.map(({ id }) => id)
    expect(ids(puppet.message(main, 'request', 'Bob'))).toHaveLength(3)
    expect(ids(puppet.message(main, 'request', 'Bob'))).toContain(onMain.id)
    expect(ids(puppet.message(main, 'request', 'Bob'))).not.toContain(onSide.id)
    const initial = Event.create(mockIdentity.secretId('Bob'), { kind: 'Initial' }, stringCodec)
    puppet.store.add(initial)
    const seen = { kind: 'Request', selfParent: initial.hash, otherParent: onSide.hash } as const
    puppet.store.add(Event.create(mockIdentity.secretId('Bob'), seen, stringCodec))
    expect(ids(puppet.message(main, 'request', 'Bob'))).toEqual([onMain.id])
    expect(ids(puppet.message(side, 'request', 'Bob'))).toEqual([])
  })
})
