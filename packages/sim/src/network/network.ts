// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Inspection, Message } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import { EventQueue } from '../base/event-queue.ts'
import { peerNames } from '../base/names.ts'
import type { Random } from '../base/random.ts'
import type { Transcript } from '../base/transcript.ts'
import { adversaryNames } from '../options/options.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { Topic } from '../options/topics.ts'
import type { Identities } from '../peers/identities.ts'
import { SimPeer, keyOf } from '../peers/sim-peer.ts'
import type { BlockRecord, PeerSetting } from '../peers/sim-peer.ts'
import { Voting } from '../peers/voting.ts'
import { Adversary } from '../adversaries/adversary.ts'
import { Cast } from '../adversaries/cast.ts'
import { MaliceLedger } from '../adversaries/malice-ledger.ts'
import type { Outgoing } from '../adversaries/strategy.ts'
import { Grip } from '../attacks/grip.ts'
import { Stall, foresightOfThreshold, predictable } from '../attacks/stall.ts'
import { Crashes } from './crashes.ts'
import { makeDelays } from './delays.ts'
import { Reception } from './reception.ts'
import { Wire } from './wire.ts'
import type { Arrival, Node, Traffic } from './wire.ts'

type Happening = { readonly kind: 'turn'; readonly peer: Node } | Arrival

/** What a network tells whoever runs it. */
export interface NetworkHooks extends Pick<PeerSetting, 'onDecision' | 'plant'> {
  onBlocks?(peer: SimPeer, blocks: readonly BlockRecord[]): void
}

/** Peers that gossip in virtual time. Every choice is the random generator's; nothing depends on real time. */
export class Network {
  readonly options: SimulationOptions
  readonly ledger: MaliceLedger
  readonly #peers = new Map<string, SimPeer>()
  readonly #adversaries: ReadonlySet<string>
  readonly #cast: Cast
  readonly #reception: Reception
  readonly #wire: Wire
  readonly #crashes: Crashes
  readonly #queue = new EventQueue<Happening>()
  readonly #random: Readonly<Record<'turns' | 'recipients' | 'repeats' | 'adversaries', Random>>
  readonly #identities: Identities
  readonly #voting: Voting
  readonly #setting: PeerSetting
  readonly #hooks: NetworkHooks
  readonly #transcript: Transcript
  readonly #grip: Grip<Arrival>
  /** Is a scheduler about to keep the network from deciding, or at it? */
  isStalled: boolean
  readonly #stall: Stall | undefined
  #round = 0
  #nowMs = 0

  constructor(
    options: SimulationOptions,
    identities: Identities,
    random: Random,
    transcript: Transcript,
    hooks: NetworkHooks,
  ) {
    this.options = options
    this.#identities = identities
    this.#transcript = transcript
    this.#hooks = hooks
    this.#random = {
      turns: random.fork('turns'),
      recipients: random.fork('recipients'),
      repeats: random.fork('repeats'),
      adversaries: random.fork('adversaries'),
    }
    this.#voting = new Voting(options, identities, random.fork('votes'))
    const genesis = peerNames(options.initialPeers)
    this.#adversaries = adversaryNames(options)
    this.ledger = new MaliceLedger(identities.scheme, this.#adversaries)
    this.#setting = {
      options,
      identities,
      genesis,
      ...hooks,
      onReport: (report) => {
        this.ledger.report(report)
      },
    }
    this.#cast = this.#makeCast(random.fork('adversaries'))
    this.#crashes = new Crashes(options, random.fork('crashes'))
    this.#reception = new Reception(this.#adversaries)
    this.#grip = this.#makeGrip()
    const delays = makeDelays(options, random.fork('delays'), () => this.#leaders())
    this.#wire = new Wire(options, random.fork('losses'), delays, this.#grip, transcript)
    const { stall } = options
    const inspect = (): Inspection | undefined => this.peers[0]?.parsec.inspect()
    const foresight = options.coin === 'predictable' ? predictable : foresightOfThreshold(inspect)
    this.isStalled = stall !== undefined
    this.#stall = stall && new Stall(stall, this.#grip, genesis, foresight, random.fork('stall'))
    // Adversaries look around when they come.
    const correct = genesis.filter((name) => this.isCorrect(name))
    for (const name of new Set([...correct, ...genesis])) this.#come(name)
  }

  get round(): number {
    return this.#round
  }

  get traffic(): Traffic {
    return this.#wire.traffic
  }

  get timeMs(): number {
    return this.#round * this.options.roundMs
  }

