// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { opaque } from '@parsec-bft/core'
import type { Event, Malice } from '@parsec-bft/core'
import { accusationOf } from '@parsec-bft/core/internals'
import type { Me, Strategy } from './strategy.ts'

/** Votes twice for the same. */
export function doubleVote(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      const { main } = me.puppet
      const observation = opaque(`twice by ${me.name}`)
      const first = me.puppet.vote(main, observation)
      if (me.random.chance(0.5)) me.puppet.vote(main, opaque(`between by ${me.name}`))
      me.commit('DuplicateVote', [first, me.puppet.vote(main, observation)])
    },
  }
}

/**
 * Accuses correct peers of what they have not done: a fork, a second vote, an event that does not
 * exist, an event that is fine.
 */
export function falseAccuser(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      const victims = me.random.shuffle(me.world.correctVoters)
      for (const victim of victims.slice(0, me.random.integer(1, 2))) {
        const grounds = inventedMalice(me, victim)
        if (grounds === undefined) continue
        const { main } = me.puppet
        const accusation = accusationOf(me.world.idOf(victim), grounds)
        me.accusedWrongly(main, me.puppet.vote(main, accusation, grounds))
      }
    },
  }
}

function inventedMalice(me: Me, victim: string): Malice | undefined {
  const events = me.store.events.filter(({ creator }) => creator.name === victim)
  if (events.length === 0) return undefined
  const any = (): Event<string> => me.random.pick(events)
  const nothing = me.random.bytes(32)
  const eventHash = me.random.chance(0.25) ? nothing : any().hash
  return me.random.pick<Malice>([
    { kind: 'Fork', selfParentHash: eventHash },
    { kind: 'Fork', selfParentHash: new Uint8Array(32) },
    { kind: 'DuplicateVote', firstHash: any().hash, secondHash: eventHash },
    { kind: 'UnexpectedGenesis', eventHash },
    { kind: 'MissingGenesis', eventHash },
    { kind: 'InvalidAccusation', eventHash },
    { kind: 'Accomplice', eventHash, accusationHash: nothing },
    { kind: 'IncorrectGenesis', signedHeader: any().signedHeader() },
    { kind: 'SelfParentByDifferentCreator', signedHeader: any().signedHeader() },
    { kind: 'OtherParentBySameCreator', signedHeader: any().signedHeader() },
    { kind: 'InvalidRequest', signedHeader: any().signedHeader() },
    { kind: 'InvalidResponse', signedHeader: any().signedHeader() },
    { kind: 'InvalidGossipCreator', signedHeader: any().signedHeader() },
    { kind: 'OwnForkInAncestry', signedHeader: any().signedHeader() },
    { kind: 'InvalidRequest', signedHeader: me.random.bytes(100) },
  ])
}

/** Takes part in everything, but accuses nobody. */
export function accomplice(): Strategy {
  return { drive: 'hand' }
}
