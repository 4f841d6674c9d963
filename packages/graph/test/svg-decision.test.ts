// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { Consensus, PeerState, genesis, mockIdentity, observationHash, opaque, stringCodec } from '@parsec-bft/core'
import type { ConsensusMode, DecisionView, Observation } from '@parsec-bft/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeSvg } from '../src/svg.ts'
import { faultsOf, readPicture } from './support/svg-picture.ts'

/** Pictures of real elections: what they say about a decision must be what the election did. */

const names = ['Alice', 'Bob', 'Carol', 'Dave', 'Eric', 'Fred']

interface Gossip {
  readonly peers: number
  readonly mode: ConsensusMode
  /** Who asks whom, and who votes for what before. */
  readonly steps: readonly { from: number; to: number; voter: number; payload: number; fork: number }[]
}

interface Drawn {
  readonly decision: DecisionView
  readonly svg: string
  /** Payload hashes in decided order. */
  readonly hashes: readonly string[]
}

/** Runs the gossip and draws each decision as it falls. */
function decisionsOf({ peers, mode, steps }: Gossip): Drawn[] {
  const drawn: Drawn[] = []
  const consensus = new Consensus({
    mode,
    ourIndex: 0,
    onDecision(decision, inspection) {
      const hashes = decision.payloads.map((payload) => inspection.payload(payload).hash)
      drawn.push({ decision, hashes, svg: writeSvg(inspection, { decision }) })
    },
  })
  const ids = names.slice(0, peers).map((name) => mockIdentity.publicId(name))
  consensus.setVoters(ids.map((id) => consensus.addPeer(id, PeerState.ACTIVE)))
  const voted = new Set<string>()
  const vote = (creator: number, selfParent: number, observation: Observation<string>): number => {
    const payload = consensus.addPayload(observation, creator, observationHash(observation, stringCodec))
    return consensus.insert({ creator, cause: 'Observation', selfParent, payload })
  }
  const tips = ids.map((_, creator) => vote(creator, consensus.insert({ creator, cause: 'Initial' }), genesis(ids)))
  const tip = (peer: number): number => tips[peer] ?? 0
  for (const step of steps) {
    const [from, to, voter] = [step.from % peers, step.to % peers, step.voter % peers]
    const payload = String(step.payload)
    if (!voted.has(`${String(voter)} ${payload}`)) tips[voter] = vote(voter, tip(voter), opaque(payload))
    voted.add(`${String(voter)} ${payload}`)
    if (from === to) continue
    // The last of four or more is a forker now and then: it forgets its latest event.
    const forks = peers > 3 && from === peers - 1 && step.fork === 0
    const selfParent = (forks ? consensus.inspect().event(tip(from)).selfParent : undefined) ?? tip(from)
    const asked = consensus.insert({ creator: from, cause: 'Requesting', selfParent, recipient: to })
    tips[to] = consensus.insert({ creator: to, cause: 'Request', selfParent: tip(to), otherParent: asked })
    tips[from] = consensus.insert({ creator: from, cause: 'Response', selfParent: asked, otherParent: tip(to) })
  }
  return drawn
}

const gossip: fc.Arbitrary<Gossip> = fc.record({
  peers: fc.integer({ min: 2, max: names.length }),
  mode: fc.constantFrom<ConsensusMode>('supermajority', 'single'),
  steps: fc.array(
    fc.record({ from: fc.nat(59), to: fc.nat(59), voter: fc.nat(59), payload: fc.nat(9), fork: fc.nat(7) }),
    { minLength: 60, maxLength: 160 },
  ),
})

function checkStory({ decision, svg, hashes }: Drawn, peers: number): void {
  const lines = readPicture(svg).texts.filter((text) => text.event === undefined)
  const text = lines.map((line) => line.text).join('\n')
  expect(text).toContain(`decision of election ${String(decision.election)}\n`)
  for (const [subject, counts] of decision.subjects) {
    const verdict = `${names[subject] ?? ''}: ${counts ? 'counts (true)' : 'does not count (false)'}, since `
    const why = text.slice(text.indexOf(verdict)).split('\n')[0] ?? ''
    expect(why).toMatch(
      /^.*, since \w+_\d+(,\d)? in round \d+, step \d \(.*\): (\d of \d voters hold aux|taken over from)/,
    )
    const [, holders = String(peers), voters = String(peers)] = /: (\d) of (\d) voters/.exec(why) ?? []
    expect(voters).toBe(String(peers))
    expect(3 * Number(holders)).toBeGreaterThan(2 * peers)
  }
  const order = [
    ...text.matchAll(/^#(\d+) .*: smallest position (\d+), in (\d+) lists?(, as #\d+, whose key is smaller)?/gm),
  ]
  expect(order).toHaveLength(Math.min(24, decision.payloads.length))
  order.forEach(([, rank, position, lists, tie], i) => {
    const [, , positionBefore, listsBefore] = order[i - 1] ?? []
    expect(Number(rank)).toBe(i + 1)
    if (positionBefore === undefined) return
    const differs = Number(position) - Number(positionBefore) || Number(listsBefore) - Number(lists)
    expect(differs).toBeGreaterThanOrEqual(0)
    expect(tie !== undefined).toBe(differs === 0)
    if (differs === 0) expect((hashes[i - 1] ?? '') <= (hashes[i] ?? '')).toBe(true)
  })
}

describe('pictures of real elections', () => {
  it('explain every decision, whatever the gossip, and can be read', () => {
    let decisions = 0
    fc.assert(
      fc.property(gossip, (run) => {
        for (const drawn of decisionsOf(run)) {
          decisions++
          checkStory(drawn, run.peers)
          expect(faultsOf(readPicture(drawn.svg))).toEqual([])
        }
      }),
      { numRuns: 30 },
    )
    expect(decisions).toBeGreaterThan(30)
  })
})
