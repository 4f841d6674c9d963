// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { limits, mockIdentity } from '@parsec-bft/core'
import { PeerState } from '@parsec-bft/core/internals'
import type { CoinKind, CoinShares, ConsensusMode, KeyScheme, PublicId, SeenThrough } from '@parsec-bft/core'
import { readFileSync } from 'node:fs'
import { readExtras } from './dot-extras.ts'
import type { Extras } from './dot-extras.ts'
import { DotLines } from './dot-lines.ts'
import { unescapeText } from './dot-names.ts'
import { isName, parseDotCoinShares, parseDotVote } from './dot-observation.ts'
import type { DotVote } from './dot-observation.ts'
import { readMetaElection } from './dot-meta.ts'
import type { RecordedElection } from './dot-meta.ts'

/** Why a recorded event was made. */
export type RecordedCause =
  | { readonly kind: 'Initial' | 'Request' | 'Response' | 'Conclusion' }
  | { readonly kind: 'Requesting'; readonly recipient: string }
  | ({ readonly kind: 'Observation' } & DotVote)
  | { readonly kind: 'CoinShares'; readonly coins: CoinShares }

export interface RecordedEvent {
  /** `A_3`, or `C_2,1` where the creator forked. */
  readonly name: string
  /** Name of the creator. */
  readonly creator: string
  readonly indexByCreator: number
  /** Number of the branch where the creator forked, else 0. */
  readonly branch: number
  readonly cause: RecordedCause
  /** Names of the parents. */
  readonly selfParent: string | undefined
  readonly otherParent: string | undefined
  /** Per creator the highest indexByCreator among the ancestors. */
  readonly lastAncestors: ReadonlyMap<string, number>
  /** Hexadecimal; only where the file gives it, because it cannot be computed from the text. */
  readonly observationHash: string | undefined
}

export interface RecordedPeer {
  readonly name: string
  readonly id: PublicId
  readonly state: PeerState
}

/** One peer's gossip graph as a file holds it. */
export interface RecordedGraph extends RecordedElection {
  readonly file: string
  readonly ourName: string
  readonly mode: ConsensusMode
  readonly seenThrough: SeenThrough
  readonly coin: CoinKind
  /** Kind of the keys that were generated; undefined where key generations have no effect, as in recorded graphs. */
  readonly keys: KeyScheme | undefined
  readonly peers: readonly RecordedPeer[]
  /** In the order of the file: by creator. */
  readonly events: readonly RecordedEvent[]
  /** The public id of a name in the file: the key that the file gives, else the mock identity of that name. */
  idOf(name: string): PublicId
}

interface Edges {
  readonly creator: ReadonlyMap<string, string>
  readonly selfParent: ReadonlyMap<string, string>
  readonly otherParent: ReadonlyMap<string, string>
}

/**
 * Reads a recorded graph or a dump of ours from disk; throws what {@link parseDot} throws, and what
 * reading a file throws.
 */
export function readRecordedGraph(file: string): RecordedGraph {
  return parseDot(readFileSync(file, 'utf8'), file)
}

/**
 * Parses a recorded graph or a dump of ours: time and memory linear in the text.
 *
 * Throws a `DotError` that names file, line and what was expected.
 *
 * @param file - for error messages.
 */
export function parseDot(text: string, file = 'graph.dot'): RecordedGraph {
  const lines = new DotLines(file, text)
  const extras = readExtras(lines)
  const idOf = idsOf(lines, extras)
  lines.skipBlank()
  const ourName = lines.expect('/// our_id: ')
  if (!isName(ourName)) lines.fail('a name of ours', lines.at - 1)
  idOf(ourName)
  const peers = readPeers(lines, idOf)
  const mode = readMode(lines)
  lines.skipPast('digraph ')
  const edges = readEdges(lines, idOf)
  const events = readEvents(lines, edges, extras, idOf)
  const election = readMetaElection(lines, new Set(events.map(({ name }) => name)))
  const { seenThrough, coin, keys } = extras
  return { file, ourName, mode, seenThrough, coin, keys, peers, events, idOf, ...election }
}

