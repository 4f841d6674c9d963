// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { CheckFailure } from '../base/check-failure.ts'
import type { EventQueue } from '../base/event-queue.ts'
import type { Random } from '../base/random.ts'
import type { SimPeer } from '../peers/sim-peer.ts'
import { Adversary } from '../adversaries/adversary.ts'
import type { Ballots } from './ballots.ts'
import type { Clock } from './clock.ts'
import type { Mail } from './mail.ts'
import type { Output } from './output.ts'
import type { Node, Stage } from './stage.ts'
import type { Arrival } from './wire.ts'

/** What waits in the queue: somebody's turn, or a message that arrives. */
export type Happening = { readonly kind: 'turn'; readonly peer: Node } | Arrival

/** What takes part when somebody has its turn. */
export interface TurnParts {
  readonly clock: Clock
  readonly queue: EventQueue<Happening>
  readonly stage: Stage
  readonly ballots: Ballots
  readonly mail: Mail
  readonly output: Output
}

/**
 * Who acts when. In each round everybody has one turn, at a random millisecond, to vote for what is
 * due and to gossip once. Messages that arrive meanwhile are handled in between, in order of time.
 */
export class Turns {
  readonly #parts: TurnParts
  readonly #turns: Random
  readonly #adversaryTurns: Random
  readonly #recipients: Random

  constructor(parts: TurnParts, random: Random) {
    this.#parts = parts
    this.#turns = random.fork('turns')
    this.#adversaryTurns = random.fork('adversaries')
    this.#recipients = random.fork('recipients')
  }

  /** Round 0, before any gossip: everybody votes. */
  start(): void {
    const { stage, ballots, output } = this.#parts
    for (const peer of this.#turns.shuffle(stage.peers)) {
      // A network of one peer decides at once.
      output.drain(peer)
      if (peer.live) ballots.vote(peer)
    }
    for (const { brain } of stage.adversaries) if (brain !== undefined) ballots.voteAs(brain)
  }

  /** All that happens in the round under way. */
  runRound(): void {
    const { clock, queue, stage } = this.#parts
    const { startMs, endMs } = clock
    const longestMs = endMs - startMs - 1
    for (const peer of stage.peers) {
      const timeMs = startMs + this.#turns.integer(0, longestMs)
      if (peer.live) queue.push(timeMs, { kind: 'turn', peer })
    }
    for (const peer of stage.adversaries) {
      const timeMs = startMs + this.#adversaryTurns.integer(0, longestMs)
      if (!peer.left) queue.push(timeMs, { kind: 'turn', peer })
    }
    while ((queue.nextTimeMs ?? endMs) < endMs) {
      const next = queue.pop()
      if (next !== undefined) this.#happen(next.item, next.timeMs)
    }
  }

  /** Everything that is under way happens now. */
  hurry(): void {
    const { clock, queue } = this.#parts
    const { startMs } = clock
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) this.#happen(next.item, startMs)
  }

  #happen(happening: Happening, timeMs: number): void {
    const { clock, mail } = this.#parts
    clock.nowMs = timeMs
    if (happening.kind !== 'turn') mail.arrive(happening)
    else if (happening.peer instanceof Adversary) this.#misbehave(happening.peer)
    else this.#act(happening.peer)
  }

  #act(peer: SimPeer): void {
    if (!peer.live) return
    const { stage, ballots, mail } = this.#parts
    ballots.vote(peer)
    const recipients = peer.parsec.gossipRecipients()
    if (recipients.length === 0) return
    const to = stage.nodeOf(this.#recipients.pick(recipients).name)
    if (to === undefined) throw new CheckFailure('interface', `${peer.name} would gossip to a stranger`, peer.name)
    mail.request(peer, to)
  }

  #misbehave(peer: Adversary): void {
    if (peer.left) return
    if (peer.brain !== undefined) this.#parts.ballots.voteAs(peer.brain)
    peer.turn()
  }
}
