// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Block, mockIdentity, observationText, opaque, stringCodec } from '@parsec-bft/core'
import { signVote } from '@parsec-bft/core/internals'
import type { DkgResult, SecretKeyShare } from '@parsec-bft/core'
import { findScenario, simulate } from '@parsec-bft/sim'
import type { SimulationFailure, SimulationHooks, SimulationOptions } from '@parsec-bft/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.ts'
import { Transcript } from '../src/base/transcript.ts'
import { makeIdentities } from '../src/peers/identities.ts'
import { KeyRequests } from '../src/peers/key-requests.ts'
import { SimPeer } from '../src/peers/sim-peer.ts'
import { Network } from '../src/network/network.ts'
import { outcomeChecker } from '../src/checkers/outcome.ts'

/** Each checker must see a planted fault: one that has never seen a fault proves nothing. */

type Plant = NonNullable<SimulationHooks['plant']>

function optionsOf(scenario: string, seed: number, differing: Partial<SimulationOptions> = {}): SimulationOptions {
  const options = findScenario(scenario)?.options(seed)
  if (options === undefined) throw new Error(`no scenario ${scenario}`)
  return { ...options, ...differing }
}

function failureWith(
  plant: Plant,
  scenario = 'votes-during',
  differing: Partial<SimulationOptions> = {},
): SimulationFailure {
  const options = optionsOf(scenario, 2, differing)
  const failure = simulate(options, { plant }).failure
  if (failure === undefined) throw new Error('the planted fault was not seen')
  return failure
}

const text = (block: Block<string>): string => observationText(block.observation)

/** Changes the payload's block at one peer, or at all. */
function at(peer: string | undefined, payload: string, change: (block: Block<string>) => Block<string>[]): Plant {
  return (name, block) => {
    const isMeant = (peer === undefined || name === peer) && text(block) === `OpaquePayload(${payload})`
    return isMeant ? change(block) : [block]
  }
}

it('without a planted fault there is none', () => {
  for (const scenario of ['votes-during', 'remove-one', 'single']) {
    expect(simulate(optionsOf(scenario, 2), { plant: (_peer, block) => [block] }).failure).toBeUndefined()
  }
})

describe('agreement', () => {
  it('sees two blocks swapped at one peer', () => {
    let held: Block<string> | undefined
    const failure = failureWith((peer, block) => {
      if (peer !== 'Bob') return [block]
      if (held === undefined && text(block) === 'OpaquePayload(3)') {
        held = block
        return []
      }
      if (held === undefined) return [block]
      const swapped = [block, held]
      held = undefined
      return swapped.length === 2 && text(block) !== 'OpaquePayload(3)' ? swapped : [block]
    })
    expect(failure.checker).toBe('agreement')
    expect(failure.reason).toMatch(/^block \d+ is /)
  })

  it('sees a block left out at one peer', () => {
    expect(failureWith(at('Bob', '3', () => [])).checker).toBe('agreement')
  })

  it('sees a block of another payload at one peer', () => {
    const failure = failureWith(
      at('Carol', '3', (block) => [new Block(block.index, opaque('other'), block.proofs, 'supermajority')]),
    )
    expect(failure.checker).toBe('agreement')
  })
})

describe('no-duplicates', () => {
  it('sees a block put out twice, even by all', () => {
    const failure = failureWith(at(undefined, '3', (block) => [block, block]))
    expect(failure.checker).toBe('no-duplicates')
    expect(failure.reason).toMatch(/put OpaquePayload\(3\) out twice/)
  })
})