  /** Every correct peer that was ever part of it, in order of coming. */
  get peers(): readonly SimPeer[] {
    return [...this.#peers.values()]
  }

  /** The peer that has put out most: as long as the checkers find no fault, all others have put out a part of it. */
  get leader(): SimPeer {
    return this.peers.reduce((leader, peer) => (peer.blocks.length > leader.blocks.length ? peer : leader))
  }

  /** Crashed ones are correct, too. */
  isCorrect(name: string): boolean {
    return !this.#adversaries.has(name)
  }

  /** Have all adversaries had their time? */
  get isMaliceOver(): boolean {
    return this.#cast.isOver
  }

  /** The current correct voters, as far as anyone knows, that have not crashed. */
  get liveVoters(): readonly SimPeer[] {
    const { voters } = this.leader
    return this.peers.filter((peer) => peer.live && voters.includes(peer.name))
  }

  /** Will the peer vote for something more? */
  isOpen(peer: SimPeer): boolean {
    return this.#voting.isOpen(peer)
  }

  /** Round 0, before any gossip: crashes and votes. */
  start(): void {
    this.#crash()
    for (const peer of this.#random.turns.shuffle(this.peers)) {
      // A network of one decides at once.
      this.#drain(peer)
      if (peer.live) this.#vote(peer)
    }
    for (const { brain } of this.#cast.adversaries) if (brain !== undefined) this.#voteAs(brain)
  }

  /** The next round: every live peer votes for what is due and gossips once, and what arrives meanwhile is handled. */
  runRound(): void {
    this.#round++
    this.#transcript.add(`round ${String(this.#round)}`)
    const startMs = (this.#round - 1) * this.options.roundMs
    this.#crash()
    if (this.#stall?.isDue(this.#round) === true) {
      this.#runStall(this.#stall, startMs)
      return
    }
    for (const peer of this.peers) {
      const timeMs = startMs + this.#random.turns.integer(0, this.options.roundMs - 1)
      if (peer.live) this.#queue.push(timeMs, { kind: 'turn', peer })
    }
    for (const peer of this.#cast.adversaries) {
      const timeMs = startMs + this.#random.adversaries.integer(0, this.options.roundMs - 1)
      if (!peer.left) this.#queue.push(timeMs, { kind: 'turn', peer })
    }
    const endMs = startMs + this.options.roundMs
    while ((this.#queue.nextTimeMs ?? endMs) < endMs) {
      const next = this.#queue.pop()
      if (next !== undefined) this.#happen(next.item, next.timeMs)
    }
    this.#dismiss()
  }

  #runStall(stall: Stall, timeMs: number): void {
    if (!this.#grip.isClosed) {
      // What is under way arrives before it begins.
      for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) this.#happen(next.item, timeMs)
      this.#grip.isClosed = true
    }
    this.#nowMs = timeMs
    stall.run()
    if (!stall.isOver) return
    this.isStalled = false
    for (const arrival of this.#grip.release()) this.#queue.push(timeMs, arrival)
  }

  #makeGrip(): Grip<Arrival> {
    return new Grip({
      peer: (name) => {
        const peer = this.#peers.get(name)
        if (peer === undefined) throw new CheckFailure('interface', `there is no correct peer ${name}`)
        return peer
      },
      gossip: (from, to) => {
        this.#request(from, to, this.#nowMs)
      },
      arrive: (arrival) => {
        this.#arrive(arrival, this.#nowMs)
      },
      vote: () => {
        for (const peer of this.peers) if (peer.live) this.#vote(peer)
      },
    })
  }

  #happen(happening: Happening, timeMs: number): void {
    this.#nowMs = timeMs
    if (happening.kind !== 'turn') this.#arrive(happening, timeMs)
    else if (happening.peer instanceof Adversary) this.#misbehave(happening.peer)
    else if (happening.peer.live) {
      this.#vote(happening.peer)
      this.#gossip(happening.peer, timeMs)
    }
  }

  #misbehave(peer: Adversary): void {
    if (peer.left) return
    if (peer.brain !== undefined) this.#voteAs(peer.brain)
    peer.turn()
  }

