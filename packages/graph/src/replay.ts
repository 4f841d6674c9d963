// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '@parsec-bft/core'
import { Consensus, PeerState, observationHash } from '@parsec-bft/core/internals'
import type { DecisionView, Inspection, MetaEventView, MetaVoteView } from '@parsec-bft/core'
import type { RecordedMetaEvent, RecordedMetaVote } from './dot-meta.ts'
import { escapeName } from './dot-names.ts'
import { dotObservation } from './dot-observation.ts'
import { EventLabels, lettersOf } from './labels.ts'
import type { RecordedEvent, RecordedGraph } from './dot-reader.ts'

export interface Replay {
  /** Hexadecimal observation hashes in decided order. */
  readonly decided: readonly string[]
  /** The graph after the last event. */
  readonly inspection: Inspection
  /** Per name of an event its index. */
  readonly indexOf: ReadonlyMap<string, number>
  /**
   * How the meta-events differ from the recorded ones, which are those of the election that was
   * under way when the file was written: one line each. They are compared just before that
   * election's decision, or at the end. An empty meta-event equals one that is not there.
   */
  readonly metaEventDifferences: readonly string[]
  /**
   * Number of recorded meta-events that were compared: all, unless some of their events come after
   * the decision in the order of the replay.
   */
  readonly metaEventsCompared: number
}

export interface ReplayOptions {
  /** Parents first; default {@link topologicalOrder}. */
  readonly order?: readonly RecordedEvent[]
  /** Called at each decision, while its election can still be inspected. */
  readonly onDecision?: (decision: DecisionView, inspection: Inspection) => void
}

/**
 * The events of a graph, parents first: without `pick`, in an order in which the graph may have
 * grown; before an event come the ancestors of its self-parent, then those of its other-parent.
 * With `pick`, in a random order: given how many events may come next, it returns which of them
 * does, as a number below that count.
 *
 * Events on a cycle are left out; no graph that peers made has any.
 */
export function topologicalOrder(graph: RecordedGraph, pick?: (count: number) => number): RecordedEvent[] {
  return pick === undefined ? orderOfGrowth(graph) : randomOrder(graph, pick)
}

function orderOfGrowth(graph: RecordedGraph): RecordedEvent[] {
  const byName = new Map(graph.events.map((event) => [event.name, event]))
  const order: RecordedEvent[] = []
  const begun = new Set<string>()
  const done = new Set<string>()
  for (const root of graph.events) {
    const path = [root]
    for (let event = path.at(-1); event !== undefined; event = path.at(-1)) {
      begun.add(event.name)
      const missing = [event.selfParent, event.otherParent].find((name) => name !== undefined && !done.has(name))
      if (missing === undefined) {
        if (!done.has(event.name)) order.push(event)
        done.add(event.name)
        path.pop()
      } else {
        const parent = byName.get(missing)
        if (parent === undefined || begun.has(missing)) break
        path.push(parent)
      }
    }
  }
  return order
}

function randomOrder(graph: RecordedGraph, pick: (count: number) => number): RecordedEvent[] {
  const children = new Map<string, RecordedEvent[]>()
  const missing = new Map<string, number>()
  const ready: RecordedEvent[] = []
  for (const event of graph.events) {
    const parents = [event.selfParent, event.otherParent].filter((parent) => parent !== undefined)
    missing.set(event.name, parents.length)
    if (parents.length === 0) ready.push(event)
    for (const parent of parents) {
      const siblings = children.get(parent)
      if (siblings === undefined) children.set(parent, [event])
      else siblings.push(event)
    }
  }
  const order: RecordedEvent[] = []
  while (ready.length > 0) {
    const picked = pick(ready.length)
    const event = ready[picked]
    const last = ready.pop()
    if (event === undefined || last === undefined) throw new RangeError(`picked ${String(picked)}: no such event`)
    // The last one takes the place of the picked one, so that nothing behind it has to move.
    if (event !== last) ready[picked] = last
    order.push(event)
    for (const child of children.get(event.name) ?? []) {
      const left = (missing.get(child.name) ?? 0) - 1
      missing.set(child.name, left)
      if (left === 0) ready.push(child)
    }
  }
  return order
}

/**
 * Processes the events of a recorded graph anew. Signatures are not there, so none are verified.
 *
 * Throws a RangeError if the events have a cycle or no vote for Genesis is among them.
 */
export function replay(graph: RecordedGraph, options: ReplayOptions = {}): Replay {
  const order = options.order ?? topologicalOrder(graph)
  if (order.length !== graph.events.length)
    throw new RangeError(`${graph.file}: the events do not form an acyclic graph`)
  const indexOf = new Map<string, number>()
  let comparison: Comparison | undefined
  const consensus = new Consensus({
    mode: graph.mode,
    seenThrough: graph.seenThrough,
    coin: graph.coin,
    keys: graph.keys,
    ourIndex: 0,
    onDecision(decision, inspection) {
      if (inspection.history().length === graph.history.length) {
        comparison = compareMetaEvents(graph, inspection, indexOf, decision.event)
      }
      options.onDecision?.(decision, inspection)
    },
  })
  const peerOf = addPeers(graph, consensus)
  for (const [index, event] of order.entries()) {
    indexOf.set(event.name, index)
    insert(event, consensus, peerOf, indexOf)
  }
  const inspection = consensus.inspect()
  const isUnderWay = inspection.history().length === graph.history.length
  if (comparison === undefined && isUnderWay) comparison = compareMetaEvents(graph, inspection, indexOf, Infinity)
  const decided = inspection.history().map((payload) => inspection.payload(payload).hash)
  const { differences: metaEventDifferences, compared: metaEventsCompared } = comparison ?? noComparison
  return { decided, inspection, indexOf, metaEventDifferences, metaEventsCompared }
}