describe('validity', () => {
  const forge = (change: (proofs: Block<string>['proofs'], block: Block<string>) => Block<string>['proofs']): Plant =>
    at('Bob', '3', (block) => [new Block(block.index, block.observation, change(block.proofs, block), 'supermajority')])

  it('sees a forged signature', () => {
    const failure = failureWith(
      forge((proofs) =>
        proofs.map(({ voter, signature }) => ({ voter, signature: signature.map((byte) => byte ^ 1) })),
      ),
    )
    expect(failure).toMatchObject({ checker: 'validity', peer: 'Bob' })
    expect(failure.reason).toMatch(/signature of \w+ does not hold/)
  })

  it('sees too few votes', () => {
    expect(failureWith(forge((proofs) => proofs.slice(0, 2))).reason).toMatch(/2 votes of \d voters/)
  })

  it('sees a proof counted twice', () => {
    const failure = failureWith(forge((proofs) => [...proofs.slice(0, 2), ...proofs.slice(0, 2)]))
    expect(failure.reason).toMatch(/two proofs of/)
  })

  it('sees the vote of somebody who is no voter', () => {
    const stranger = mockIdentity.secretId('Mallory')
    const failure = failureWith(
      forge((proofs, block) => [
        ...proofs,
        { voter: stranger.publicId, signature: signVote(stranger, block.observation, stringCodec).signature },
      ]),
    )
    expect(failure.reason).toMatch(/Mallory was no voter/)
  })

  it('sees a valid signature of a voter who never voted for it', () => {
    const failure = failureWith(
      at(undefined, '3', (block) => {
        const observation = opaque('never voted for')
        const voters = ['Alice', 'Bob', 'Carol', 'Dave'].map((name) => mockIdentity.secretId(name))
        return [
          new Block(
            block.index,
            observation,
            voters.map((id) => ({ voter: id.publicId, signature: signVote(id, observation, stringCodec).signature })),
            'supermajority',
          ),
        ]
      }),
      'votes-during',
      { initialPeers: 4 },
    )
    expect(failure.reason).toMatch(/Alice never voted for it/)
  })

  it('sees a block without proof where one vote is enough', () => {
    const failure = failureWith(
      (_peer, block) => [
        new Block(block.index, block.observation, text(block).startsWith('O') ? [] : block.proofs, 'supermajority'),
      ],
      'single',
    )
    expect(failure).toMatchObject({ checker: 'validity' })
    expect(failure.reason).toMatch(/by nobody.*0 votes/)
  })
})

describe('liveness', () => {
  it('sees a peer that puts nothing out any more', () => {
    let held = false
    const failure = failureWith((peer, block) => {
      if (peer === 'Dave' && text(block) === 'OpaquePayload(3)') held = true
      return peer === 'Dave' && held ? [] : [block]
    })
    expect(failure).toMatchObject({ checker: 'liveness', peer: 'Dave' })
  })

  it('sees a payload that nobody puts out though all voted for it', () => {
    const failure = failureWith(at(undefined, '3', () => []))
    expect(failure.checker).toBe('liveness')
    expect(failure.reason).toMatch(/OpaquePayload\(3\)/)
  })

  it('sees one vote that is never put out where one is enough', () => {
    expect(
      failureWith(
        at(undefined, '3', () => []),
        'single',
      ).checker,
    ).toBe('liveness')
  })

  it('expects nothing of a payload that too few vote for', () => {
    const topic = { kind: 'payload', text: 'few', round: 1, spreadRounds: 0, by: 4 } as const
    const options = optionsOf('minimal', 1, { initialPeers: 6, topics: [topic] })
    const result = simulate(options)
    expect(result.failure).toBeUndefined()
    expect(result.agreed).toHaveLength(1)
    const enough = simulate({ ...options, topics: [{ ...topic, by: 5 }] })
    expect(enough.agreed).toContain('OpaquePayload(few)')
  })
})

describe('refusals', () => {
  it('sees a refusal that the peer has no reason for', () => {
    // Bob refuses Eric, whom it has removed by its own output; here its output does not say so.
    const topics = [{ kind: 'remove', peer: 'Eric', round: 1, spreadRounds: 0, after: 0 }] as const
    const differing = { initialPeers: 5, topics }
    const failures = Array.from({ length: 10 }, (_, seed) => {
      const plant: Plant = (_peer, block) => (block.observation.kind === 'Remove' ? [] : [block])
      return simulate(optionsOf('minimal', seed, differing), { plant }).failure
    })
    expect(failures.map((failure) => failure?.checker)).toContain('refusals')
    expect(failures).not.toContain(undefined)
  })
})

