// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Parsec, ParsecError, add, observationText, opaque, remove, startDkg, stringCodec } from '@parsec-bft/core'
import { genesis, isOutput, removedBy } from '@parsec-bft/core/internals'
import type {
  Block,
  DecisionView,
  Inspection,
  Observation,
  Proposal,
  PublicId,
  Report,
  SecretId,
} from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { Topic } from '../options/topics.ts'
import type { Identities } from './identities.ts'
import { KeyRequests } from './key-requests.ts'

/** A vote that a peer has made. */
export interface VoteRecord {
  readonly observation: Observation<string>
  readonly key: string
  readonly round: number
}

/** A block that a peer has put out. */
export interface BlockRecord {
  readonly block: Block<string>
  readonly key: string
  /** Number of the election that decided it. */
  readonly election: number
  /** Names of the voters of that election, as this peer's own output tells. */
  readonly voters: readonly string[]
  readonly round: number
}

/** A key that a peer has put out. */
export interface KeyRecord {
  /** Names of its participants. */
  readonly participants: readonly string[]
  /** How many were asked for: some may have been removed since then. */
  readonly asked: number
  /** Names of the voters then, as this peer's own output tells. */
  readonly voters: readonly string[]
}

/** What a peer needs to know of its run. */
export interface PeerSetting {
  readonly options: SimulationOptions
  readonly identities: Identities
  /** Names of the founding members. */
  readonly genesis: readonly string[]
  onDecision?(peer: string, decision: DecisionView, inspection: Inspection): void
  onReport?(report: Report): void
  /** For testing the checkers: what is taken for the peer's output instead of a block. */
  plant?(peer: string, block: Block<string>): readonly Block<string>[]
}

/** What peers vote for when they vote for a topic. */
export function observationOf(topic: Topic, identities: Identities): Proposal<string> {
  if (topic.kind === 'payload') return opaque(topic.text)
  if (topic.kind === 'key') return startDkg(idsOf(topic.participants, identities))
  const { publicId } = identities.secretId(topic.peer)
  return topic.kind === 'add' ? add(publicId) : remove(publicId)
}

/**
 * A text that names what is decided: the observation. In single mode each vote for a payload is
 * decided on its own, so the text also tells whose vote it is (protocol.md section 2).
 */
export function keyOf(observation: Observation<string>, voter: string | undefined, options: SimulationOptions): string {
  const text = observationText(observation)
  return options.mode === 'single' && observation.kind === 'OpaquePayload' ? `${text} by ${voter ?? 'nobody'}` : text
}

/** One peer of a simulated network: the protocol's state machine, and a record of its votes and blocks. */
export class SimPeer {
  readonly name: string
  readonly id: PublicId
  readonly parsec: Parsec<string>
  /** Stopped for ever. */
  crashed = false
  /** Removed, and no longer needed by those who stay. */
  left = false
  readonly votes: VoteRecord[] = []
  readonly blocks: BlockRecord[] = []
  readonly keys: KeyRecord[] = []
  /**
   * How many elections it has decided by a request of its own, as the only voter can. It decides them
   * after it has made an answer to somebody else, so the answer does not contain what they need.
   */
  decidedAlone = 0
  /** Names of the voters, as this peer's own output tells. */
  voters: readonly string[]
  readonly #setting: PeerSetting
  readonly #votedKeys = new Set<string>()
  readonly #putOutKeys = new Set<string>()
  readonly #putOutObservations = new Set<string>()
  readonly #removed = new Set<string>()
  readonly #keyRequests = new KeyRequests()
  /** Numbers of blocks still to come from each decided election. */
  readonly #elections: { readonly election: number; rest: number }[] = []

  /** @param section - for a newcomer, the names of the members who are there already. */
  constructor(secretId: SecretId, setting: PeerSetting, section?: readonly string[]) {
    this.#setting = setting
    this.id = secretId.publicId
    this.name = this.id.name
    this.voters = setting.genesis
    const { options, identities } = setting
    const parsecOptions = {
      codec: stringCodec,
      identities: identities.scheme,
      mode: options.mode,
      coin: options.coin,
      keys: identities.keys,
      random: identities.randomOf(this.name),
      onDecision: (decision: DecisionView, inspection: Inspection) => {
        const { cause, recipient } = inspection.event(decision.event)
        if (cause === 'Requesting' && recipient === inspection.ourIndex) this.decidedAlone++
        const observations = decision.payloads.map((payload) => inspection.payload(payload).observation)
        for (const it of observations) if (it.kind === 'StartDkg') this.#keyRequests.decided(namesOf(it.participants))
        const rest = observations.filter(isOutput).length
        if (rest > 0) this.#elections.push({ election: decision.election, rest })
        setting.onDecision?.(this.name, decision, inspection)
      },
      onReport: (report: Report) => setting.onReport?.(report),
    }
    const founders = idsOf(setting.genesis, identities)
    if (section === undefined) {
      this.parsec = Parsec.fromGenesis(secretId, { ...parsecOptions, founders })
      this.#recordVote(genesis(founders), 0)
    } else
      this.parsec = Parsec.fromExisting(secretId, { ...parsecOptions, founders, present: idsOf(section, identities) })
  }

  get live(): boolean {
    return !this.crashed && !this.left
  }

  hasVotedFor(key: string): boolean {
    return this.#votedKeys.has(key)
  }

  hasPutOut(key: string): boolean {
    return this.#putOutKeys.has(key)
  }

