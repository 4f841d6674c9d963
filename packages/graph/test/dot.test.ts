// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import {
  Consensus,
  PeerState,
  add,
  ed25519Identity,
  genesis,
  mockIdentity,
  observationHash,
  opaque,
  stringCodec,
} from '@parsec-bft/core'
import type { CauseKind, Observation, PublicId } from '@parsec-bft/core'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DotError, parseDot, replay, writeDot } from '../src/index.ts'
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
          expect(graph.peers.length).toBe(inspection.peers().length)
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
