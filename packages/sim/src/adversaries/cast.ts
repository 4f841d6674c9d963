// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { genesis as genesisOf } from '@parsec-bft/core/internals'
import type { PublicId } from '@parsec-bft/core'
import type { Random } from '../base/random.ts'
import { SimPeer, isRemovalOf } from '../peers/sim-peer.ts'
import type { BlockRecord, PeerSetting } from '../peers/sim-peer.ts'
import { Adversary } from './adversary.ts'
import type { MaliceLedger } from './malice-ledger.ts'
import { makeStrategy } from './registry.ts'
import type { Outgoing, World } from './strategy.ts'

/**
 * A removed adversary goes on for this many rounds, and a run lasts at least this many rounds after
 * the last adversary has begun to misbehave.
 */
const afterlifeRounds = 12

/** What the adversaries see of the network, and how they send. */
export interface NetworkView {
  readonly round: number
  readonly voters: readonly string[]
  readonly correctVoters: readonly string[]
  electionOf(name: string): number
  send(from: Adversary, outgoing: Outgoing): void
}

/** The adversaries of a network. */
export class Cast {
  readonly #setting: PeerSetting
  readonly #random: Random
  readonly #world: World
  readonly #adversaries = new Map<string, Adversary>()

  constructor(setting: PeerSetting, random: Random, ledger: MaliceLedger, view: NetworkView) {
    const { options, identities, genesis } = setting
    this.#setting = { options, identities, genesis }
    this.#random = random
    const idOf = (name: string): PublicId => identities.secretId(name).publicId
    const adversaries = this.#adversaries
    this.#world = {
      get round() {
        return view.round
      },
      get voters() {
        return view.voters
      },
      get correctVoters() {
        return view.correctVoters
      },
      get adversaries() {
        return [...adversaries.values()]
      },
      get commits() {
        return ledger.commits
      },
      roundMs: options.roundMs,
      genesis: genesisOf(genesis.map(idOf)),
      isFounder: (name) => genesis.includes(name),
      idOf,
      electionOf: (name) => view.electionOf(name),
      send: (name, outgoing) => {
        const from = adversaries.get(name)
        if (from !== undefined) view.send(from, outgoing)
      },
      commit: (commit) => {
        ledger.commit(commit)
      },
    }
  }

  /** Those that have come, in order of coming. */
  get adversaries(): Iterable<Adversary> {
    return this.#adversaries.values()
  }

  /** Has each had the time to misbehave, and the others the time to respond to it? */
  get isOver(): boolean {
    const { round } = this.#world
    return this.#setting.options.adversaries.every((adversary) => round >= adversary.round + afterlifeRounds)
  }

  get(name: string): Adversary | undefined {
    return this.#adversaries.get(name)
  }

  /** @param section - for a newcomer, the names of the members who are there already. */
  come(name: string, section?: readonly string[]): void {
    const { options, identities } = this.#setting
    const secretId = identities.secretId(name)
    const plans = options.adversaries
      .filter(({ peer }) => peer === name)
      .map(({ strategy, round }) => ({ strategy: makeStrategy(strategy), round }))
    const keys = plans.reduce((scheme, { strategy }) => strategy.keys?.(scheme) ?? scheme, identities.keys)
    const brain = new SimPeer(secretId, { ...this.#setting, identities: { ...identities, keys } }, section)
    this.#adversaries.set(name, new Adversary(secretId, plans, brain, this.#world, this.#random.fork(name)))
  }

  /** Those that were removed long ago leave. */
  dismiss(agreed: readonly BlockRecord[]): void {
    for (const peer of this.#adversaries.values()) {
      const removal = agreed.find(({ block }) => isRemovalOf(block, peer.name))
      if (removal !== undefined && this.#world.round > removal.round + afterlifeRounds) peer.left = true
    }
  }
}
