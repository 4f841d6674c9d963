// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Consensus, PeerState, observationHash, stringCodec } from '@parsec-bft/core'
import type { DecisionView, Inspection, MetaVoteView } from '@parsec-bft/core'
import type { RecordedMetaEvent, RecordedMetaVote } from './dot-meta.ts'
import { dotObservation } from './dot-observation.ts'
import { EventLabels, setLetter, valueLetter } from './labels.ts'
import type { RecordedEvent, RecordedGraph } from './dot-reader.ts'

export interface Replay {
  /** Hexadecimal observation hashes in decided order. */
  readonly decided: readonly string[]
  /** The graph after the last event. */
  readonly inspection: Inspection
  /** Per name of an event its index. */
  readonly indexOf: ReadonlyMap<string, number>
  /**
   * How the meta-events of the election that was under way when the file was written differ from the recorded ones: one line each. Compared just
   * before that election's decision, or at the end.
   */
  readonly metaEventDifferences: readonly string[]
}

export interface ReplayOptions {
  /** Parents first; default {@link topologicalOrder}. */
  readonly order?: readonly RecordedEvent[]
  /** Called at each decision, while the election that fell is still to be inspected. */
  readonly onDecision?: (decision: DecisionView, inspection: Inspection) => void
}

/** The events of a graph, parents first; of those that may come next, the first of the file, or what `pick` picks below a number of them. */
export function topologicalOrder(graph: RecordedGraph, pick: (count: number) => number = () => 0): RecordedEvent[] {
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
    const event = ready[picked] ?? ready[0]
    const last = ready.pop()
    if (event === undefined || last === undefined) break
    // The last one takes the place of what was picked: no list is moved.
    if (event !== last) ready[ready.indexOf(event, picked)] = last
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
  let differences: readonly string[] | undefined
  const consensus = new Consensus({
    mode: graph.mode,
    seenThrough: graph.seenThrough,
    ourIndex: 0,
    onDecision(decision, inspection) {
      if (inspection.history().length === graph.history.length) {
        differences = compareMetaEvents(graph, inspection, indexOf, decision.event)
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
  if (differences === undefined && isUnderWay) differences = compareMetaEvents(graph, inspection, indexOf, Infinity)
  const decided = inspection.history().map((payload) => inspection.payload(payload).hash)
  return { decided, inspection, indexOf, metaEventDifferences: differences ?? [] }
}

/** Place of the first recorded hash that was not decided there, or undefined; with `anyGenesis` the first hash is not compared. */
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
  })
}

/** Compares recorded meta-events with those of the graph as it is; events behind `upTo` are not processed yet. */
function compareMetaEvents(
  graph: RecordedGraph,
  inspection: Inspection,
  indexOf: ReadonlyMap<string, number>,
  upTo: number,
): string[] {
  const labels = new EventLabels(inspection)
  const differences: string[] = []
  for (const recorded of graph.metaEvents) {
    const index = indexOf.get(recorded.event)
    if (index === undefined || index > upTo) continue
    const expected = metaEventText(recorded)
    const actual = metaEventText(currentMetaEvent(recorded.event, index, inspection, labels))
    if (expected !== actual) differences.push(`${recorded.event}: recorded ${expected}, now ${actual}`)
  }
  return differences
}

function metaEventText({ observees, interestingContent, metaVotes }: RecordedMetaEvent): string {
  const votes = [...metaVotes].map(([subject, entries]) => {
    const texts = entries.map(
      ({ round, step, estimates, binValues, aux, decision }) =>
        `${String(round)}/${String(step)} ${estimates} ${binValues} ${aux} ${decision}`,
    )
    return `${subject}: ${texts.join('; ')}`
  })
  return `{${[...observees].sort().join(', ')}} [${interestingContent.join(', ')}] (${votes.sort().join(', ')})`
}

function currentMetaEvent(
  event: string,
  index: number,
  inspection: Inspection,
  labels: EventLabels,
): RecordedMetaEvent {
  const view = inspection.metaEvent(index)
  const peers = inspection.peers()
  const name = (peer: number): string => peers[peer]?.name ?? ''
  const entry = ({ round, step, estimates, binValues, aux, decision }: MetaVoteView): RecordedMetaVote => ({
    round,
    step,
    estimates: setLetter(estimates),
    binValues: setLetter(binValues),
    aux: valueLetter(aux),
    decision: valueLetter(decision),
  })
  return {
    event,
    observees: [...(view?.observees ?? [])].map(name),
    interestingContent: (view?.interestingContent ?? []).map((payload) => {
      const { observation, text } = inspection.payload(payload)
      return dotObservation(observation, (id) => id.name, text.slice(text.indexOf('(') + 1, -1))
    }),
    metaVotes: new Map(
      [...(view?.metaVotes ?? [])].map(([subject, entries]) => [
        labels.peerPrefixes[subject] ?? '',
        entries.map(entry),
      ]),
    ),
  }
}
