// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Random } from '../base/random.ts'
import { mostCrashes } from '../options/fault-bounds.ts'
import { adversaryNames } from '../options/options.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { SimPeer } from '../peers/sim-peer.ts'

/**
 * Decides who crashes when: as many peers as the options say for a round, and others by chance, as
 * long as fewer than a third of the voters are crashed or malicious.
 */
export class Crashes {
  readonly #options: SimulationOptions
  readonly #random: Random
  readonly #most: number

  constructor(options: SimulationOptions, random: Random) {
    this.#options = options
    this.#random = random
    this.#most = mostCrashes(options) - adversaryNames(options).size
  }

  /** Chooses the correct peers that crash in a round, and marks them as crashed. */
  strike(round: number, peers: readonly SimPeer[]): SimPeer[] {
    const { crashes, crashProbability, fairFromRound } = this.#options
    const isMember = (peer: SimPeer): boolean => peer.live && peer.voters.includes(peer.name)
    const candidates = this.#random.shuffle(peers.filter(isMember))
    const countIn = (isCounted: (at: number) => boolean): number =>
      crashes.reduce((sum, crash) => sum + (isCounted(crash.round) ? crash.count : 0), 0)
    const together = countIn((at) => at === round)
    let allowed = this.#most - countIn((at) => at > round)
    allowed -= peers.filter(({ crashed }) => crashed).length
    return candidates.filter((peer, i) => {
      const byChance = round < fairFromRound && this.#random.chance(crashProbability)
      if (i >= together && !(byChance && allowed > 0)) return false
      allowed--
      peer.crashed = true
      return true
    })
  }
}