  #arrive(arrival: Arrival, timeMs: number): void {
    const { kind, from, to, message } = arrival
    if (to instanceof Adversary) {
      // What is no message means nothing to it.
      if (!to.left && !(message instanceof Uint8Array && from instanceof Adversary)) {
        to.receive(kind, from.name, this.ledger.read(message))
      }
    } else if (to.live) this.#receive(arrival, to, timeMs)
  }

  #vote(peer: SimPeer): void {
    for (const { topic, observation } of this.#voting.due(peer, this.#round)) {
      // A decided removal of our own can stand in the middle of what is due.
      if (!peer.parsec.canVote()) break
      this.#inviteFor(topic, peer)
      peer.vote(observation, this.#round)
      this.#transcript.add(`${peer.name} votes ${keyOf(observation, peer.name, this.options)}`)
      this.#drain(peer)
    }
    const repeatable = peer.votes.filter(({ observation }) => observation.kind !== 'Genesis')
    if (!this.options.duplicateVotes || repeatable.length === 0 || !peer.parsec.canVote()) return
    if (this.#random.repeats.chance(0.25)) peer.voteAgain(this.#random.repeats.pick(repeatable))
  }

  /** An adversary that still follows the protocol votes like everyone else; nobody counts on it. */
  #voteAs(brain: SimPeer): void {
    brain.drain(this.#round)
    for (const { topic, observation } of this.#voting.due(brain, this.#round)) {
      if (!brain.parsec.canVote()) break
      this.#inviteFor(topic, brain)
      brain.vote(observation, this.#round)
      this.#transcript.add(`${brain.name} votes ${keyOf(observation, brain.name, this.options)}`)
      brain.drain(this.#round)
    }
  }

  #inviteFor(topic: Topic, sponsor: SimPeer): void {
    if (topic.kind === 'add') this.#invite(topic.peer, sponsor)
    if (topic.kind === 'key') for (const name of topic.participants) this.#invite(name, sponsor)
  }

  /** The newcomer starts as soon as somebody wants it: it is told who the members are and waits to be contacted. */
  #invite(name: string, sponsor: SimPeer): void {
    if (this.#peers.has(name) || this.#cast.get(name) !== undefined) return
    this.#come(name, sponsor.voters)
  }

  #come(name: string, section?: readonly string[]): void {
    if (!this.isCorrect(name)) this.#cast.come(name, section)
    else this.#peers.set(name, new SimPeer(this.#identities.secretId(name), this.#setting, section))
  }

  #makeCast(random: Random): Cast {
    const round = (): number => this.#round
    const voters = (): readonly string[] => this.leader.voters
    const correctVoters = (): readonly string[] => this.liveVoters.map(({ name }) => name)
    return new Cast(this.#setting, random, this.ledger, {
      get round() {
        return round()
      },
      get voters() {
        return voters()
      },
      get correctVoters() {
        return correctVoters()
      },
      electionOf: (name) => this.#peers.get(name)?.parsec.inspect().election ?? 0,
      send: (from, outgoing) => {
        this.#sendBadly(from, outgoing)
      },
    })
  }

  /** Names of the live voters that have put out most. */
  #leaders(): string[] {
    const most = this.leader.blocks.length
    return this.liveVoters.filter(({ blocks }) => blocks.length === most).map(({ name }) => name)
  }

  #nodeOf(name: string): Node | undefined {
    return this.#peers.get(name) ?? this.#cast.get(name)
  }

  #gossip(peer: SimPeer, timeMs: number): void {
    const recipients = peer.parsec.gossipRecipients()
    if (recipients.length === 0) return
    const to = this.#nodeOf(this.#random.recipients.pick(recipients).name)
    if (to === undefined) throw new CheckFailure('interface', `${peer.name} would gossip to a stranger`, peer.name)
    this.#request(peer, to, timeMs)
  }

  #request(from: SimPeer, to: Node, timeMs: number): void {
    this.#send('request', from, to, from.parsec.createGossip(to.id), timeMs)
    this.#drain(from)
  }

  /** @param since - elections that the sender has decided since it made the message. */
  #send(kind: Arrival['kind'], from: SimPeer, to: Node, message: Message<string>, timeMs: number, since = 0): void {
    this.ledger.passed(message)
    const elections = message.kind === 'farewell' ? 0 : from.parsec.inspect().election - since
    this.#transmit({ kind, from, to, message, elections }, timeMs)
  }

  #sendBadly(from: Adversary, { kind, to: name, message, delayMs }: Outgoing): void {
    const to = this.#nodeOf(name)
    if (to !== undefined && to !== from)
      this.#transmit({ kind, from, to, message, elections: 0 }, this.#nowMs + (delayMs ?? 0))
  }

  #transmit(sent: Arrival, timeMs: number): void {
    const carried = this.#wire.carry(sent, this.#round)
    if (carried !== undefined) this.#queue.push(timeMs + carried.delayMs, carried.arrival)
  }

  #receive({ kind, from, message, elections }: Arrival, to: SimPeer, timeMs: number): void {
    this.#transcript.add(`${to.name} receives a ${kind} from ${from.name}`)
    try {
      if (kind === 'response') to.parsec.handleResponse(from.id, message)
      else {
        const { decidedAlone } = to
        const response = to.parsec.handleRequest(from.id, message)
        if (response !== undefined) this.#send('response', to, from, response, timeMs, to.decidedAlone - decidedAlone)
      }
      this.ledger.passed(message)
      this.#drain(to)
      this.#reception.expectTaken(elections, from.name, to)
    } catch (error) {
      this.#drain(to)
      this.#reception.expectRefused(error, kind, from.name, to)
      this.ledger.refused(to.name, message, error)
      this.traffic.refused++
      this.#transcript.add(`${to.name} refuses it: ${error.code}`)
    }
  }

  #drain(peer: SimPeer): void {
    const blocks = peer.drain(this.#round)
    for (const { key, block } of blocks) {
      const voters = block.proofs.map(({ voter }) => voter.name).join(' ')
      this.#transcript.add(`${peer.name} puts out ${key}, voters ${voters}`)
    }
    if (blocks.length > 0) this.#hooks.onBlocks?.(peer, blocks)
  }

  #crash(): void {
    for (const peer of this.#crashes.strike(this.#round, this.peers)) this.#transcript.add(`${peer.name} crashes`)
  }

  /** A removed peer stops when it knows and nobody needs it any more; until then it goes on. */
  #dismiss(): void {
    for (const peer of this.peers) {
      if (peer.live && peer.hasRemoved(peer.name) && peer.parsec.gossipRecipients().length === 0) peer.left = true
    }
    this.#cast.dismiss(this.leader.blocks)
  }
}
