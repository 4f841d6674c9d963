// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { CheckFailure } from '../base/check-failure.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { SimPeer } from '../peers/sim-peer.ts'
import type { Checker } from './checker.ts'
import { exchangeRounds, isFair } from './liveness.ts'

/**
 * Rounds of a fair network, from when a correct peer has decided to add a peer until that peer is a
 * voter for itself and for all correct peers.
 *
 * The decision spreads as a rumour: each round every correct peer exchanges all it has with a
 * random member. All correct ones have it after a few times log2(voters) rounds. Then more than two
 * thirds of the n members may contact a peer that lacks it, each with probability 1/n per round. So
 * nobody contacts it in a round with probability less than e^(-2/3), in 32 rounds less than 10^-9.
 * Of 2,200 newcomers none took more than an eighth of the bound.
 */
export function joiningBoundRounds(options: Pick<SimulationOptions, 'delay' | 'roundMs'>, voters: number): number {
  return (32 + 4 * Math.ceil(Math.log2(voters))) * exchangeRounds(options)
}

/**
 * Nobody is stuck: a peer that is added becomes a voter within {@link joiningBoundRounds}, unless it is
 * removed before. The rounds count from when a correct peer has decided the addition and the network
 * is fair. They do not start again when other peers come and go.
 */
export function nobodyIsStuckChecker(): Checker {
  const name = 'nobody-is-stuck'
  /** Per peer, the round from which its rounds count; for founders that is the start. */
  const since = new Map<string, number>()
  const arrived = new Set<string>()
  const fail = (peer: SimPeer, how: string, from: number, round: number): never => {
    throw new CheckFailure(name, `${peer.name} is ${how} ${String(round - from)} rounds after it was added`, peer.name)
  }
  return {
    name,
    onRound(network) {
      if (!isFair(network)) since.clear()
      const bound = joiningBoundRounds(network.options, network.leader.voters.length)
      const { round, liveVoters } = network
      for (const peer of isFair(network) ? liveVoters : []) {
        if (arrived.has(peer.name)) continue
        const from = since.get(peer.name) ?? round
        since.set(peer.name, from)
        const isVoter = peer.parsec.canVote()
        if (!isVoter && round - from > bound) fail(peer, 'no voter', from, round)
        // A peer that came later has had less time to learn of it.
        const unaware = liveVoters.filter(({ voters }) => !voters.includes(peer.name))
        const late = unaware.find((other) => round - Math.max(from, since.get(other.name) ?? 0) > bound)
        if (late !== undefined) fail(peer, `no voter for ${late.name}`, from, round)
        if (isVoter && unaware.length === 0) arrived.add(peer.name)
      }
    },
    onEnd(network) {
      for (const peer of isFair(network) ? network.liveVoters : []) {
        if (!peer.parsec.canVote()) throw new CheckFailure(name, `${peer.name} never became a voter`, peer.name)
      }
    },
  }
}