describe('interface', () => {
  const identities = makeIdentities('mock', new Random(0))
  const setting = { options: optionsOf('minimal', 0), identities, genesis: ['Alice', 'Bob'] }
  const vote = opaque('vote')

  it('sees a second vote that is accepted', () => {
    const peer = new SimPeer(identities.secretId('Alice'), setting)
    peer.vote(vote, 0)
    const record = { observation: vote, key: 'vote', round: 0 }
    expect(() => {
      peer.voteAgain(record)
    }).not.toThrow()
    Object.defineProperty(peer.parsec, 'voteFor', { value: () => undefined })
    expect(() => {
      peer.voteAgain(record)
    }).toThrow(/accepted a second vote/)
  })

  it('sees a refused vote that leaves a trace', () => {
    const peer = new SimPeer(identities.secretId('Alice'), setting)
    peer.vote(vote, 0)
    const voteFor = peer.parsec.voteFor.bind(peer.parsec)
    const voteAndMore = (): void => {
      peer.parsec.createGossip(identities.secretId('Bob').publicId)
      voteFor(vote)
    }
    Object.defineProperty(peer.parsec, 'voteFor', { value: voteAndMore })
    expect(() => {
      peer.voteAgain({ observation: vote, key: 'vote', round: 0 })
    }).toThrow(/changed its state/)
  })
})

describe('keys', () => {
  const topic = { kind: 'key', participants: ['Alice', 'Bob', 'Carol', 'Dave'], round: 1, spreadRounds: 0 } as const
  const options = optionsOf('minimal', 1, { topics: [topic] })

  /** What is put out instead of Bob's key. */
  function failureWithKey(planted: (key: DkgResult) => readonly DkgResult[]): SimulationFailure | undefined {
    return simulate(options, {
      plant: (peer, block) => {
        const { observation } = block
        if (peer !== 'Bob' || observation.kind !== 'DkgResult') return [block]
        return planted(observation).map((key) => new Block<string>(block.index, key, [], 'supermajority'))
      },
    }).failure
  }

  it('sees nothing where nothing is wrong', () => {
    const result = simulate(options)
    expect(result.failure).toBeUndefined()
    expect(result.agreed.at(-1)).toMatch(/^DkgResult/)
  })

  it('sees a participant without a share', () => {
    const failure = failureWithKey((key) => [{ ...key, secretKeyShare: undefined }])
    expect(failure).toMatchObject({ checker: 'keys', peer: 'Bob' })
  })

  it("sees a share that is another participant's", () => {
    let alices: SecretKeyShare | undefined
    const { failure } = simulate(options, {
      plant: (peer, block) => {
        const { observation } = block
        if (observation.kind !== 'DkgResult') return [block]
        if (peer === 'Alice') alices = observation.secretKeyShare
        return [
          new Block<string>(
            block.index,
            { ...observation, secretKeyShare: alices ?? observation.secretKeyShare },
            [],
            'supermajority',
          ),
        ]
      },
    })
    expect(failure?.checker).toBe('keys')
  })

  it('and the record of a peer a key that nobody asked for', () => {
    const failure = failureWithKey((key) => [{ ...key, participants: key.participants.slice(1) }])
    expect(failure).toMatchObject({ checker: 'interface', peer: 'Bob' })
    expect(failure?.reason).toContain('a key of Bob, Carol, Dave that nobody asked for')
  })

  it('and liveness a key that never comes', () => {
    expect(failureWithKey(() => [])?.checker).toMatch(/liveness|max-rounds/)
  })
})

