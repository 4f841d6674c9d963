// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Message, ParsecError, genesis as genesisOf, stringCodec } from '@parsec-bft/core'
import { Adversary } from './adversaries/adversary.ts'
import { makeStrategy } from './adversaries/registry.ts'
import type { Outgoing, World } from './adversaries/strategy.ts'
import { CheckFailure } from './check-failure.ts'
import { EventQueue } from './event-queue.ts'
import type { Identities } from './identities.ts'
import { MaliceLedger } from './malice-ledger.ts'
import { peerNames } from './names.ts'
import { adversaryNames, mostCrashes } from './options.ts'
import type { SimulationOptions } from './options.ts'
import type { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { SimPeer, isRemovalOf, keyOf } from './sim-peer.ts'
import type { BlockRecord, PeerSetting } from './sim-peer.ts'
import type { Transcript } from './transcript.ts'
import { Voting } from './voting.ts'

type Node = SimPeer | Adversary

type Happening = { readonly kind: 'turn'; readonly peer: Node } | Arrival

interface Arrival {
  readonly kind: 'request' | 'response'
  readonly from: Node
  readonly to: Node
  /** A value or bytes. */
  readonly message: Message<string> | Uint8Array
}

/** Rounds for which a removed adversary goes on, and after the last one has begun to misbehave the least that a run lasts. */
const afterlifeRounds = 12

/** More messages in a row that one correct peer refuses of another as too early are too many: it would be for ever. */
const mostEarlyRefusals = 10

/** Counts of what went over the network. */
export interface Traffic {
  messages: number
  lost: number
  /** Refused by the receiver, as they must be: from peers that it does not know yet or has removed, or from adversaries. */
  refused: number
}

/** What a network tells whoever runs it. */
export interface NetworkHooks extends Pick<PeerSetting, 'onDecision' | 'plant'> {
  onBlocks?(peer: SimPeer, blocks: readonly BlockRecord[]): void
}

/** Peers that gossip in virtual time. Every choice is the random generator's; nothing depends on real time. */
export class Network {
  readonly options: SimulationOptions
  readonly traffic: Traffic = { messages: 0, lost: 0, refused: 0 }
  readonly ledger: MaliceLedger
  readonly #peers = new Map<string, SimPeer>()
  readonly #adversaryNames: ReadonlySet<string>
  readonly #adversaries = new Map<string, Adversary>()
  readonly #world: World
  readonly #scheduler: Scheduler | undefined
  readonly #queue = new EventQueue<Happening>()
  readonly #random: Readonly<
    Record<'turns' | 'recipients' | 'delays' | 'losses' | 'crashes' | 'repeats' | 'adversaries', Random>
  >
  readonly #identities: Identities
  readonly #voting: Voting
  readonly #setting: PeerSetting
  readonly #hooks: NetworkHooks
  readonly #transcript: Transcript
  readonly #mostCrashes: number
  #round = 0
  #nowMs = 0
  /** Per sender and receiver, correct both, how many messages in a row were refused as too early. */
  readonly #earlyRefusals = new Map<string, number>()

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
    this.#adversaryNames = adversaryNames(options)
    this.ledger = new MaliceLedger((name) => this.isCorrect(name))
    this.#mostCrashes = mostCrashes(options) - this.#adversaryNames.size
    this.#random = {
      turns: random.fork('turns'),
      recipients: random.fork('recipients'),
      delays: random.fork('delays'),
      losses: random.fork('losses'),
      crashes: random.fork('crashes'),
      repeats: random.fork('repeats'),
      adversaries: random.fork('adversaries'),
    }
    this.#voting = new Voting(options, identities, random.fork('votes'))
    const genesis = peerNames(options.initialPeers)
    this.#setting = {
      options,
      identities,
      genesis,
      ...hooks,
      onReport: (report) => {
        this.ledger.report(report)
      },
    }
    this.#scheduler = this.#makeScheduler()
    this.#world = this.#makeWorld(genesis)
    for (const name of genesis) this.#come(name)
  }

  get round(): number {
    return this.#round
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
    return !this.#adversaryNames.has(name)
  }

  /** Have all adversaries had their time? */
  get isMaliceOver(): boolean {
    return this.options.adversaries.every(({ round }) => this.#round >= round + afterlifeRounds)
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
    for (const { brain } of this.#adversaries.values()) if (brain !== undefined) this.#voteAs(brain)
  }

  /** The next round: every live peer votes for what is due and gossips once, and what arrives meanwhile is handled. */
  runRound(): void {
    this.#round++
    this.#transcript.add(`round ${String(this.#round)}`)
    const startMs = (this.#round - 1) * this.options.roundMs
    this.#crash()
    for (const peer of this.peers) {
      const timeMs = startMs + this.#random.turns.integer(0, this.options.roundMs - 1)
      if (peer.live) this.#queue.push(timeMs, { kind: 'turn', peer })
    }
    for (const peer of this.#adversaries.values()) {
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
        to.receive(kind, from.name, message instanceof Uint8Array ? this.#decode(message) : message)
      }
    } else if (to.live) this.#receive(arrival, to, timeMs)
  }

  #vote(peer: SimPeer): void {
    for (const { topic, observation } of this.#voting.due(peer, this.#round)) {
      // A decided removal of our own can stand in the middle of what is due.
      if (!peer.parsec.canVote()) break
      if (topic.kind === 'add') this.#invite(topic.peer, peer)
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
      if (topic.kind === 'add') this.#invite(topic.peer, brain)
      brain.vote(observation, this.#round)
      this.#transcript.add(`${brain.name} votes ${keyOf(observation, brain.name, this.options)}`)
      brain.drain(this.#round)
    }
  }

  /** The newcomer starts as soon as somebody wants it: it is told who the members are and waits to be contacted. */
  #invite(name: string, sponsor: SimPeer): void {
    if (this.#peers.has(name) || this.#adversaries.has(name)) return
    this.#come(name, sponsor.voters)
  }

  #come(name: string, section?: readonly string[]): void {
    const secretId = this.#identities.secretId(name)
    if (this.isCorrect(name)) {
      this.#peers.set(name, new SimPeer(secretId, this.#setting, section))
      return
    }
    const { options, identities, genesis } = this.#setting
    const brain = new SimPeer(secretId, { options, identities, genesis }, section)
    const plans = options.adversaries
      .filter(({ peer }) => peer === name)
      .map(({ strategy, round }) => ({ strategy: makeStrategy(strategy), round }))
    this.#adversaries.set(name, new Adversary(secretId, plans, brain, this.#world, this.#random.adversaries.fork(name)))
  }

  #makeWorld(founders: readonly string[]): World {
    const idOf = (name: string) => this.#identities.secretId(name).publicId
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- getters of another object that show this one
    const network = this
    return {
      get round() {
        return network.#round
      },
      get voters() {
        return network.leader.voters
      },
      get correctVoters() {
        return network.liveVoters.map(({ name }) => name)
      },
      get adversaries() {
        return [...network.#adversaries.values()]
      },
      get commits() {
        return network.ledger.commits
      },
      roundMs: this.options.roundMs,
      genesis: genesisOf(founders.map(idOf)),
      isFounder: (name) => founders.includes(name),
      idOf,
      send: (from, outgoing) => {
        this.#sendBadly(this.#adversaries.get(from), outgoing)
      },
      commit: (commit) => {
        this.ledger.commit(commit)
      },
    }
  }

  #makeScheduler(): Scheduler | undefined {
    const { delay } = this.options
    if (delay.kind !== 'adversarial') return undefined
    return new Scheduler(delay, this.#random.delays, () => {
      const most = this.leader.blocks.length
      return this.liveVoters.filter(({ blocks }) => blocks.length === most).map(({ name }) => name)
    })
  }

  #nodeOf(name: string): Node | undefined {
    return this.#peers.get(name) ?? this.#adversaries.get(name)
  }

  #gossip(peer: SimPeer, timeMs: number): void {
    const recipients = peer.parsec.gossipRecipients()
    if (recipients.length === 0) return
    const to = this.#nodeOf(this.#random.recipients.pick(recipients).name)
    if (to === undefined) throw new CheckFailure('interface', `${peer.name} would gossip to a stranger`, peer.name)
    this.#send('request', peer, to, peer.parsec.createGossip(to.id), timeMs)
    this.#drain(peer)
  }

  #send(kind: Arrival['kind'], from: SimPeer, to: Node, message: Message<string>, timeMs: number): void {
    if (this.#adversaryNames.size > 0) this.ledger.passed(message)
    this.#transmit({ kind, from, to, message }, timeMs)
  }

  #sendBadly(from: Node | undefined, { kind, to: name, message, delayMs }: Outgoing): void {
    const to = this.#nodeOf(name)
    if (from !== undefined && to !== undefined && to !== from)
      this.#transmit({ kind, from, to, message }, this.#nowMs + (delayMs ?? 0))
  }

  #transmit({ kind, from, to, message }: Arrival, timeMs: number): void {
    this.traffic.messages++
    const isBytes = message instanceof Uint8Array
    const size = isBytes ? `${String(message.length)} bytes` : `${String(message.events.length)} events`
    const last = isBytes ? 'nothing' : (message.events.at(-1)?.id ?? 'empty')
    const isLost = this.#round < this.options.fairFromRound && this.#random.losses.chance(this.options.lossProbability)
    const what = `${kind} ${from.name} to ${to.name}, ${size} to ${last}`
    this.#transcript.add(isLost ? `${what}, lost` : what)
    if (isLost) {
      this.traffic.lost++
      return
    }
    const carried = this.options.wire && !isBytes ? message.toBytes() : message
    this.#queue.push(timeMs + this.#delayMs(from, to, timeMs), { kind, from, to, message: carried })
  }

  #delayMs(from: Node, to: Node, timeMs: number): number {
    const { delay } = this.options
    if (this.#scheduler !== undefined) {
      return this.#scheduler.delayMs({ from: from.name, to: to.name, round: this.#round, timeMs })
    }
    if (delay.kind === 'constant') return delay.ms
    return delay.kind === 'poisson' ? this.#random.delays.poisson(delay.meanMs) : 0
  }

  #receive({ kind, from, message }: Arrival, to: SimPeer, timeMs: number): void {
    this.#transcript.add(`${to.name} receives a ${kind} from ${from.name}`)
    try {
      if (kind === 'response') to.parsec.handleResponse(from.id, message)
      else {
        const response = to.parsec.handleRequest(from.id, message)
        if (response !== undefined) this.#send('response', to, from, response, timeMs)
      }
      this.#earlyRefusals.delete(`${from.name} ${to.name}`)
      this.#note(message, (read) => {
        this.ledger.passed(read)
      })
    } catch (error) {
      this.#drain(to)
      this.#expectRefusal(error, kind, from, to)
      this.#note(message, (read) => {
        this.ledger.refused(to.name, read, error)
      })
    }
    this.#drain(to)
  }

  /** Books are kept only where there is something to write in them. */
  #note(message: Arrival['message'], write: (read: Message<string>) => void): void {
    if (this.#adversaryNames.size === 0) return
    const read = message instanceof Uint8Array ? this.#decode(message) : message
    if (read !== undefined) write(read)
  }

  #decode(bytes: Uint8Array): Message<string> | undefined {
    try {
      return Message.decode(bytes, { codec: stringCodec, identities: this.#identities.scheme })
    } catch (error) {
      if (error instanceof ParsecError) return undefined
      throw error
    }
  }

  /** A correct peer's message may be refused for who sent it or who got it, hardly ever for what is in it; an adversary's for anything. */
  #expectRefusal(error: unknown, kind: string, from: Node, to: SimPeer): asserts error is ParsecError {
    if (!(error instanceof ParsecError)) throw error
    if (!this.#isExpected(error, from, to)) {
      throw new CheckFailure('refusals', `${to.name} refused a ${kind} from ${from.name}: ${error.message}`, to.name)
    }
    this.traffic.refused++
    this.#transcript.add(`${to.name} refuses it: ${error.code}`)
  }

  #isExpected({ code, message }: ParsecError, from: Node, to: SimPeer): boolean {
    // Nobody can sign for a correct peer.
    if (from instanceof Adversary) return code !== 'UnknownOwnEvent'
    if (code === 'UnknownPeer' || code === 'InvalidPeerState') return !to.voters.includes(from.name)
    if (code === 'InvalidSelfState') return !to.voters.includes(to.name)
    // It learnt of the sender's addition from an adversary, at an event that the sender does not know yet.
    const isEarly = this.#adversaryNames.size > 0 && message.includes('how its sender was added')
    const pair = `${from.name} ${to.name}`
    const times = (this.#earlyRefusals.get(pair) ?? 0) + 1
    this.#earlyRefusals.set(pair, times)
    return isEarly && times <= mostEarlyRefusals
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
    const { crashes, crashProbability, fairFromRound } = this.options
    const isMember = (peer: SimPeer): boolean => peer.live && peer.voters.includes(peer.name)
    const candidates = this.#random.crashes.shuffle(this.peers.filter(isMember))
    const countIn = (isCounted: (round: number) => boolean): number =>
      crashes.reduce((sum, { round, count }) => sum + (isCounted(round) ? count : 0), 0)
    const together = countIn((round) => round === this.#round)
    let allowed = this.#mostCrashes - countIn((round) => round > this.#round)
    allowed -= this.peers.filter(({ crashed }) => crashed).length
    for (const [i, peer] of candidates.entries()) {
      const byChance = this.#round < fairFromRound && this.#random.crashes.chance(crashProbability)
      if (i >= together && !(byChance && allowed > 0)) continue
      allowed--
      peer.crashed = true
      this.#transcript.add(`${peer.name} crashes`)
    }
  }

  /** A removed peer stops when all who stay have put out its removal; until then it may not know and goes on. */
  #dismiss(): void {
    const staying = this.liveVoters
    for (const peer of this.peers) {
      if (!peer.live || this.leader.voters.includes(peer.name)) continue
      if (staying.every((other) => other.blocks.some(({ block }) => isRemovalOf(block, peer.name)))) peer.left = true
    }
    for (const peer of this.#adversaries.values()) {
      const removal = this.leader.blocks.find(({ block }) => isRemovalOf(block, peer.name))
      if (removal !== undefined && this.#round > removal.round + afterlifeRounds) peer.left = true
    }
  }
}
