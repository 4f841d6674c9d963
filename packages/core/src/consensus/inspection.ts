// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { toHex } from '../base/encoding.ts'
import { causeKinds } from '../wire/cause.ts'
import type { CoinShares } from '../wire/coin-shares.ts'
import type { ConsensusMode, Format } from '../wire/format.ts'
import type { Malice } from '../wire/malice.ts'
import { observationText } from '../wire/observation.ts'
import { none } from '../graph/graph.ts'
import type { GossipGraph } from '../graph/graph.ts'
import { fates } from '../graph/payloads.ts'
import type { Payloads } from '../graph/payloads.ts'
import type { PeerList } from '../graph/peers.ts'
import type { CoinKind } from '../election/coin.ts'
import type { Election } from '../election/election.ts'
import { fields } from '../election/meta-vote-entry.ts'
import type { MetaVoteSpan, MetaVoting } from '../election/meta-votes.ts'
import type { ThresholdCoin } from '../election/threshold-coin.ts'
import type { SeenThrough } from '../election/voters.ts'
import type { EventView, Inspection, MetaEventView, MetaVoteView, PayloadView, PeerView } from './views.ts'

function numberOrUndefined(value: number | undefined): number | undefined {
  return value === none ? undefined : value
}

function booleans(holdsTrue: boolean, holdsFalse: boolean): ReadonlySet<boolean> {
  return new Set([...(holdsTrue ? [true] : []), ...(holdsFalse ? [false] : [])])
}

/** What an inspection reads. */
export interface Inspected {
  readonly graph: GossipGraph
  readonly payloads: Payloads
  readonly peers: PeerList
  readonly election: Election
  readonly mode: ConsensusMode
  readonly seenThrough: SeenThrough
  readonly coin: CoinKind
  /** The name of the kind of keys that are generated. */
  readonly keys: string | undefined
  /** The shares of coins that an event carries. */
  coinsOf(x: number): CoinShares | undefined
  /** The grounds of the accusation that an event makes. */
  groundsOf(x: number): Malice | undefined
  readonly thresholdCoin: ThresholdCoin | undefined
  readonly ourIndex: number | undefined
  /** How many elections are decided. */
  readonly elections: number
  /** The indices of the decided payloads, in their order. */
  history(): readonly number[]
}

/** An inspection that reads each value when it is asked for. */
export class GraphInspection implements Inspection {
  readonly ourIndex: number | undefined
  readonly mode: ConsensusMode
  readonly seenThrough: SeenThrough
  readonly coin: CoinKind
  readonly keys: string | undefined
  readonly #consensus: Inspected
  readonly #format: Pick<Format<unknown>, 'codec'> | undefined

  constructor(consensus: Inspected, format?: Pick<Format<unknown>, 'codec'>) {
    this.#consensus = consensus
    this.ourIndex = consensus.ourIndex
    this.mode = consensus.mode
    this.seenThrough = consensus.seenThrough
    this.coin = consensus.coin
    this.keys = consensus.keys
    this.#format = format
  }

  peers(): readonly PeerView[] {
    return Array.from(this.#consensus.peers, ({ id, state }, index) => ({ index, id, name: id.name, state }))
  }

  get coinThreshold(): number | undefined {
    return this.#consensus.thresholdCoin?.keys?.publicKeySet.threshold
  }

  get eventCount(): number {
    return this.#consensus.graph.size
  }

  event(index: number): EventView {
    const { graph } = this.#consensus
    if (!(index >= 0 && index < graph.size)) throw new RangeError(`no event ${String(index)}`)
    const creator = graph.creator[index] as number
    const indexByCreator = graph.indexByCreator[index] as number
    const cause = causeKinds[graph.cause[index] as number]
    if (cause === undefined) throw new RangeError('no such cause')
    const { branch, branches } = this.#branch(index, creator, indexByCreator)
    return {
      index,
      creator,
      indexByCreator,
      branch,
      forked: branches > 1,
      cause,
      selfParent: numberOrUndefined(graph.selfParent[index]),
      otherParent: numberOrUndefined(graph.otherParent[index]),
      recipient: numberOrUndefined(graph.recipient[index]),
      payload: numberOrUndefined(graph.payload[index]),
      coins: this.#consensus.coinsOf(index),
      grounds: this.#consensus.groundsOf(index),
      lastAncestors: this.#lastAncestors(index),
    }
  }

  #branch(index: number, creator: number, indexByCreator: number): { branch: number; branches: number } {
    const { graph } = this.#consensus
    const lanes = graph.lanesOf[creator] ?? []
    if (lanes.length < 2) return { branch: 0, branches: 1 }
    let branch = 0
    let branches = 0
    for (const lane of lanes) {
      const events = graph.laneEvents[lane]
      if (events === undefined || events.length === 0) continue
      const place = indexByCreator - (graph.indexByCreator[events.at(0)] as number)
      if (place < 0 || place >= events.length) continue
      branches++
      if (events.at(place) < index) branch++
    }
    return { branch, branches }
  }