  /** Like {@link hasPutOut}, but in single mode it does not matter whose vote it was. */
  hasPutOutObservation(observation: Observation<string>): boolean {
    return this.#putOutObservations.has(observationText(observation))
  }

  /** Has it put out the peer's removal, for whatever reason? */
  hasRemoved(name: string): boolean {
    return this.#removed.has(name)
  }

  /**
   * Is it a voter, distrusted or not? Adversaries go on voting when the others know what they did:
   * then `canVote` is false.
   */
  get isVoter(): boolean {
    return this.parsec.voters().some((id) => id.equals(this.id))
  }

  /** Has it decided that the peer is a member? */
  knowsAsMember(name: string): boolean {
    return this.parsec
      .inspect()
      .peers()
      .some((peer) => peer.name === name && peer.state.dkg)
  }

  vote(observation: Proposal<string>, round: number): void {
    const key = keyOf(observation, this.name, this.#setting.options)
    if (this.parsec.haveVotedFor(observation)) this.#fail(`says that it has voted for ${key} before it has`)
    this.parsec.voteFor(observation)
    if (!this.parsec.haveVotedFor(observation)) this.#fail(`does not say that it has voted for ${key}`)
    this.#recordVote(observation, round)
  }

  /** Tries to vote for something again, which must be refused and change nothing. */
  voteAgain({ observation, key }: VoteRecord): void {
    const eventsBefore = this.parsec.inspect().eventCount
    try {
      this.parsec.voteFor(observation as Proposal<string>)
    } catch (error) {
      if (!(error instanceof ParsecError && error.code === 'DuplicateVote')) throw error
      if (this.parsec.inspect().eventCount === eventsBefore && this.parsec.haveVotedFor(observation)) return
      this.#fail(`refused a second vote for ${key} and changed its state`)
    }
    this.#fail(`accepted a second vote for ${key}`)
  }

  /** Takes out the blocks that are ready. */
  drain(round: number): readonly BlockRecord[] {
    const first = this.blocks.length
    for (let block = this.parsec.poll(); block !== undefined; block = this.parsec.poll()) {
      if (block.observation.kind === 'DkgResult') {
        for (const taken of this.#taken(block)) this.#recordKey(taken, round)
        continue
      }
      const decided = this.#elections[0]
      if (decided === undefined) this.#fail(`put out ${observationText(block.observation)} that no election decided`)
      for (const taken of this.#taken(block)) this.#record(taken, decided.election, round)
      // Nothing comes after our own removal, whatever else the election decided.
      if (--decided.rest === 0 || isRemovalOf(block, this.name)) this.#endElection()
    }
    return this.blocks.slice(first)
  }

  /**
   * With its key, the request for the key counts as put out, too: a peer that voted for it waits for
   * that. A key may be the only block that follows from an election, so it is recorded as part of the
   * election before.
   */
  #recordKey(block: Block<string>, round: number): void {
    this.#record(block, this.blocks.at(-1)?.election ?? 0, round)
    if (block.observation.kind !== 'DkgResult') return
    const participants = namesOf(block.observation.participants)
    const asked = this.#keyRequests.came(participants, (name) => this.#removed.has(name))
    if (asked === undefined) this.#fail(`put out a key of ${participants.join(', ')} that nobody asked for`)
    this.keys.push({ participants, asked: asked.length, voters: this.voters })
    const start = startDkg(idsOf(asked, this.#setting.identities))
    this.#putOutKeys.add(keyOf(start, undefined, this.#setting.options))
    this.#putOutObservations.add(observationText(start))
  }

  #taken(block: Block<string>): readonly Block<string>[] {
    return this.#setting.plant?.(this.name, block) ?? [block]
  }

  #recordVote(observation: Observation<string>, round: number): void {
    const key = keyOf(observation, this.name, this.#setting.options)
    this.votes.push({ observation, key, round })
    this.#votedKeys.add(key)
  }

  #record(block: Block<string>, election: number, round: number): void {
    const key = keyOf(block.observation, block.proofs[0]?.voter.name, this.#setting.options)
    this.blocks.push({ block, key, election, voters: this.voters, round })
    this.#putOutKeys.add(key)
    this.#putOutObservations.add(observationText(block.observation))
    const removed = removedBy(block.observation)
    if (removed !== undefined) this.#removed.add(removed.name)
  }

  /** Membership changes after the last block of an election. */
  #endElection(): void {
    const election = this.#elections.shift()?.election
    const voters = new Set(this.voters)
    const first = this.blocks.findLastIndex((record) => record.election !== election) + 1
    for (const { block } of this.blocks.slice(first)) {
      const { observation } = block
      if (observation.kind === 'Add') voters.add(observation.peerId.name)
      const leaving = removedBy(observation)
      if (leaving !== undefined) voters.delete(leaving.name)
    }
    this.voters = [...voters]
  }

  #fail(reason: string): never {
    throw new CheckFailure('interface', `${this.name} ${reason}`, this.name)
  }
}

function idsOf(names: readonly string[], identities: Identities): PublicId[] {
  return names.map((name) => identities.secretId(name).publicId)
}

function namesOf(ids: readonly PublicId[]): string[] {
  return ids.map(({ name }) => name)
}

/** Does the block remove the peer? */
export function isRemovalOf({ observation }: Block<string>, name: string): boolean {
  return removedBy(observation)?.name === name
}
