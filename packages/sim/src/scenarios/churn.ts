// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import type { MembershipTopic } from '../options/topics.ts'

/** How many peers are to come and go. */
export interface ChurnLimits {
  readonly initialPeers: number
  /** How many different names there are; also the most members at a time. */
  readonly names: number
  /** The fewest members at a time. */
  readonly fewest: number
  readonly changes: number
  /** The most rounds between the beginnings of two changes. */
  readonly pauseRounds: number
}

/**
 * A long random sequence of additions and removals, some of them under way at the same time. The
 * number of members stays within the limits, whatever the order in which the changes are decided.
 * A removed peer can never return under its old id, so one that comes back gets a new name: Alice,
 * Alice2, …
 */
export function churnTopics(random: Random, limits: ChurnLimits): { topics: MembershipTopic[]; lastRound: number } {
  const { initialPeers, names, fewest, changes, pauseRounds } = limits
  const comings = new Map(peerNames(names).map((name, i) => [name, i < initialPeers ? 1 : 0]))
  const members = new Map(peerNames(initialPeers).map((name) => [name, name]))
  const topics: MembershipTopic[] = []
  let settled = initialPeers
  let after = 0
  let round = 1
  for (let i = 0; i < changes; i++) {
    const canAdd = members.size < names
    const canRemove = members.size > fewest
    if (!canAdd && !canRemove) break
    const kind = canRemove && (!canAdd || random.chance(0.5)) ? 'remove' : 'add'
    const under = topics.slice(after).filter((topic) => topic.kind === kind).length + 1
    const isTooMany = settled - under < fewest
    if (kind === 'add' ? settled + under > names : isTooMany) {
      after = topics.length
      settled = members.size
    }
    const present = kind === 'remove'
    const name = random.pick([...comings.keys()].filter((candidate) => members.has(candidate) === present))
    let peer = members.get(name) ?? name
    if (kind === 'add') {
      const coming = (comings.get(name) ?? 0) + 1
      comings.set(name, coming)
      if (coming > 1) peer = `${name}${String(coming)}`
      members.set(name, peer)
    } else members.delete(name)
    topics.push({ kind, peer, round, spreadRounds: 3, after })
    round += random.integer(Math.min(1, pauseRounds), pauseRounds)
  }
  return { topics, lastRound: round }
}
