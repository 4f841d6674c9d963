// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { EventQueue } from '../base/event-queue.ts'
import { peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import type { Transcript } from '../base/transcript.ts'
import { adversaryNames } from '../options/options.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { Identities } from '../peers/identities.ts'
import type { PeerSetting, SimPeer } from '../peers/sim-peer.ts'
import { Voting } from '../peers/voting.ts'
import { MaliceLedger } from '../adversaries/malice-ledger.ts'
import { HeldMessages } from '../attacks/held-messages.ts'
import { Ballots } from './ballots.ts'
import { Clock } from './clock.ts'
import { Crashes } from './crashes.ts'
import { makeDelays } from './delays.ts'
import { Mail } from './mail.ts'
import { Output } from './output.ts'
import type { OnBlocks } from './output.ts'
import { Reception } from './reception.ts'
import { Stage } from './stage.ts'
import { StallAttack } from './stall-attack.ts'
import { Turns } from './turns.ts'
import type { Happening } from './turns.ts'
import { Wire } from './wire.ts'
import type { Arrival, Traffic } from './wire.ts'

/** What a network tells whoever runs it. */
export interface NetworkHooks extends Pick<PeerSetting, 'onDecision' | 'plant'> {
  onBlocks?: OnBlocks
}

/**
 * Peers that gossip in virtual time. Every choice comes from the random generator; nothing depends
 * on real time.
 *
 * This class puts the parts together and shows checkers what they need. {@link Stage} knows who is
 * present, {@link Turns} who acts when, {@link Mail} what happens to messages.
 */
export class Network {
  readonly options: SimulationOptions
  /** What adversaries have done, and what correct peers have said of it. */
  readonly ledger: MaliceLedger
  readonly #clock: Clock
  readonly #stage: Stage
  readonly #voting: Voting
  readonly #wire: Wire
  readonly #turns: Turns
  readonly #crashes: Crashes
  readonly #attack: StallAttack
  readonly #transcript: Transcript

  constructor(
    options: SimulationOptions,
    identities: Identities,
    random: Random,
    transcript: Transcript,
    hooks: NetworkHooks,
  ) {
    this.options = options
    this.#transcript = transcript
    const clock = new Clock(options.roundMs)
    const queue = new EventQueue<Happening>()
    const held = new HeldMessages<Arrival>()
    const ledger = new MaliceLedger(identities.scheme, adversaryNames(options))
    const output = new Output(clock, transcript, hooks.onBlocks)
    const setting: PeerSetting = {
      options,
      identities,
      genesis: peerNames(options.initialPeers),
      ...hooks,
      onReport: (report) => {
        ledger.report(report)
      },
    }
    // Adversaries are on the stage before there is any mail; they send nothing until the first round.
    const stage = new Stage(clock, setting, random.fork('adversaries'), ledger, (from, outgoing) => {
      mail.sendBadly(from, outgoing)
    })
    const delays = makeDelays(options, random.fork('delays'), () => stage)
    const wire = new Wire(options, random.fork('losses'), delays, held, transcript)
    const reception = new Reception(adversaryNames(options))
    const mail = new Mail({ clock, stage, wire, queue, reception, ledger, output, transcript })
    const voting = new Voting(options, identities, random.fork('votes'))
    const ballots = new Ballots(options, voting, stage, output, transcript, random.fork('repeats'))
    const turns = new Turns({ clock, queue, stage, ballots, mail, output }, random)
    const attacked = { clock, stage, ballots, mail, turns, queue, held }
    this.ledger = ledger
    this.#clock = clock
    this.#stage = stage
    this.#voting = voting
    this.#wire = wire
    this.#turns = turns
    this.#crashes = new Crashes(options, random.fork('crashes'))
    this.#attack = new StallAttack(attacked, options, random.fork('stall'))
  }

  get round(): number {
    return this.#clock.round
  }

  get timeMs(): number {
    return this.#clock.endMs
  }

  get traffic(): Traffic {
    return this.#wire.traffic
  }

  /** Every correct peer that was ever part of it, in order of coming. */
  get peers(): readonly SimPeer[] {
    return this.#stage.peers
  }

  /** The correct peer that has put out most. Unless agreement fails, the output of any other is the start of its. */
  get leader(): SimPeer {
    return this.#stage.leader
  }

  /** The current correct voters, as far as anyone knows, that have not crashed. */
  get liveVoters(): readonly SimPeer[] {
    return this.#stage.liveVoters
  }

  /** Have all adversaries had their time? */
  get isMaliceOver(): boolean {
    return this.#stage.isMaliceOver
  }

  /** Does a scheduler keep the network from deciding, or is it going to? */
  get isStalled(): boolean {
    return this.#attack.isPending
  }

  /** Crashed ones are correct, too. */
  isCorrect(name: string): boolean {
    return this.#stage.isCorrect(name)
  }

  /** Will the peer vote for something more, now or later? */
  isOpen(peer: SimPeer): boolean {
    return this.#voting.isOpen(peer)
  }

  /** Round 0, before any gossip: crashes and votes. */
  start(): void {
    this.#crash()
    this.#turns.start()
  }

  /** The next round. */
  runRound(): void {
    this.#clock.round++
    this.#transcript.add(`round ${String(this.round)}`)
    this.#crash()
    if (this.#attack.isDue(this.round)) {
      this.#attack.runRound()
      return
    }
    this.#turns.runRound()
    this.#stage.dismiss()
  }

  #crash(): void {
    for (const peer of this.#crashes.strike(this.round, this.peers)) this.#transcript.add(`${peer.name} crashes`)
  }
}
