// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { add, ed25519Identity, mockIdentity, opaque, stringCodec } from '@parsec-bft/core'
import { Consensus, PeerState, genesis, observationHash, toHex } from '@parsec-bft/core/internals'
import type { CauseKind, Inspection, Observation, PublicId } from '@parsec-bft/core'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DotError, parseDot, replay, writeDot } from '../src/index.ts'
import type { RecordedGraph } from '../src/index.ts'
import { recordedFiles } from './support/recorded.ts'

/** Round-robin gossip in which each peer votes for Genesis and all payloads, until what can be decided is. */
function smallNetwork(ids: readonly PublicId[], payloads: readonly string[], rounds: number): Consensus {
  const consensus = new Consensus({ ourIndex: 0 })
  const peers = ids.map((id) => consensus.addPeer(id, PeerState.ACTIVE))
  consensus.setVoters(peers)
  const last: number[] = []
  const append = (
    creator: number,
    cause: CauseKind,
    more: { otherParent?: number | undefined; recipient?: number; vote?: Observation<string> } = {},
  ): void => {
    const payload = more.vote && consensus.addPayload(more.vote, creator, observationHash(more.vote, stringCodec))
    last[creator] = consensus.insert({
      creator,
      cause,
      selfParent: last[creator],
      payload,
      otherParent: more.otherParent,
      recipient: more.recipient,
    })
    consensus.decide()
  }
  for (const peer of peers) {
    append(peer, 'Initial')
    append(peer, 'Observation', { vote: genesis(ids) })
    for (const text of payloads) append(peer, 'Observation', { vote: opaque(text) })
    append(peer, 'Observation', { vote: add(mockIdentity.publicId('Zoe'), new Uint8Array([1, 2])) })
  }
  for (let round = 0; round < rounds; round++) {
    for (const asking of peers) {
      const asked = (asking + 1 + (round % (peers.length - 1))) % peers.length
      append(asking, 'Requesting', { recipient: asked })
      append(asked, 'Request', { otherParent: last[asking] })
      append(asking, 'Response', { otherParent: last[asked] })
    }
  }
  return consensus
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
  fc.constantFrom('"]', '</table>>]', '///', '\n}', '%', '%41;', 'A, B', '{x}', '\\"', 'Alice'),
)

/** Peers, their order, and per event its place, parents, payload and ancestors. */
function expectSameGraph(graph: RecordedGraph, inspection: Inspection): void {
  const peers = inspection.peers()
  const ids = (peer: number | undefined): string => toHex(peers[peer ?? -1]?.id.bytes ?? new Uint8Array(0))
  const inOrder = (all: readonly PublicId[]): string[] =>
    [...all].sort((a, b) => a.compareTo(b)).map(({ bytes }) => toHex(bytes))
  expect(inOrder(graph.peers.map(({ id }) => id))).toEqual(inOrder(peers.map(({ id }) => id)))
  const { indexOf, inspection: read } = replay(graph)
  const readPeers = read.peers()
  const hash = (from: Inspection, payload: number | undefined): string =>
    payload === undefined ? '' : from.payload(payload).hash
  // By creator, index and branch: the numbers of events may differ.
  const key = (creator: string, index: number, branch: number): string =>
    `${creator}/${String(index)},${String(branch)}`
  const written = new Map(
    Array.from({ length: inspection.eventCount }, (_, i) => inspection.event(i)).map((event) => [
      key(ids(event.creator), event.indexByCreator, event.branch),
      event,
    ]),
  )
  expect(graph.events.length).toBe(written.size)
  for (const event of graph.events) {
    const creator = toHex(graph.idOf(event.creator).bytes)
    const original = written.get(key(creator, event.indexByCreator, event.branch))
    const again = read.event(indexOf.get(event.name) ?? -1)
    expect(again.cause).toBe(original?.cause)
    expect(hash(read, again.payload)).toBe(hash(inspection, original?.payload))
    const ancestors = [...(original?.lastAncestors ?? [])].map(([peer, at]) => `${ids(peer)} ${String(at)}`)
    const recorded = [...event.lastAncestors].map(([name, at]) => `${toHex(graph.idOf(name).bytes)} ${String(at)}`)
    expect(recorded.sort()).toEqual(ancestors.sort())
    for (const [mine, theirs] of [
      [again.selfParent, original?.selfParent],
      [again.otherParent, original?.otherParent],
    ]) {
      const [a, b] = [mine && read.event(mine), theirs && inspection.event(theirs)]
      expect(a && [toHex(readPeers[a.creator]?.id.bytes ?? new Uint8Array(0)), a.indexByCreator, a.branch]).toEqual(
        b && [ids(b.creator), b.indexByCreator, b.branch],
      )
    }
  }
}

function decidedHashes(consensus: Consensus): string[] {
  const inspection = consensus.inspect()
  return consensus.history().map((payload) => inspection.payload(payload).hash)
}