  #lastAncestors(index: number): ReadonlyMap<number, number> {
    const { graph } = this.#consensus
    const last = new Map<number, number>()
    for (let lane = 0; lane < graph.laneCount; lane++) {
      const ancestor = graph.latestOn(index, lane)
      if (ancestor === none) continue
      const creator = graph.creator[ancestor] as number
      last.set(creator, Math.max(last.get(creator) ?? 0, graph.indexByCreator[ancestor] as number))
    }
    return last
  }

  get payloadCount(): number {
    return this.#consensus.payloads.size
  }

  payload(index: number): PayloadView {
    const { payloads } = this.#consensus
    const { observation, hash, voter } = payloads.at(index)
    const text = observationText(observation, this.#format)
    return { index, observation, text, hash: toHex(hash), voter, decided: payloads.fate[index] === fates.decided }
  }

  get election(): number {
    return this.#consensus.elections
  }

  voters(): readonly number[] {
    return this.#consensus.election.voters
  }

  unconsensusedEvents(): readonly number[] {
    return this.#consensus.election.content.unconsensusedEvents()
  }

  interestingEvents(): ReadonlyMap<number, readonly number[]> {
    const { election, graph } = this.#consensus
    const byCreator = new Map<number, number[]>()
    for (const event of election.content.events.view()) {
      if (event >= election.stretch.end) continue
      const creator = graph.creator[event] as number
      const events = byCreator.get(creator)
      if (events === undefined) byCreator.set(creator, [event])
      else events.push(event)
    }
    return byCreator
  }

  metaEvent(index: number): MetaEventView | undefined {
    const { election } = this.#consensus
    if (!election.hasMetaEvent(index)) return undefined
    const votes = election.metaVotesOf(index)
    const listsAt = (span: MetaVoteSpan | undefined): Map<number, readonly MetaVoteView[]> =>
      new Map(
        votes && span && election.voters.map((peer, slot) => [peer, readMetaVotes(votes.voting, span, slot)] as const),
      )
    return {
      event: index,
      observees: new Set(election.observeesOf(index)),
      interestingContent: election.content.of(index),
      attempt: votes?.attempt ?? 1,
      metaVotes: listsAt(votes?.span),
      ending: listsAt(votes?.ending),
    }
  }

  metaEvents(): readonly number[] {
    const { election } = this.#consensus
    const events: number[] = []
    const { newStart, end } = election.stretch
    for (let x = newStart; x < end; x++) if (election.hasMetaEvent(x)) events.push(x)
    return events
  }

  history(): readonly number[] {
    return this.#consensus.history()
  }

  descends(x: number, y: number): boolean {
    return this.#consensus.graph.descends(x, y)
  }

  sees(x: number, y: number): boolean {
    return this.#consensus.graph.sees(x, y)
  }

  stronglySees(x: number, y: number): boolean {
    return this.#consensus.election.stronglySees(x, y)
  }

  isAwareOfFork(x: number, peer: number): boolean {
    return this.#consensus.graph.isAwareOfFork(x, peer)
  }
}

function readMetaVotes(voting: MetaVoting, span: MetaVoteSpan, slot: number): readonly MetaVoteView[] {
  const views: MetaVoteView[] = []
  for (let stage = 0; stage < span.stages; stage++) {
    const holds = (field: number): boolean => voting.holds(span, stage, slot, field)
    if (!holds(fields.has)) break
    const step = (stage % 3) as 0 | 1 | 2
    const aux = holds(fields.auxTrue) ? true : holds(fields.auxFalse) ? false : undefined
    views.push({
      round: Math.floor(stage / 3),
      step,
      estimates: booleans(holds(fields.estTrue), holds(fields.estFalse)),
      binValues: booleans(holds(fields.binTrue), holds(fields.binFalse)),
      aux,
      decision: holds(fields.decided) ? step === 0 : undefined,
      confirmed: booleans(holds(fields.confTrue), holds(fields.confFalse)),
    })
  }
  return views
}
