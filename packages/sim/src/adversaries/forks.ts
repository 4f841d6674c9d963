// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { opaque } from '@parsec-bft/core'
import type { Event } from '@parsec-bft/core'
import type { Branch } from './puppet.ts'
import type { Me, Strategy } from './strategy.ts'

/**
 * So many branches after an event of ours, the first of them on the branch given, each with a vote
 * of its own; any two of their first events prove the fork.
 */
export function forkHere(me: Me, count: number, after: Branch = me.puppet.main): Branch[] {
  const { tip } = after
  const others = Array.from({ length: count - 1 }, () => me.puppet.branchAfter(tip))
  const branches = [after, ...others]
  const firsts = branches.map((branch, i) => {
    return me.puppet.vote(branch, opaque(`${me.name} on branch ${String(i)} at ${tip?.id.slice(0, 8) ?? ''}`))
  })
  me.commit('Fork', firsts)
  return branches
}

/** Two events with the same self-parent; each peer it meets is shown one branch or the other, by chance. */
export function forkSimple(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 2)
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}

/** Three events with the same self-parent. */
export function forkThreeWay(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 3)
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}

/** A fork, and a second fork on one of its branches. */
export function forkNested(): Strategy {
  let turns = 0
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 2)
    },
    turn: (me) => {
      const second = me.puppet.branches[1]
      if (++turns === 2 && second !== undefined) forkHere(me, 2, second)
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}

/**
 * Our first two events, as far as they are there. (There is only one Initial event of a creator:
 * nothing else is in it.)
 */
export function firstEvents(me: Me): readonly (Event<string> | undefined)[] {
  const line: Event<string>[] = []
  for (let at = me.puppet.main.tip; at !== undefined; at = me.store.selfParent(at)) line.push(at)
  return [line.at(-1), line.at(-2)]
}

/**
 * A fork as early as there can be one: two events after the Initial event, of which a founding
 * member's second is no vote for Genesis.
 */
export function forkInitial(): Strategy {
  return {
    drive: 'scratch',
    begin: (me) => {
      const { puppet, world } = me
      const isFounder = world.isFounder(me.name)
      if (isFounder) puppet.vote(puppet.branchAfter(undefined), world.genesis)
      const [initial, second] = firstEvents(me)
      const other = puppet.vote(puppet.branchAfter(initial), opaque(`${me.name} begins again`))
      if (second !== undefined) me.commit('Fork', [second, other])
      if (isFounder) me.commit('MissingGenesis', [other])
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}

/** Which half of the network a peer belongs to: the same for all adversaries. */
export function halfOf(me: Me, peer: string): 0 | 1 {
  const names = [...me.world.voters].sort()
  return names.indexOf(peer) % 2 === 0 ? 0 : 1
}

/**
 * Each half of the network is shown another branch; what one half says is never recorded on the
 * branch for the other.
 */
export function forkTwoFaced(): Strategy {
  const faces = new Map<string, Branch>()
  return {
    drive: 'hand',
    begin: (me) => {
      const branches = forkHere(me, 2)
      for (const peer of me.world.voters) {
        const branch = branches[halfOf(me, peer)]
        if (branch !== undefined) faces.set(peer, branch)
      }
    },
    branchFor: (me, peer) => faces.get(peer) ?? me.puppet.main,
  }
}

/**
 * Two-faced, together with all others who do the same: each half of the network gets a story in
 * which they back each other.
 */
export function forkColluding(): Strategy {
  const face = forkTwoFaced()
  return {
    ...face,
    branchFor: (me, peer) => {
      const isFellow = me.world.adversaries.some(({ name }) => name === peer)
      // Fellows are met on one side in one round, on the other in the next.
      const stand = isFellow ? me.world.correctVoters.find((name) => halfOf(me, name) === me.world.round % 2) : peer
      return face.branchFor?.(me, stand ?? peer) ?? me.puppet.main
    },
  }
}

/** One branch is shown to the correct peers; the other only to fellow adversaries, who pass it on. */
export function forkTransitive(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 2)
    },
    turn: (me) => {
      const hidden = me.puppet.branches[1]
      for (const { name, left } of me.world.adversaries) {
        if (hidden !== undefined && name !== me.name && !left && me.random.chance(0.5)) me.request(hidden, name)
      }
    },
  }
}

/** Keeps one branch to itself until it has been removed for something else: then its fellows show it. */
export function forkLate(): Strategy {
  let hidden: Branch | undefined
  return {
    drive: 'hand',
    begin: (me) => {
      hidden = forkHere(me, 2)[1]
    },
    turn: (me) => {
      if (hidden === undefined || me.world.voters.includes(me.name)) return
      for (const { name, left } of me.world.adversaries) {
        if (name !== me.name && !left && me.world.voters.includes(name)) me.request(hidden, name)
      }
    },
  }
}

/**
 * Shows its other branches only in messages that nobody records, since their last event answers
 * nobody: they are in the graphs of correct peers, but among no correct event's ancestors.
 */
export function forkUnrecorded(): Strategy {
  return {
    drive: 'hand',
    turn: (me) => {
      const { puppet, world } = me
      const { tip } = puppet.main
      if (tip === undefined) return
      const side = puppet.branchAfter(me.store.selfParent(tip) ?? tip)
      for (const to of world.correctVoters) {
        puppet.append(side, { kind: 'Requesting', recipient: me.id })
        me.send({ kind: 'request', to, message: puppet.message(side, 'request', to) })
      }
    },
  }
}