/** Looks ids up by name. The error for a name that is too long tells the line that was just read. */
function idsOf(lines: DotLines, { ids }: Extras): (name: string) => PublicId {
  const known = new Map(ids)
  return (name) => {
    let id = known.get(name)
    if (id === undefined) {
      const plain = unescapeText(name)
      if (Buffer.byteLength(plain) > limits.nameBytes)
        lines.fail(`a name of at most ${String(limits.nameBytes)} bytes`, lines.at - 1)
      known.set(name, (id = mockIdentity.publicId(plain)))
    }
    return id
  }
}

function readPeers(lines: DotLines, idOf: (name: string) => PublicId): RecordedPeer[] {
  const peers: RecordedPeer[] = []
  const names = new Set<string>()
  lines.expect('/// peer_list: {')
  while (lines.after('/// }') === undefined) {
    const entry = lines.expect('///   ')
    const colon = entry.lastIndexOf(': ')
    const name = entry.slice(0, Math.max(colon, 0))
    const state = PeerState.parse(entry.slice(colon + 2))
    if (state === undefined || !isName(name))
      lines.fail('a peer and its state, like Alice: PeerState(VOTE|SEND|RECV)', lines.at - 1)
    if (names.has(name)) lines.fail('each peer once', lines.at - 1)
    names.add(name)
    peers.push({ name, id: idOf(name), state })
  }
  return peers
}

function readMode(lines: DotLines): ConsensusMode {
  const mode = lines.after('/// consensus_mode: ')
  if (mode === undefined || mode === 'Supermajority') return 'supermajority'
  return mode === 'Single' ? 'single' : lines.fail('Supermajority or Single', lines.at - 1)
}

