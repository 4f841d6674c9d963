// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { CheckFailure } from '../base/check-failure.ts'
import type { Random } from '../base/random.ts'
import { adversaryNames } from '../options/options.ts'
import type { Topic } from '../options/topics.ts'
import { SimPeer } from '../peers/sim-peer.ts'
import type { PeerSetting } from '../peers/sim-peer.ts'
import type { Adversary } from '../adversaries/adversary.ts'
import { Cast } from '../adversaries/cast.ts'
import type { NetworkView } from '../adversaries/cast.ts'
import type { MaliceLedger } from '../adversaries/malice-ledger.ts'
import type { Clock } from './clock.ts'

/** Whoever takes part in a network. */
export type Node = SimPeer | Adversary

/**
 * Who is present: the correct peers and the adversaries, who come when somebody votes for them and
 * leave when nobody needs them any more. Adversaries are kept in a separate {@link Cast}, so that
 * code that counts peers counts only correct ones.
 */
export class Stage implements NetworkView {
  /** Sends an adversary's message, whatever it is. */
  readonly send: NetworkView['send']
  readonly #clock: Clock
  readonly #setting: PeerSetting
  readonly #adversaryNames: ReadonlySet<string>
  readonly #peers = new Map<string, SimPeer>()
  readonly #cast: Cast

  constructor(clock: Clock, setting: PeerSetting, random: Random, ledger: MaliceLedger, send: NetworkView['send']) {
    this.#clock = clock
    this.#setting = setting
    this.#adversaryNames = adversaryNames(setting.options)
    this.send = send
    this.#cast = new Cast(setting, random, ledger, this)
    // The correct ones first: an adversary may ask who the voters are as soon as it is made.
    const founders = setting.genesis
    for (const name of founders) if (this.isCorrect(name)) this.#come(name)
    for (const name of founders) if (!this.isCorrect(name)) this.#come(name)
  }

  get round(): number {
    return this.#clock.round
  }

  /** Every correct peer that was ever present, in order of coming. */
  get peers(): readonly SimPeer[] {
    return [...this.#peers.values()]
  }

  /** Every adversary that was ever present, in order of coming. */
  get adversaries(): Iterable<Adversary> {
    return this.#cast.adversaries
  }

  /** Has each adversary had the time to misbehave, and the others the time to respond to it? */
  get isMaliceOver(): boolean {
    return this.#cast.isOver
  }

  /** The correct peer that has put out most. Unless agreement fails, the output of any other is the start of its. */
  get leader(): SimPeer {
    return this.peers.reduce((leader, peer) => (peer.blocks.length > leader.blocks.length ? peer : leader))
  }

  /** Names of the current voters, as the leader's output tells. */
  get voters(): readonly string[] {
    return this.leader.voters
  }

  /** The current voters that are correct and up. */
  get liveVoters(): readonly SimPeer[] {
    const { voters } = this
    return this.peers.filter((peer) => peer.live && voters.includes(peer.name))
  }

  get correctVoters(): readonly string[] {
    return this.liveVoters.map(({ name }) => name)
  }

  /** Names of the live voters that have put out most. */
  get leaders(): readonly string[] {
    const most = this.leader.blocks.length
    return this.liveVoters.filter(({ blocks }) => blocks.length === most).map(({ name }) => name)
  }

  /** Does an adversary want messages from one peer to another to be late? */
  wantsLate(from: string, to: string): boolean {
    return [...this.adversaries].some((adversary) => adversary.wantsLate(from, to))
  }

  /** True of every peer that is no adversary, whether it has crashed or not. */
  isCorrect(name: string): boolean {
    return !this.#adversaryNames.has(name)
  }

  nodeOf(name: string): Node | undefined {
    return this.#peers.get(name) ?? this.#cast.get(name)
  }

  /** A correct peer. */
  peer(name: string): SimPeer {
    const peer = this.#peers.get(name)
    if (peer === undefined) throw new CheckFailure('interface', `there is no correct peer ${name}`)
    return peer
  }

  electionOf(name: string): number {
    return this.#peers.get(name)?.parsec.inspect().election ?? 0
  }

  /**
   * Newcomers that a topic names come as soon as the first peer votes for it. The sponsor tells them
   * who the members are; then they wait until a member contacts them.
   */
  invite(topic: Topic, sponsor: SimPeer): void {
    const names = topic.kind === 'add' ? [topic.peer] : topic.kind === 'key' ? topic.participants : []
    for (const name of names) if (this.nodeOf(name) === undefined) this.#come(name, sponsor.voters)
  }

  /**
   * Removed peers leave: a correct one when it knows of its removal and nobody needs it any more, an
   * adversary some rounds later.
   */
  dismiss(): void {
    for (const peer of this.peers) {
      if (peer.live && peer.hasRemoved(peer.name) && peer.parsec.gossipRecipients().length === 0) peer.left = true
    }
    this.#cast.dismiss(this.leader.blocks)
  }

  #come(name: string, section?: readonly string[]): void {
    if (!this.isCorrect(name)) this.#cast.come(name, section)
    else this.#peers.set(name, new SimPeer(this.#setting.identities.secretId(name), this.#setting, section))
  }
}
