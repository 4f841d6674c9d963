// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { opaque } from '@parsec-bft/core'
import type { Event } from '@parsec-bft/core'
import type { Branch } from './puppet.ts'
import type { Me, Strategy } from './strategy.ts'

/**
 * Forks after the latest event of a branch, which goes on as the first of `count` branches. Each
 * begins with another vote; any two of these votes prove the fork.
 */
function forkHere(me: Me, count: number, after: Branch = me.puppet.main): Branch[] {
  const { tip } = after
  const others = Array.from({ length: count - 1 }, () => me.puppet.branchAfter(tip))
  const branches = [after, ...others]
  const firsts = branches.map((branch, i) => {
    return me.puppet.vote(branch, opaque(`${me.name} on branch ${String(i)} at ${tip?.id.slice(0, 8) ?? ''}`))
  })
  me.commit('Fork', firsts)
  return branches
}

/** Makes two events with the same self-parent, and shows each peer it meets one branch or the other, by chance. */
export function forkSimple(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 2)
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}

/** Makes three events with the same self-parent. */
export function forkThreeWay(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      forkHere(me, 3)
    },
    branchFor: (me) => me.random.pick(me.puppet.branches),
  }
}

/** Forks, and forks again on one of the branches. */
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
 * Our first two events, as far as they exist. (A creator cannot make two Initial events: they would
 * have the same content, so they would be the same event.)
 */
export function firstEvents(me: Me): readonly (Event<string> | undefined)[] {
  const line: Event<string>[] = []
  for (let at = me.puppet.main.tip; at !== undefined; at = me.store.selfParent(at)) line.push(at)
  return [line.at(-1), line.at(-2)]
}

/**
 * Forks as early as possible: it makes two events after its Initial event. A founder's must be a vote
 * for Genesis, and one of the two is not.
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
 * Shows each half of the network another branch, and never records on one branch what the other half
 * says.
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
 * Two-faced, like its fellows: each half of the network is shown branches on which they record each
 * other's events.
 */
export function forkColluding(): Strategy {
  const face = forkTwoFaced()
  return {
    ...face,
    branchFor: (me, peer) => {
      const isFellow = me.world.adversaries.some(({ name }) => name === peer)
      // Fellows get the branch of one half in one round, that of the other half in the next.
      const stand = isFellow ? me.world.correctVoters.find((name) => halfOf(me, name) === me.world.round % 2) : peer
      return face.branchFor?.(me, stand ?? peer) ?? me.puppet.main
    },
  }
}

/** Shows one branch to the correct peers, the other only to fellow adversaries, who pass it on. */
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

/** Hides one branch until it has been removed for something else; then it gives the branch to its fellows. */
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
 * Shows its other branches only in messages that nobody records, since their last event is a request
 * to itself. So correct peers have these branches in their graphs, but no event of a correct peer
 * descends from them.
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
