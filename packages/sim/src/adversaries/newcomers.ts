// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Event } from '@parsec-bft/core'
import { firstEvents } from './forks.ts'
import type { Branch } from './puppet.ts'
import type { Strategy } from './strategy.ts'

/**
 * Records gossip of a newcomer before it can know that the newcomer is a member. It records nothing
 * else, so none of its events descends from the votes for the newcomer. The newcomer must be a fellow
 * with the strategy `premature-newcomer`.
 */
export function invalidGossipCreator(): Strategy {
  let isDone = false
  return {
    drive: 'hand',
    records: (me, peer) => {
      const isFellow = me.world.adversaries.some(({ name }) => name === peer)
      return isDone || (isFellow && !me.world.isFounder(peer))
    },
    turn: (me) => {
      const { tip } = me.puppet.main
      if (isDone || tip?.cause.kind !== 'Request') return
      const newcomer = me.store.get(tip.cause.otherParent)?.creator.name
      if (newcomer === undefined || me.world.isFounder(newcomer)) return
      isDone = true
      // The gossip of a newcomer that keeps to the protocol descends from the votes for it: then nothing is wrong.
      const { ancestors } = me.puppet.main
      const adders = me.store.events.filter((event, i) => ancestors.has(i) && addsPeer(event, newcomer))
      const voters = new Set(adders.map(({ creator }) => creator.name))
      if (3 * voters.size <= me.world.voters.length) me.commit('InvalidGossipCreator', [tip])
    },
  }
}

/**
 * A newcomer that, once added, forks right after its Initial event. On the new branch it makes
 * requests as if it had learnt nothing. Fellows record them; it tries to get correct peers to do so,
 * too.
 */
export function prematureNewcomer(): Strategy {
  let early: Branch | undefined
  let fellow: string | undefined
  return {
    drive: 'hand',
    begin: (me) => {
      early = me.puppet.branchAfter(firstEvents(me)[0])
    },
    turn: (me) => {
      if (early === undefined) return
      const { adversaries, correctVoters, isFounder } = me.world
      const fellows = adversaries.filter(({ name, left }) => name !== me.name && !left && isFounder(name))
      fellow ??= fellows.length === 0 ? undefined : me.random.pick(fellows).name
      const to = fellow ?? (correctVoters.length === 0 ? undefined : me.random.pick(correctVoters))
      if (to === undefined) return
      const isFirst = early.tip === firstEvents(me)[0]
      me.request(early, to)
      const [, second] = firstEvents(me)
      if (isFirst && second !== undefined && early.tip !== undefined) me.commit('Fork', [second, early.tip])
      if (fellow !== undefined && correctVoters.length > 0) me.request(early, me.random.pick(correctVoters))
    },
  }
}

function addsPeer({ cause }: Event<string>, name: string): boolean {
  const observation = cause.kind === 'Observation' ? cause.vote.observation : undefined
  return observation?.kind === 'Add' && observation.peerId.name === name
}
