// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Proposal } from '@parsec-bft/core'
import { peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import type { SimulationOptions } from '../options/options.ts'
import { isMembership } from '../options/topics.ts'
import type { Topic } from '../options/topics.ts'
import type { Identities } from './identities.ts'
import { keyOf, observationOf } from './sim-peer.ts'
import type { SimPeer } from './sim-peer.ts'

interface Planned {
  readonly topic: Topic
  readonly observation: Proposal<string>
  /** The founders that vote for it. */
  readonly electorate: ReadonlySet<string>
}

/** Decides who votes for what, and when. */
export class Voting {
  readonly #options: SimulationOptions
  readonly #random: Random
  readonly #planned: readonly Planned[]
  readonly #changes: readonly Planned[]
  /** Per peer, the round in which it votes for each topic at the earliest. */
  readonly #rounds = new Map<string, readonly number[]>()

  constructor(options: SimulationOptions, identities: Identities, random: Random) {
    this.#options = options
    this.#random = random
    const members = peerNames(options.initialPeers)
    const leaving = new Set(options.topics.flatMap((topic) => (topic.kind === 'remove' ? [topic.peer] : [])))
    const chosen = random.fork('electorate')
    this.#planned = options.topics.map((topic) => {
      const limit = topic.kind === 'payload' && topic.by !== 'all' ? topic.by : undefined
      const shuffled = chosen.shuffle(members)
      const stayingFirst = [
        ...shuffled.filter((name) => !leaving.has(name)),
        ...shuffled.filter((name) => leaving.has(name)),
      ]
      const electorate = new Set(limit === undefined ? members : stayingFirst.slice(0, limit))
      return { topic, observation: observationOf(topic, identities), electorate }
    })
    this.#changes = this.#planned.filter(({ topic }) => isMembership(topic))
  }

  /** What the peer votes for in this round, in order of the topics. */
  due(peer: SimPeer, round: number): { readonly topic: Topic; readonly observation: Proposal<string> }[] {
    if (!peer.isVoter) return []
    const rounds = this.#roundsOf(peer.name)
    return this.#planned.filter(
      (planned, i) => round >= (rounds[i] ?? 0) && this.#wants(peer, planned) && this.#may(peer, planned),
    )
  }

  /** Will the peer vote for something more, now or later? */
  isOpen(peer: SimPeer): boolean {
    return this.#planned.some((planned) => this.#wants(peer, planned))
  }

  /** Has the peer something to vote for that it has not voted for, and that is not settled? */
  #wants(peer: SimPeer, planned: Planned): boolean {
    const { topic, observation, electorate } = planned
    if (peer.hasVotedFor(keyOf(observation, peer.name, this.#options))) return false
    const isSingle = topic.kind === 'payload' && this.#options.mode === 'single'
    if (topic.kind === 'remove' && peer.hasRemoved(topic.peer)) return false
    if (!isSingle && peer.hasPutOutObservation(observation)) return false
    if (electorate.has(peer.name)) return true
    // Newcomers vote for it, too: otherwise the votes of the others might no longer be a supermajority.
    return !isSingle && isForAll(topic)
  }

  #may(peer: SimPeer, { topic }: Planned): boolean {
    if (!isMembership(topic)) return true
    if (topic.kind === 'remove' && !peer.voters.includes(topic.peer)) return false
    return this.#changes.slice(0, topic.after).every((change) => hasHappened(peer, change))
  }

  #roundsOf(name: string): readonly number[] {
    let rounds = this.#rounds.get(name)
    if (rounds === undefined) {
      const random = this.#random.fork(name)
      rounds = this.#planned.map(({ topic }) => topic.round + random.integer(0, topic.spreadRounds))
      this.#rounds.set(name, rounds)
    }
    return rounds
  }
}

/** A peer that was to be removed may already be gone, because of an accusation. */
function hasHappened(peer: SimPeer, { topic, observation }: Planned): boolean {
  return topic.kind === 'remove' ? peer.hasRemoved(topic.peer) : peer.hasPutOutObservation(observation)
}

function isForAll(topic: Topic): boolean {
  return topic.kind !== 'payload' || topic.by === 'all'
}
