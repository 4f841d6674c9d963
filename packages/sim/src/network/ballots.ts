// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Random } from '../base/random.ts'
import type { Transcript } from '../base/transcript.ts'
import type { SimulationOptions } from '../options/options.ts'
import { keyOf } from '../peers/sim-peer.ts'
import type { SimPeer } from '../peers/sim-peer.ts'
import type { Voting } from '../peers/voting.ts'
import type { Output } from './output.ts'
import type { Stage } from './stage.ts'

/** Has peers cast the votes that {@link Voting} says are due. */
export class Ballots {
  readonly #options: SimulationOptions
  readonly #voting: Voting
  readonly #stage: Stage
  readonly #output: Output
  readonly #transcript: Transcript
  /** Who tries to vote twice for the same. */
  readonly #repeats: Random

  constructor(
    options: SimulationOptions,
    voting: Voting,
    stage: Stage,
    output: Output,
    transcript: Transcript,
    repeats: Random,
  ) {
    this.#options = options
    this.#voting = voting
    this.#stage = stage
    this.#output = output
    this.#transcript = transcript
    this.#repeats = repeats
  }

  /** A correct peer votes for all that is due. */
  vote(peer: SimPeer): void {
    this.#cast(peer, () => {
      this.#output.drain(peer)
    })
    const repeatable = peer.votes.filter(({ observation }) => observation.kind !== 'Genesis')
    if (!this.#options.duplicateVotes || repeatable.length === 0 || !peer.isVoter) return
    if (this.#repeats.chance(0.25)) peer.voteAgain(this.#repeats.pick(repeatable))
  }

  /** An adversary that still follows the protocol votes like everyone else, but its output is not watched. */
  voteAs(brain: SimPeer): void {
    brain.drain(this.#stage.round)
    this.#cast(brain, () => {
      brain.drain(this.#stage.round)
    })
  }

  #cast(peer: SimPeer, drain: () => void): void {
    const { round } = this.#stage
    for (const { topic, observation } of this.#voting.due(peer, round)) {
      // After one of these votes the peer may decide its own removal: then it can vote no more.
      if (!peer.isVoter) break
      this.#stage.invite(topic, peer)
      peer.vote(observation, round)
      this.#transcript.add(`${peer.name} votes ${keyOf(observation, peer.name, this.#options)}`)
      drain()
    }
  }
}