describe('a dump', () => {
  it('is read back as the same graph, whatever names and payloads are', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyText, { minLength: 3, maxLength: 5 }),
        fc.uniqueArray(anyText, { maxLength: 3 }),
        (names, payloads) => {
          const consensus = smallNetwork(
            names.map((name) => mockIdentity.publicId(name.toWellFormed())),
            payloads,
            10,
          )
          const inspection = consensus.inspect()
          const graph = parseDot(writeDot(inspection))
          expect(graph.events.length).toBe(inspection.eventCount)
          expectSameGraph(graph, inspection)
          const again = replay(graph)
          expect(again.decided).toEqual(decidedHashes(consensus))
          expect(again.decided.length).toBeGreaterThan(0)
          expect(again.metaEventDifferences).toEqual([])
        },
      ),
      { numRuns: 100 },
    )
  })

  it('has no line that an unescaped name or payload could have made', () => {
    fc.assert(
      fc.property(anyText, anyText, (name, payload) => {
        const ids = [name.toWellFormed(), 'Bob', 'Carol'].map((text) => mockIdentity.publicId(text))
        const plain = writeDot(smallNetwork([mockIdentity.publicId('Ann'), ...ids.slice(1)], ['x'], 1).inspect())
        const text = writeDot(smallNetwork(ids, [payload], 1).inspect())
        expect(text).toMatch(/^[\x20-\x7e\n]*$/)
        expect(text.split('\n').length).toBeGreaterThanOrEqual(plain.split('\n').length - 4)
        for (const line of text.split('\n')) expect((line.match(/"/g) ?? []).length % 2).toBe(0)
      }),
      { numRuns: 100 },
    )
  })

  it('of a network with keys replays by the hashes and ids that it carries', () => {
    const ids = [1, 2, 3, 4].map(
      (seed) => ed25519Identity.secretIdFromSeed(new Uint8Array(32).fill(seed), 'Twin').publicId,
    )
    const consensus = smallNetwork(ids, ['a', 'b', 'c'], 8)
    const dump = writeDot(consensus.inspect())
    expect(dump).toContain('Twin~3')
    expect(replay(parseDot(dump)).decided).toEqual(decidedHashes(consensus))
    const withoutHashes = dump.replace(/observation_hashes: \{[^}]*\}/, 'observation_hashes: {\n/// }')
    expect(() => replay(parseDot(withoutHashes)).decided).not.toEqual(decidedHashes(consensus))
  })
})

describe('a dump of unusual graphs', () => {
  it('names clusters by ids that Graphviz takes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyText, { minLength: 2, maxLength: 4 }), (names) => {
        const ids = names.map((name) => mockIdentity.publicId(name.toWellFormed()))
        const headings = writeDot(smallNetwork(ids, [], 0).inspect())
          .split('\n')
          .filter((line) => line.includes('subgraph'))
        expect(headings.length).toBe(new Set(ids).size)
        for (const heading of headings) expect(heading).toMatch(/^ {2}subgraph (cluster_[A-Za-z0-9]*|"[^"\\]*") \{$/)
      }),
    )
  })

  it('keeps the order of names that are escaped', () => {
    const names = ['aé', 'ab', 'a{', 'a ']
    const dump = writeDot(
      smallNetwork(
        names.map((name) => mockIdentity.publicId(name)),
        [],
        1,
      ).inspect(),
    )
    const { peers } = parseDot(dump)
    const sorted = peers.map(({ id }) => id).sort((a, b) => a.compareTo(b))
    expect(sorted.map(({ name }) => name)).toEqual(['a ', 'ab', 'a{', 'aé'])
  })

  it('keeps the names of twins however often it is written anew', () => {
    const ids = [4, 2, 3].map(
      (seed) => ed25519Identity.secretIdFromSeed(new Uint8Array(32).fill(seed), 'Twin').publicId,
    )
    const first = writeDot(smallNetwork(ids, ['a'], 3).inspect())
    const second = writeDot(replay(parseDot(first)).inspection)
    expect(parseDot(second).peers.map(({ name }) => name)).toEqual(parseDot(first).peers.map(({ name }) => name))
    expect(writeDot(replay(parseDot(second)).inspection)).toBe(second)
  })

  it('keeps the branches of a fork apart', () => {
    const ids = ['Alice', 'Bob', 'Carol'].map((name) => mockIdentity.publicId(name))
    const consensus = smallNetwork(ids, [], 1)
    const inspection = consensus.inspect()
    const ofCarol = Array.from({ length: inspection.eventCount }, (_, i) => inspection.event(i)).filter(
      ({ creator }) => creator === 2,
    )
    const selfParent = ofCarol.at(-2)?.index
    const second = consensus.insert({ creator: 2, cause: 'Requesting', selfParent, recipient: 1 })
    const third = consensus.insert({ creator: 2, cause: 'Requesting', selfParent, recipient: 0 })
    consensus.insert({ creator: 2, cause: 'Requesting', selfParent: third, recipient: 0 })
    consensus.insert({ creator: 2, cause: 'Requesting', selfParent: second, recipient: 0 })
    consensus.decide()
    const text = writeDot(consensus.inspect())
    const graph = parseDot(text)
    expect(new Set(graph.events.map(({ branch }) => branch))).toEqual(new Set([0, 1, 2]))
    expectSameGraph(graph, consensus.inspect())
    expect(writeDot(replay(graph).inspection)).toBe(text)
  })
})

