// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Inspection } from '@parsec-bft/core'
import type { EventQueue } from '../base/event-queue.ts'
import { peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { HeldMessages } from '../attacks/held-messages.ts'
import { NetworkPost } from '../attacks/network-post.ts'
import { Stall, foresightOfThreshold, predictable } from '../attacks/stall.ts'
import type { Ballots } from './ballots.ts'
import type { Clock } from './clock.ts'
import type { Mail } from './mail.ts'
import type { Stage } from './stage.ts'
import type { Turns } from './turns.ts'
import type { Arrival } from './wire.ts'

/** What the scheduler takes hold of. */
export interface AttackedParts {
  readonly clock: Clock
  readonly stage: Stage
  readonly ballots: Ballots
  readonly mail: Mail
  readonly turns: Turns
  readonly queue: Pick<EventQueue<Arrival>, 'push'>
  readonly held: HeldMessages<Arrival>
}

/** An attack by a scheduler: in its rounds it decides who gossips when, and when each message arrives. */
export class StallAttack {
  readonly #parts: AttackedParts
  /** Undefined in a run without such an attack. */
  readonly #stall: Stall | undefined

  constructor(parts: AttackedParts, { stall, coin, initialPeers }: SimulationOptions, random: Random) {
    const { stage, ballots, mail, held } = parts
    this.#parts = parts
    const network = {
      peer: stage.peer.bind(stage),
      gossip: mail.request.bind(mail),
      arrive: mail.arrive.bind(mail),
      vote: () => {
        for (const peer of stage.peers) if (peer.live) ballots.vote(peer)
      },
    }
    const inspect = (): Inspection | undefined => stage.peers[0]?.parsec.inspect()
    const foresight = coin === 'predictable' ? predictable : foresightOfThreshold(inspect)
    const post = new NetworkPost(network, held)
    this.#stall = stall && new Stall(stall, post, peerNames(initialPeers), foresight, random)
  }

  /** Is there an attack that is still to come, or under way? */
  get isPending(): boolean {
    return this.#stall?.isOver === false
  }

  /** Does the scheduler decide what happens in this round? */
  isDue(round: number): boolean {
    return this.#stall?.isDue(round) === true
  }

  /** A round of the scheduler. */
  runRound(): void {
    const { clock, turns, held, queue } = this.#parts
    const { startMs } = clock
    if (!held.isHolding) {
      // What is under way arrives before the attack begins.
      turns.hurry()
      held.isHolding = true
    }
    clock.nowMs = startMs
    this.#stall?.run()
    if (this.isPending) return
    for (const arrival of held.release()) queue.push(startMs, arrival)
  }
}
