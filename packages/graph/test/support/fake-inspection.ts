// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { mockIdentity } from '@parsec-bft/core'
import { PeerState } from '@parsec-bft/core/internals'
import type {
  CauseKind,
  ConsensusMode,
  EventView,
  Inspection,
  MetaEventView,
  MetaVoteView,
  PayloadView,
  PublicId,
} from '@parsec-bft/core'

/** An {@link Inspection} made by hand: it needs no consensus, and may show what no consensus would reach. */

export interface FakeEvent {
  readonly creator: number
  readonly cause: CauseKind
  readonly selfParent?: number
  readonly otherParent?: number
  readonly recipient?: number
  readonly payload?: number
}

export interface FakeMeta {
  readonly observees?: readonly number[]
  readonly interestingContent?: readonly number[]
  readonly metaVotes?: ReadonlyMap<number, readonly MetaVoteView[]>
}

export interface FakeGraph {
  readonly peers: readonly string[]
  readonly events: readonly FakeEvent[]
  readonly payloads?: readonly string[]
  readonly metas?: ReadonlyMap<number, FakeMeta>
  readonly ourIndex?: number | undefined
  readonly mode?: ConsensusMode
  /** Payloads decided already. */
  readonly history?: readonly number[]
}

export function fakeInspection(graph: FakeGraph): Inspection {
  const { peers, payloads = [], metas = new Map<number, FakeMeta>(), history = [], mode = 'supermajority' } = graph
  const events = eventViews(graph.events)
  const ancestors = ancestorSets(graph.events)
  const all = peers.map((_, i) => i)
  const payload = (index: number): PayloadView => ({
    index,
    observation: { kind: 'OpaquePayload', payload: payloads[index] },
    text: payloads[index] ?? '',
    hash: index.toString(16).padStart(64, '0'),
    voter: undefined,
    decided: history.includes(index),
  })
  const metaEvent = (index: number): MetaEventView | undefined => {
    const meta = metas.get(index)
    if (meta === undefined) return undefined
    const { observees = [], interestingContent = [], metaVotes = new Map<number, MetaVoteView[]>() } = meta
    return { event: index, observees: new Set(observees), interestingContent, attempt: 1, metaVotes, ending: new Map() }
  }
  // A name may be any text; the ids are others, and only an order.
  const idOf = (index: number): PublicId => mockIdentity.publicId(`peer ${String(index)}`)
  const peerViews = peers.map((name, index) => ({ index, id: idOf(index), name, state: PeerState.ACTIVE }))
  const metaEvents = [...metas.keys()].sort((a, b) => a - b)
  return {
    ourIndex: graph.ourIndex,
    mode,
    peers: () => peerViews,
    seenThrough: 'voters',
    coin: 'predictable',
    coinThreshold: undefined,
    keys: undefined,
    eventCount: events.length,
    event(index) {
      const event = events[index]
      if (event === undefined) throw new RangeError(`no event ${String(index)}`)
      return event
    },
    payloadCount: payloads.length,
    payload,
    election: history.length,
    voters: () => all,
    unconsensusedEvents: () =>
      events.filter((event) => event.payload !== undefined && !history.includes(event.payload)).map((e) => e.index),
    interestingEvents: () =>
      new Map(all.map((peer) => [peer, metaEvents.filter((i) => isInteresting(i, peer))] as const)),
    metaEvent,
    metaEvents: () => metaEvents,
    history: () => history,
    descends: (x, y) => ancestors[x]?.has(y) ?? false,
    sees: (x, y) => ancestors[x]?.has(y) ?? false,
    stronglySees: () => false,
    isAwareOfFork: () => false,
  }

  function isInteresting(index: number, peer: number): boolean {
    return events[index]?.creator === peer && (metas.get(index)?.interestingContent?.length ?? 0) > 0
  }
}

function eventViews(events: readonly FakeEvent[]): EventView[] {
  const indexByCreator: number[] = []
  const branches = new Map<string, number>()
  const placed = events.map((event, i) => {
    indexByCreator[i] = event.selfParent === undefined ? 0 : (indexByCreator[event.selfParent] ?? 0) + 1
    const key = `${String(event.creator)}/${String(indexByCreator[i])}`
    const branch = branches.get(key) ?? 0
    branches.set(key, branch + 1)
    return { key, branch }
  })
  const last: ReadonlyMap<number, number>[] = []
  return events.map((event, index) => {
    const own = indexByCreator[index] ?? 0
    const merged = new Map(last[event.selfParent ?? -1])
    for (const [peer, at] of last[event.otherParent ?? -1] ?? []) merged.set(peer, Math.max(at, merged.get(peer) ?? 0))
    last[index] = merged.set(event.creator, own)
    const { key = '', branch = 0 } = placed[index] ?? {}
    return {
      index,
      creator: event.creator,
      indexByCreator: own,
      branch,
      forked: (branches.get(key) ?? 1) > 1,
      cause: event.cause,
      selfParent: event.selfParent,
      otherParent: event.otherParent,
      recipient: event.recipient,
      payload: event.payload,
      coins: undefined,
      grounds: undefined,
      lastAncestors: merged,
    }
  })
}

function ancestorSets(events: readonly FakeEvent[]): ReadonlySet<number>[] {
  const sets: Set<number>[] = []
  events.forEach((event, index) => {
    sets[index] = new Set([...(sets[event.selfParent ?? -1] ?? []), ...(sets[event.otherParent ?? -1] ?? []), index])
  })
  return sets
}
