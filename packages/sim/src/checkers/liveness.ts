// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isSupermajority } from '@parsec-bft/core/internals'
import { CheckFailure } from '../base/check-failure.ts'
import type { Delay } from '../options/delay.ts'
import { mostFaulty } from '../options/fault-bounds.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { SimPeer } from '../peers/sim-peer.ts'
import type { Network } from '../network/network.ts'
import type { Checker } from './checker.ts'

/**
 * Rounds of a fair network within which everyone puts out what must be put out. The protocol promises
 * no bound, only that it happens with probability 1. The slowest of thousands of random runs took
 * less than half of this.
 */
export function livenessBoundRounds(options: Pick<SimulationOptions, 'delay' | 'roundMs'>): number {
  return 60 * exchangeRounds(options)
}

/** Rounds after which a message has arrived, as a rule: the one in which it is sent, and its usual or longest delay. */
export function exchangeRounds({ delay, roundMs }: Pick<SimulationOptions, 'delay' | 'roundMs'>): number {
  return 1 + Math.ceil(delayMs(delay) / roundMs)
}

function delayMs(delay: Delay): number {
  switch (delay.kind) {
    case 'none':
      return 0
    case 'constant':
      return delay.ms
    case 'poisson':
      return delay.meanMs
    case 'adversarial':
      return delay.maxMs
  }
}

/** Does the protocol promise progress now? The network is fair and fewer than a third of the voters are down. */
export function isFair(network: Network): boolean {
  const voters = network.leader.voters.length
  const faulty = voters - network.liveVoters.length
  return network.round >= network.options.fairFromRound && !network.isStalled && faulty <= mostFaulty(voters)
}

/**
 * Keys of what every peer must put out, by what has happened so far: whatever any peer has put out,
 * and whatever enough live voters have voted for. A supermajority of the voters is enough; for a
 * payload in single mode one vote is.
 */
export function promisedKeys(network: Network): Set<string> {
  const { leader, liveVoters, options } = network
  const promised = new Set(leader.blocks.map(({ key }) => key))
  const counts = new Map<string, number>()
  for (const peer of liveVoters) {
    for (const { key, observation } of peer.votes) {
      if (observation.kind === 'OpaquePayload' && options.mode === 'single') promised.add(key)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  for (const [key, count] of counts) if (isSupermajority(count, leader.voters.length)) promised.add(key)
  return promised
}

/** Since which round things have been due, for the current voters on a fair network. */
export class Overdue {
  #since = new Map<string, number>()
  #voters = ''

  /**
   * To be called once a round. Forgets everything if the voters have changed or the network is not
   * fair. False if it is not fair.
   */
  counts(network: Network): boolean {
    const voters = network.leader.voters.join(' ')
    if (voters !== this.#voters || !isFair(network)) this.#since = new Map()
    this.#voters = voters
    return isFair(network)
  }

  /** The round since which it has been due: this one if it is asked for the first time. */
  since(what: string, { round }: Network): number {
    const since = this.#since.get(what) ?? round
    this.#since.set(what, since)
    return since
  }
}

/**
 * A key takes several elections, one after the other: for its start, its parts, its acks, and for what
 * was under way before.
 */
const electionsOfKey = 8

/** Once the network is fair, what is promised is put out by all live voters within {@link livenessBoundRounds}. */
export function livenessChecker(): Checker {
  const name = 'liveness'
  const promised = new Overdue()
  return {
    name,
    onRound(network) {
      if (!promised.counts(network)) return
      const bound = livenessBoundRounds(network.options)
      const keyBound = electionsOfKey * bound
      for (const key of promisedKeys(network)) {
        const round = promised.since(key, network)
        if (network.round - round <= (key.startsWith('StartDkg') ? keyBound : bound)) continue
        const late = network.liveVoters.find((peer) => !peer.hasPutOut(key))
        if (late !== undefined) throw new CheckFailure(name, lateness(late, key, round, network.round), late.name)
      }
    },
    onEnd(network) {
      for (const key of isFair(network) ? promisedKeys(network) : []) {
        const missing = network.liveVoters.find((peer) => !peer.hasPutOut(key))
        if (missing !== undefined) throw new CheckFailure(name, `${missing.name} never put ${key} out`, missing.name)
      }
    },
  }
}

function lateness(peer: SimPeer, key: string, since: number, now: number): string {
  return `${peer.name} has not put ${key} out in ${String(now - since)} rounds since it had to come`
}
