// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mockIdentity } from '@parsec-bft/core'
import { accusationOf, refusedEventKinds } from '@parsec-bft/core/internals'
import type { Malice } from '@parsec-bft/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotObservation, dotVote, parseDotVote } from '../src/dot-observation.ts'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const grounds: fc.Arbitrary<Malice> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('UnexpectedGenesis', 'MissingGenesis', 'InvalidAccusation', 'InvalidCoinShare'),
    eventHash: hash,
  }),
  fc.record({ kind: fc.constant('DuplicateVote'), firstHash: hash, secondHash: hash }),
  fc.record({ kind: fc.constant('Fork'), selfParentHash: hash }),
  fc.record({ kind: fc.constant('WrongCoinShare'), eventHash: hash, place: fc.nat() }),
  fc.record({ kind: fc.constant('Accomplice'), eventHash: hash, accusationHash: hash }),
  fc.record({ kind: fc.constantFrom(...refusedEventKinds), signedHeader: fc.uint8Array({ minLength: 1 }) }),
  fc.record({ kind: fc.constant('Unprovable'), reason: fc.string({ unit: 'grapheme' }) }),
)

describe('the text of an accusation', () => {
  const idOf = (name: string) => mockIdentity.publicId(name)

  it('is read back, with its grounds and without', () => {
    fc.assert(
      fc.property(grounds, (malice) => {
        const observation = accusationOf(idOf('Bob'), malice)
        const text = dotObservation(observation, ({ name }) => name, '')
        expect(parseDotVote(text, idOf)).toEqual({ observation })
        expect(parseDotVote(dotVote(text, observation, malice), idOf)).toEqual({ observation, grounds: malice })
      }),
    )
  })

  it('is refused if the grounds are those of another charge, or the charge is none', () => {
    expect(parseDotVote('Accusation(Bob, Fork), MissingGenesis(00)', idOf)).toBeUndefined()
    expect(parseDotVote('Accusation(Bob, Treason)', idOf)).toBeUndefined()
  })
})
