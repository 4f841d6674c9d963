// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mockIdentity, opaque, stringCodec } from '@parsec-bft/core'
import { Consensus, PeerState, genesis, observationHash } from '@parsec-bft/core/internals'
import type { EventInput } from '@parsec-bft/core/internals'
import type { ConsensusMode, DecisionView, Inspection, Observation } from '@parsec-bft/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRecordedGraph } from '../src/dot-reader.ts'
import { replay } from '../src/replay.ts'
import { checkDecisionPicture } from './support/decision-picture.ts'

/** Pictures of real elections: what they say about a decision must be what the election did. */

const names = ['Alice', 'Bob', 'Carol', 'Dave', 'Eric', 'Fred']

interface Gossip {
  readonly peers: number
  readonly mode: ConsensusMode
  /** Who asks whom, and who votes for what before. */
  readonly steps: readonly { from: number; to: number; voter: number; payload: number; fork: number }[]
}

type OnDecision = (decision: DecisionView, inspection: Inspection) => void

function run({ peers, mode, steps }: Gossip, onDecision: OnDecision): void {
  const consensus = new Consensus({ mode, ourIndex: 0, onDecision })
  const insert = (event: EventInput): number => {
    const index = consensus.insert(event)
    consensus.decide()
    return index
  }
  const ids = names.slice(0, peers).map((name) => mockIdentity.publicId(name))
  consensus.setVoters(ids.map((id) => consensus.addPeer(id, PeerState.ACTIVE)))
  const voted = new Set<string>()
  const vote = (creator: number, selfParent: number, observation: Observation<string>): number => {
    const payload = consensus.addPayload(observation, creator, observationHash(observation, stringCodec))
    return insert({ creator, cause: 'Observation', selfParent, payload })
  }
  const tips = ids.map((_, creator) => vote(creator, insert({ creator, cause: 'Initial' }), genesis(ids)))
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
    const asked = insert({ creator: from, cause: 'Requesting', selfParent, recipient: to })
    tips[to] = insert({ creator: to, cause: 'Request', selfParent: tip(to), otherParent: asked })
    tips[from] = insert({ creator: from, cause: 'Response', selfParent: asked, otherParent: tip(to) })
  }
}

const gossip: fc.Arbitrary<Gossip> = fc.record({
  peers: fc.integer({ min: 2, max: names.length }),
  mode: fc.constantFrom<ConsensusMode>('supermajority', 'single'),
  steps: fc.array(
    fc.record({ from: fc.nat(59), to: fc.nat(59), voter: fc.nat(59), payload: fc.nat(9), fork: fc.nat(7) }),
    { minLength: 60, maxLength: 160 },
  ),
})

describe('pictures of real elections', () => {
  it('explain every decision, whatever the gossip, and can be read', () => {
    let decisions = 0
    fc.assert(
      fc.property(gossip, (generated) => {
        run(generated, (decision, inspection) => {
          decisions++
          checkDecisionPicture(decision, inspection)
        })
      }),
      { numRuns: 30 },
    )
    expect(decisions).toBeGreaterThan(30)
  })
})

const recordedGraphs = fileURLToPath(new URL('../../../../shared/recorded-graphs', import.meta.url))
/** The largest ones add time, not shapes. */
const maxFileBytes = 600_000
const maxDecisions = 3

describe.skipIf(!existsSync(recordedGraphs))(
  'pictures of recorded graphs (skipped where the folder is missing)',
  () => {
    const files = ['small', 'supermajority', 'single', 'membership', 'annotated'].flatMap((folder) => {
      const path = join(recordedGraphs, folder)
      return existsSync(path) ? readdirSync(path).map((name) => join(folder, name)) : []
    })

    it.each(files.filter((file) => statSync(join(recordedGraphs, file)).size <= maxFileBytes))('%s', (file) => {
      let decisions = 0
      replay(readRecordedGraph(join(recordedGraphs, file)), {
        onDecision(decision, inspection) {
          if (decisions++ < maxDecisions) checkDecisionPicture(decision, inspection)
        },
      })
      expect(decisions).toBeGreaterThan(0)
    })
  },
)
