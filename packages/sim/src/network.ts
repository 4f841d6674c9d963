// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '@parsec-bft/core'
import type { Message } from '@parsec-bft/core'
import { CheckFailure } from './check-failure.ts'
import { EventQueue } from './event-queue.ts'
import type { Identities } from './identities.ts'
import { peerNames } from './names.ts'
import { mostCrashes } from './options.ts'
import type { SimulationOptions } from './options.ts'
import type { Random } from './random.ts'
import { SimPeer, isRemovalOf, keyOf } from './sim-peer.ts'
import type { BlockRecord, PeerSetting } from './sim-peer.ts'
import type { Transcript } from './transcript.ts'
import { Voting } from './voting.ts'

type Happening =
  | { readonly kind: 'turn'; readonly peer: SimPeer }
  | { readonly kind: 'request' | 'response'; readonly from: SimPeer; readonly to: SimPeer; readonly message: Carried }

/** A message as it travels: a value or bytes. */
type Carried = Message<string> | Uint8Array

/** Counts of what went over the network. */
export interface Traffic {
  messages: number
  lost: number
  /** Refused by the receiver, as they must be: from peers that it does not know yet or has removed. */
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
  readonly #peers = new Map<string, SimPeer>()
  readonly #queue = new EventQueue<Happening>()
  readonly #random: Readonly<Record<'turns' | 'recipients' | 'delays' | 'losses' | 'crashes' | 'repeats', Random>>
  readonly #identities: Identities
  readonly #voting: Voting
  readonly #setting: PeerSetting
  readonly #hooks: NetworkHooks
  readonly #transcript: Transcript
  readonly #mostCrashes: number
  #round = 0

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
    this.#mostCrashes = mostCrashes(options)
    this.#random = {
      turns: random.fork('turns'),
      recipients: random.fork('recipients'),
      delays: random.fork('delays'),
      losses: random.fork('losses'),
      crashes: random.fork('crashes'),
      repeats: random.fork('repeats'),
    }
    this.#voting = new Voting(options, identities, random.fork('votes'))
    const genesis = peerNames(options.initialPeers)
    this.#setting = { options, identities, genesis, ...hooks }
    for (const name of genesis) this.#peers.set(name, new SimPeer(identities.secretId(name), this.#setting))
  }

  get round(): number {
    return this.#round
  }

  get timeMs(): number {
    return this.#round * this.options.roundMs
  }

  /** Everyone who was ever part of it, in order of coming. */
  get peers(): readonly SimPeer[] {
    return [...this.#peers.values()]
  }

  /** The peer that has put out most: as long as the checkers find no fault, all others have put out a part of it. */
  get leader(): SimPeer {
    return this.peers.reduce((leader, peer) => (peer.blocks.length > leader.blocks.length ? peer : leader))
  }

  /** The current voters, as far as anyone knows, that have not crashed. */
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
    const endMs = startMs + this.options.roundMs
    while ((this.#queue.nextTimeMs ?? endMs) < endMs) {
      const next = this.#queue.pop()
      if (next !== undefined) this.#happen(next.item, next.timeMs)
    }
    this.#dismiss()
  }

  #happen(happening: Happening, timeMs: number): void {
    if (happening.kind === 'turn') {
      if (!happening.peer.live) return
      this.#vote(happening.peer)
      this.#gossip(happening.peer, timeMs)
    } else if (happening.to.live) this.#receive(happening, timeMs)
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

  /** The newcomer starts as soon as somebody wants it: it is told who the members are and waits to be contacted. */
  #invite(name: string, sponsor: SimPeer): void {
    if (this.#peers.has(name)) return
    this.#peers.set(name, new SimPeer(this.#identities.secretId(name), this.#setting, sponsor.voters))
  }

  #gossip(peer: SimPeer, timeMs: number): void {
    const recipients = peer.parsec.gossipRecipients()
    if (recipients.length === 0) return
    const to = this.#peers.get(this.#random.recipients.pick(recipients).name)
    if (to === undefined) throw new CheckFailure('interface', `${peer.name} would gossip to a stranger`, peer.name)
    this.#send('request', peer, to, peer.parsec.createGossip(to.id), timeMs)
    this.#drain(peer)
  }

  #send(kind: 'request' | 'response', from: SimPeer, to: SimPeer, message: Message<string>, timeMs: number): void {
    this.traffic.messages++
    const last = message.events.at(-1)?.id ?? 'empty'
    const isLost = this.#round < this.options.fairFromRound && this.#random.losses.chance(this.options.lossProbability)
    const what = `${kind} ${from.name} to ${to.name}, ${String(message.events.length)} events to ${last}`
    this.#transcript.add(isLost ? `${what}, lost` : what)
    if (isLost) {
      this.traffic.lost++
      return
    }
    const carried = this.options.wire ? message.toBytes() : message
    this.#queue.push(timeMs + this.#delayMs(), { kind, from, to, message: carried })
  }

  #delayMs(): number {
    const { delay } = this.options
    if (delay.kind === 'none') return 0
    return delay.kind === 'constant' ? delay.ms : this.#random.delays.poisson(delay.meanMs)
  }

  #receive({ kind, from, to, message }: Exclude<Happening, { kind: 'turn' }>, timeMs: number): void {
    this.#transcript.add(`${to.name} receives a ${kind} from ${from.name}`)
    try {
      if (kind === 'response') to.parsec.handleResponse(from.id, message)
      else {
        const response = to.parsec.handleRequest(from.id, message)
        if (response !== undefined) this.#send('response', to, from, response, timeMs)
      }
    } catch (error) {
      this.#drain(to)
      this.#expectRefusal(error, kind, from, to)
    }
    this.#drain(to)
  }

  /** A message may be refused for who sent it or who got it, never for what is in it: nobody here is malicious. */
  #expectRefusal(error: unknown, kind: string, from: SimPeer, to: SimPeer): void {
    if (!(error instanceof ParsecError)) throw error
    const isExpected = {
      UnknownPeer: !to.voters.includes(from.name),
      InvalidPeerState: !to.voters.includes(from.name),
      InvalidSelfState: !to.voters.includes(to.name),
    }
    if ((isExpected as Partial<Record<string, boolean>>)[error.code] !== true) {
      throw new CheckFailure('refusals', `${to.name} refused a ${kind} from ${from.name}: ${error.message}`, to.name)
    }
    this.traffic.refused++
    this.#transcript.add(`${to.name} refuses it: ${error.code}`)
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
  }
}