/**
 * The place of the first recorded hash at which something else or nothing was decided; undefined if
 * there is none. With `anyGenesis` the first hash is not compared.
 */
export function firstDifference(
  recorded: readonly string[],
  decided: readonly string[],
  anyGenesis = false,
): number | undefined {
  const place = recorded.findIndex(
    (hash, i) => decided[i] === undefined || (hash !== decided[i] && !(anyGenesis && i === 0)),
  )
  return place < 0 ? undefined : place
}

/** Adds everyone who appears in the file, ourselves first, and sets the founding members as voters. */
function addPeers(graph: RecordedGraph, consensus: Consensus): (name: string) => number {
  const indices = new Map<string, number>()
  const peerOf = (name: string, state = PeerState.NONE): number => {
    const known = indices.get(name)
    if (known !== undefined) return known
    const index = consensus.addPeer(graph.idOf(name), state)
    indices.set(name, index)
    return index
  }
  peerOf(graph.ourName, graph.peers.find(({ name }) => name === graph.ourName)?.state)
  for (const { name, state } of graph.peers) peerOf(name, state)
  for (const { creator } of graph.events) peerOf(creator)
  for (const { cause } of graph.events) {
    if (cause.kind === 'Observation' && cause.observation.kind === 'Genesis') {
      consensus.setVoters(cause.observation.group.map((id) => consensus.addPeer(id, PeerState.NONE)))
      return peerOf
    }
  }
  throw new RangeError(`${graph.file}: no vote for Genesis, so the first voters are unknown`)
}

function insert(
  event: RecordedEvent,
  consensus: Consensus,
  peerOf: (name: string) => number,
  indexOf: ReadonlyMap<string, number>,
): void {
  const creator = peerOf(event.creator)
  const { cause } = event
  let payload: number | undefined
  if (cause.kind === 'Observation') {
    const { observationHash: given } = event
    const hash = given === undefined ? observationHash(cause.observation, stringCodec) : Buffer.from(given, 'hex')
    payload = consensus.addPayload(cause.observation, creator, hash)
  }
  consensus.insert({
    creator,
    cause: cause.kind,
    selfParent: event.selfParent === undefined ? undefined : indexOf.get(event.selfParent),
    otherParent: event.otherParent === undefined ? undefined : indexOf.get(event.otherParent),
    recipient: cause.kind === 'Requesting' ? peerOf(cause.recipient) : undefined,
    payload,
    coins: cause.kind === 'CoinShares' ? cause.coins : undefined,
    grounds: cause.kind === 'Observation' ? cause.grounds : undefined,
  })
  consensus.decide()
}

interface Comparison {
  readonly differences: readonly string[]
  /** Number of recorded meta-events compared. */
  readonly compared: number
}

const noComparison: Comparison = { differences: [], compared: 0 }

/** Compares recorded meta-events with those of the graph as it is. Events after `upTo` are not processed yet. */
function compareMetaEvents(
  graph: RecordedGraph,
  inspection: Inspection,
  indexOf: ReadonlyMap<string, number>,
  upTo: number,
): Comparison {
  const names = inspection.peers().map(({ name }) => escapeName(name))
  const prefixes = new EventLabels(inspection, names).peerPrefixes
  const recorded = new Map(graph.metaEvents.map((meta) => [meta.event, metaEventText(meta)]))
  const differences: string[] = []
  let compared = 0
  for (const [event, index] of indexOf) {
    if (index > upTo) continue
    const expected = recorded.get(event) ?? emptyMetaEvent
    const view = inspection.metaEvent(index)
    const actual =
      view === undefined ? emptyMetaEvent : metaEventText(currentMetaEvent(event, view, inspection, names, prefixes))
    if (expected !== actual) differences.push(`${event}: recorded ${expected}, now ${actual}`)
    if (recorded.has(event)) compared++
  }
  return { differences, compared }
}

function metaEventText({ observees, interestingContent, ...election }: RecordedMetaEvent): string {
  const { attempt, endsAttempt, metaVotes } = election
  const votes = [...metaVotes].map(([subject, entries]) => {
    const texts = entries.map(
      ({ round, step, estimates, binValues, aux, decision, confirmed }) =>
        `${String(round)}/${String(step)} ${estimates} ${binValues} ${aux} ${decision} ${confirmed}`,
    )
    return `${subject}: ${texts.join('; ')}`
  })
  const observed = `{${[...observees].sort().join(', ')}} [${interestingContent.join(', ')}]`
  const ends = endsAttempt ? ' ends attempt 1,' : ''
  return `${observed}${ends} attempt ${String(attempt)} (${votes.sort().join(', ')})`
}

const emptyMetaEvent = metaEventText({
  event: '',
  observees: [],
  interestingContent: [],
  attempt: 1,
  endsAttempt: false,
  metaVotes: new Map(),
})

function currentMetaEvent(
  event: string,
  view: MetaEventView,
  inspection: Inspection,
  names: readonly string[],
  prefixes: readonly string[],
): RecordedMetaEvent {
  const entry = (vote: MetaVoteView): RecordedMetaVote => ({ round: vote.round, step: vote.step, ...lettersOf(vote) })
  return {
    event,
    observees: [...view.observees].map((peer) => names[peer] ?? ''),
    interestingContent: view.interestingContent.map((payload) => {
      const { observation, text } = inspection.payload(payload)
      return dotObservation(observation, (id) => escapeName(id.name), text.slice(text.indexOf('(') + 1, -1))
    }),
    attempt: view.attempt,
    endsAttempt: view.ending.size > 0,
    metaVotes: new Map([...view.metaVotes].map(([subject, entries]) => [prefixes[subject] ?? '', entries.map(entry)])),
  }
}