describe('a malformed file', () => {
  const good = writeDot(
    smallNetwork(
      ['Alice', 'Bob', 'Carol'].map((name) => mockIdentity.publicId(name)),
      ['0'],
      4,
    ).inspect(),
  )

  it.each([
    ['/// our_id: Alice', '/// our: Alice', 1, '"/// our_id:"'],
    ['Bob: PeerState(VOTE|SEND|RECV)', 'Bob: PeerState(VETO)', 4, 'a peer and its state'],
    ['consensus_mode: Supermajority', 'consensus_mode: Anarchy', 8, 'Supermajority or Single'],
    ['/// cause: Initial', '/// cause: Boredom', undefined, 'a cause'],
    ['all_voters: {Alice', 'all_voters: [Alice', undefined, 'a list like {Alice, Bob}'],
    ['/// ===== meta-elections =====', '', undefined, '"/// ===== meta-elections ====="'],
    ['subgraph cluster_Bob {', 'subgraph cluster_B:b {', undefined, 'a cluster with the name of a peer'],
    ['///   Bob:', `///   ${'x'.repeat(300)}:`, 4, 'a name of at most 256 bytes'],
    ['Requesting(Bob)', `Requesting(${'x'.repeat(300)})`, undefined, 'a name of at most 256 bytes'],
    ['"A_1" -> "A_2"', '"A_0" -> "A_2"', undefined, 'a self-parent by the same creator'],
    ['"A_1" -> "A_2"', '"B_1" -> "A_2"', undefined, 'a self-parent by the same creator'],
  ])('with %j as %j is refused with file, line and what was expected', (right, wrong, line, expected) => {
    const text = good.replace(right, wrong)
    let error: unknown
    try {
      parseDot(text, 'some.dot')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(DotError)
    if (!(error instanceof DotError)) return
    expect(error.message).toMatch(/^some\.dot:\d+: expected .*, found /)
    expect(error.expected).toContain(expected)
    if (line !== undefined) expect(error.line).toBe(line)
  })

  const sources = [
    good,
    ...recordedFiles.filter(([name]) => name.startsWith('annotated/')).map(([, path]) => readFileSync(path, 'utf8')),
  ]

  function parsesOrFails(text: string): void {
    try {
      parseDot(text)
    } catch (error) {
      if (!(error instanceof DotError)) throw error
    }
  }

  it('throws a DotError and nothing else, however it is mutated', () => {
    const edit = fc.record({
      at: fc.nat(),
      length: fc.nat({ max: 40 }),
      put: fc.oneof(anyText, fc.constantFrom('(', '{', '"', ', ', '\n', '9999999999')),
    })
    fc.assert(
      fc.property(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 5 }), (source, edits) => {
        let text = source
        for (const { at, length, put } of edits) {
          const start = at % text.length
          text = text.slice(0, start) + put + text.slice(start + length)
        }
        parsesOrFails(text)
      }),
      { numRuns: 400 },
    )
  })

  it('of any size is refused, and no part of it is read again and again', () => {
    const many = 100_000
    const edges = Array.from({ length: many }, (_, i) => `    "${String(i)}" -> "B_${String(i)}" [minlen=1]\n`).join('')
    const metaEvent = '///   A_0 -> {\n///     observees: {}\n///     interesting_content: ['
    const insertions: readonly (readonly [behind: string, text: string])[] = [
      ['', '\n'.repeat(many)],
      ['/// peer_list: {\n', '///   A: '.repeat(many)],
      ['  style=invis\n', '  subgraph cluster_A {\n'.repeat(many)],
      ['subgraph cluster_Alice', ' {'.repeat(many)],
      ['label="Alice"\n', edges],
      ['</table>>', '\n'.repeat(many)],
      ['Observation(OpaquePayload(', '%'.repeat(many)],
      ['Observation(OpaquePayload(', '%1;'.repeat(many)],
      ['last_ancestors: {', ', : '.repeat(many)],
      ['unconsensused_events: {', '", "'.repeat(many)],
      ['meta_events: {\n', `${metaEvent}${'('.repeat(many)}${', '.repeat(many)}]\n`],
      ['public_ids: {\n', `///   ${'a: '.repeat(many)}`],
    ]
    for (const [behind, text] of insertions) {
      expect(good).toContain(behind)
      parsesOrFails(good.replace(behind, () => behind + text))
    }
  })

  it('throws a DotError and nothing else for random text and for lines in any order', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), parsesOrFails), { numRuns: 200 })
    const lines = good.split('\n')
    fc.assert(
      fc.property(fc.array(fc.nat({ max: lines.length - 1 }), { maxLength: 200 }), (picks) => {
        parsesOrFails([...lines.slice(0, 12), ...picks.map((i) => lines[i] ?? '')].join('\n'))
      }),
      { numRuns: 200 },
    )
  })
})