describe('which key came of which request', () => {
  const removed = new Set(['A', 'B'])
  const requests = [
    ['A', 'C', 'D'],
    ['A', 'B', 'C', 'D'],
    ['C', 'D'],
  ]
  const keys = [
    ['A', 'C', 'D'],
    ['C', 'D'],
    ['C', 'D'],
  ]

  it('is found whatever they may come of besides, in whatever order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(requests, { minLength: 3 }), fc.shuffledSubarray(keys), (asked, came) => {
        const book = new KeyRequests()
        for (const participants of asked) book.decided(participants)
        const fulfilled = came.map((key) => book.came(key, (name) => removed.has(name)))
        expect(new Set(fulfilled).size).toBe(came.length)
        expect(requests).toEqual(expect.arrayContaining(fulfilled))
      }),
    )
  })

  it('is none for a key that has other participants, or comes once more', () => {
    const book = new KeyRequests()
    book.decided(['A', 'C'])
    expect(book.came(['A'], (name) => removed.has(name))).toBeUndefined()
    expect(book.came(['A', 'C', 'D'], (name) => removed.has(name))).toBeUndefined()
    expect(book.came(['C'], (name) => removed.has(name))).toEqual(['A', 'C'])
    expect(book.came(['C'], (name) => removed.has(name))).toBeUndefined()
  })
})

describe('outcome', () => {
  /** A network at rest whose options then ask for more than it did. */
  function atRest(wanted: Partial<SimulationOptions>): Network {
    const options = { ...optionsOf('minimal', 0), topics: [] }
    const network = new Network(options, makeIdentities('mock', new Random(0)), new Random(0), new Transcript(), {})
    network.start()
    for (let i = 0; i < 10; i++) network.runRound()
    return Object.create(network, {
      options: { value: { ...options, ...wanted } },
      isCorrect: { value: () => true },
      isStalled: { value: false },
      leader: { value: network.leader },
      liveVoters: { value: network.liveVoters },
      round: { value: network.round },
    }) as Network
  }

  it('sees a peer that was to be added and is not', () => {
    const topics = [{ kind: 'add', peer: 'Eric', round: 1, spreadRounds: 0, after: 0 }] as const
    expect(() => outcomeChecker().onEnd?.(atRest({ topics }))).toThrow(/planned were Alice, Bob, Carol, Dave, Eric/)
  })

  it('sees a payload that was to come out and did not', () => {
    const topics = [{ kind: 'payload', text: '7', round: 1, spreadRounds: 0, by: 'all' }] as const
    expect(() => outcomeChecker().onEnd?.(atRest({ topics }))).toThrow(/voted for 7 and it never came out/)
  })

  it('sees nothing where nothing is missing', () => {
    expect(() => outcomeChecker().onEnd?.(atRest({}))).not.toThrow()
  })
})

describe('a failing run', () => {
  const failing = (options: SimulationOptions): ReturnType<typeof simulate> =>
    simulate(options, { plant: at('Bob', '0', () => []) })

  it('says what failed, its seed, its options and the command that replays it', () => {
    const options = optionsOf('minimal', 9)
    const { failure, digest } = failing(options)
    expect(failure?.report).toMatch(/^liveness, round \d+: Bob has not put OpaquePayload\(0\) out/)
    expect(failure?.report).toContain('\nseed: 9\n')
    expect(failure?.report).toContain('\nreplay: npm run parsec -- simulate --scenario minimal --seed 9')
    const printed = /^options: (.*)$/m.exec(failure?.report ?? '')?.[1] ?? ''
    const again = failing(JSON.parse(printed) as SimulationOptions)
    expect(again.digest).toBe(digest)
    expect(again.failure).toEqual(failure)
  })

  it('is one that is not done in time', () => {
    const result = simulate(optionsOf('votes-during', 0, { maxRounds: 25 }))
    expect(result.failure?.checker).toBe('max-rounds')
    expect(result.rounds).toBe(25)
  })

  it('is not one whose watcher throws: that reaches the caller', () => {
    const thrown = new Error('disk full')
    const onDecision = (): void => {
      throw thrown
    }
    expect(() => simulate(optionsOf('minimal', 0), { onDecision })).toThrow(thrown)
  })
})