const selfEdge = /^ {4}"([^"]+)" -> "([^"]+)" \[(minlen=\d+|style=invis)\]$/
const otherEdge = /^ {2}"([^"]+)" -> "([^"]+)" \[constraint=false\]$/

function readEdges(lines: DotLines, idOf: (name: string) => PublicId): Edges {
  const edges = {
    creator: new Map<string, string>(),
    selfParent: new Map<string, string>(),
    otherParent: new Map<string, string>(),
  }
  let cluster: string | undefined
  while (lines.after('/// ===== details of events =====') === undefined) {
    if (lines.isAtEnd) lines.fail('"/// ===== details of events ====="')
    const line = lines.current
    lines.advance()
    const heading = /^ {2}subgraph (?:cluster_([^"]*)|"cluster_([^"]*)") \{$/.exec(line)
    if (heading !== null) {
      cluster = heading[1] ?? heading[2] ?? ''
      if (!isName(cluster)) lines.fail('a cluster with the name of a peer', lines.at - 1)
      idOf(cluster)
    }
    const self = selfEdge.exec(line)
    const other = otherEdge.exec(line)
    if (self !== null) {
      const [, parent = '', child = '', style] = self
      if (cluster === undefined || edges.creator.has(child))
        lines.fail('an event that is new, inside a cluster', lines.at - 1)
      edges.creator.set(child, cluster)
      if (style !== 'style=invis') edges.selfParent.set(child, parent)
      else if (parent !== cluster) lines.fail('an edge from the name of the cluster', lines.at - 1)
    } else if (other !== null) {
      const [, parent = '', child = ''] = other
      if (edges.otherParent.has(child)) lines.fail('an event with one other-parent', lines.at - 1)
      edges.otherParent.set(child, parent)
    }
  }
  return edges
}

function readEvents(lines: DotLines, edges: Edges, extras: Extras, idOf: (name: string) => PublicId): RecordedEvent[] {
  const events: RecordedEvent[] = []
  const seen = new Set<string>()
  for (;;) {
    lines.skipBlank()
    if (lines.after('}') !== undefined) break
    const start = lines.at
    const name = /^ {2}"([^"]+)" \[/.exec(lines.current)?.[1] ?? lines.fail('an event like   "A_0" [')
    const creator = edges.creator.get(name) ?? lines.fail('an event of a cluster')
    const { indexByCreator, branch } = placeOf(name) ?? lines.fail('a name that ends in the index by creator')
    if (seen.has(name)) lines.fail('each event once')
    seen.add(name)
    lines.skipPastEnd('</table>>]')
    const cause = readCause(lines, idOf)
    const lastAncestors = readLastAncestors(lines)
    const selfParent = edges.selfParent.get(name)
    const otherParent = edges.otherParent.get(name)
    if ((selfParent === undefined) !== (cause.kind === 'Initial'))
      lines.fail('a self-parent, except for Initial', start)
    const follows = selfParent === undefined ? -1 : placeOf(selfParent)?.indexByCreator
    if (follows !== indexByCreator - 1 || (selfParent !== undefined && edges.creator.get(selfParent) !== creator))
      lines.fail('a self-parent by the same creator, one index below', start)
    const recorded = cause.kind === 'Request' || cause.kind === 'Response' || cause.kind === 'Conclusion'
    if ((otherParent !== undefined) !== recorded)
      lines.fail('an other-parent for Request, Response and Conclusion only', start)
    const observationHash = extras.hashes.get(name)
    events.push({
      name,
      creator,
      indexByCreator,
      branch,
      cause,
      selfParent,
      otherParent,
      lastAncestors,
      observationHash,
    })
  }
  for (const { selfParent, otherParent } of events) {
    for (const parent of [selfParent, otherParent]) {
      if (parent !== undefined && !seen.has(parent)) lines.fail(`details of the event ${parent}`)
    }
  }
  return events
}

/** The numbers at the end of an event's name. */
function placeOf(event: string): { indexByCreator: number; branch: number } | undefined {
  const numbers = /_(\d{1,9})(?:,(\d{1,9}))?$/.exec(event)
  return numbers === null ? undefined : { indexByCreator: Number(numbers[1]), branch: Number(numbers[2] ?? 0) }
}

function readCause(lines: DotLines, idOf: (name: string) => PublicId): RecordedCause {
  const text = lines.expect('/// cause: ')
  if (text === 'Initial' || text === 'Request' || text === 'Response' || text === 'Conclusion') return { kind: text }
  const recipient = /^Requesting\((.*)\)$/.exec(text)?.[1]
  if (recipient !== undefined && isName(recipient)) {
    idOf(recipient)
    return { kind: 'Requesting', recipient }
  }
  const coins = parseDotCoinShares(text)
  if (coins !== undefined) return { kind: 'CoinShares', coins }
  const voteText = /^Observation\((.*)\)$/.exec(text)?.[1]
  const vote = voteText === undefined ? undefined : parseDotVote(voteText, idOf)
  if (vote === undefined) lines.fail('a cause', lines.at - 1)
  return { kind: 'Observation', ...vote }
}

function readLastAncestors(lines: DotLines): ReadonlyMap<string, number> {
  const text = lines.expect('/// last_ancestors: ')
  const last = new Map<string, number>()
  if (!text.startsWith('{') || !text.endsWith('}')) lines.fail('a list like {Alice: 1, Bob: 2}', lines.at - 1)
  for (const entry of text === '{}' ? [] : text.slice(1, -1).split(', ')) {
    const colon = entry.indexOf(': ')
    const [name, index] = [entry.slice(0, Math.max(colon, 0)), entry.slice(colon + 2)]
    if (!isName(name) || !/^\d{1,9}$/.test(index)) lines.fail('a list like {Alice: 1, Bob: 2}', lines.at - 1)
    last.set(name, Number(index))
  }
  return last
}
