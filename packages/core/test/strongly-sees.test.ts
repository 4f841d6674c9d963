// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { SeenThrough } from '../src/election/voters.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Consensus } from '../src/consensus/consensus.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import { PeerState } from '../src/graph/peers.ts'
import { NaiveRelations, forkedGraph } from './support/forked-graph.ts'
import type { PlainEvent } from './support/forked-graph.ts'
import { chooser } from './support/network.ts'

/** A graph of which the first peers vote and the others do not. */
function consensusOf(
  events: readonly PlainEvent[],
  voters: number,
  peers: number,
  seenThrough: SeenThrough,
): Consensus {
  const consensus = new Consensus({ seenThrough })
  const all = Array.from({ length: peers }, (_, i) =>
    consensus.addPeer(mockIdentity.publicId(`Peer ${String(i)}`), i < voters ? PeerState.ACTIVE : PeerState.NONE),
  )
  consensus.setVoters(all.slice(0, voters))
  for (const event of events) consensus.insert(event)
  consensus.decide()
  return consensus
}

const seeds = fc.integer()

test('equals its definition on random graphs with forks', () => {
  let seen = 0
  fc.assert(
    fc.property(seeds, fc.constantFrom('voters', 'peers'), (seed, through) => {
      const choose = chooser(seed)
      const voters = 1 + choose(5)
      const peers = voters + choose(3)
      const forkers = choose(peers + 1)
      const events = forkedGraph(choose, peers, (peer) => peer < forkers, 1 + choose(70))
      const naive = new NaiveRelations(events)
      const inspection = consensusOf(events, voters, peers, through).inspect()
      const counted = Array.from({ length: through === 'voters' ? voters : peers }, (_, peer) => peer)
      for (const x of events.keys()) {
        const expected = [...events.keys()].filter((y) => naive.stronglySees(x, y, counted, voters))
        seen += expected.length
        const actual = [...events.keys()].filter((y) => inspection.stronglySees(x, y))
        expect(actual, `strongly seen by ${String(x)}`).toEqual(expected)
      }
    }),
    { numRuns: 60 },
  )
  expect(seen).toBeGreaterThan(0)
})

/**
 * The lemma of section 4, on which all safety rests: an election counts a voter's opinion by its
 * first interesting event, and what is decided is that event's content. Were events of two branches
 * both strongly seen, two observers could stand for different contents and two correct peers output
 * different blocks.
 */
describe('two branches of a fork are not both strongly seen, by whatever two events', () => {
  test('while fewer than a third of the voters fork, however many others do', () => {
    let oneBranchSeen = 0
    fc.assert(
      fc.property(seeds, fc.integer({ min: 4, max: 7 }), fc.integer({ min: 0, max: 3 }), (seed, voters, others) => {
        const choose = chooser(seed)
        const forkers = Math.ceil(voters / 3) - 1
        const peers = voters + others
        const events = forkedGraph(choose, peers, (peer) => peer < forkers || peer >= voters, 40 + choose(60))
        const naive = new NaiveRelations(events)
        const inspection = consensusOf(events, voters, peers, 'voters').inspect()
        const seen = [...events.keys()].filter((y) => [...events.keys()].some((x) => inspection.stronglySees(x, y)))
        for (const y of seen) {
          const siblings = events.flatMap(({ creator }, z) =>
            creator === events[y]?.creator && naive.areBranches(y, z) ? [z] : [],
          )
          if (siblings.length > 0) oneBranchSeen++
          expect(
            siblings.filter((z) => seen.includes(z)),
            `beside ${String(y)}`,
          ).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
    expect(oneBranchSeen).toBeGreaterThan(0)
  })

  /**
   * One Byzantine voter of four forks, within the bound; Eve, no voter (removed, or not added yet),
   * is under no bound and forks with it. Counting her, each branch is seen by the forker, by Eve
   * and by one honest peer: three, a supermajority of four. Alice and Bob never met.
   */
  test('the first implementation, which counted peers that do not vote, breaks it with one forker of four', () => {
    const [alice, bob, dave, eve] = [0, 1, 3, 4]
    const initial = (creator: number): PlainEvent => ({
      creator,
      cause: 'Initial',
      selfParent: undefined,
      otherParent: undefined,
    })
    const sync = (creator: number, selfParent: number, otherParent?: number): PlainEvent => ({
      creator,
      cause: otherParent === undefined ? 'Requesting' : 'Request',
      selfParent,
      otherParent,
    })
    const events = [
      initial(alice),
      initial(bob),
      initial(dave),
      initial(eve),
      sync(dave, 2), // 4: one branch
      sync(dave, 2), // 5: the other
      sync(eve, 3, 4),
      sync(eve, 3, 5),
      sync(alice, 0, 6),
      sync(bob, 1, 7),
    ]
    const [one, other, atAlice, atBob] = [4, 5, 8, 9]

    const unsound = consensusOf(events, 4, 5, 'peers').inspect()
    expect(unsound.stronglySees(atAlice, one)).toBe(true)
    expect(unsound.stronglySees(atBob, other)).toBe(true)

    const sound = consensusOf(events, 4, 5, 'voters').inspect()
    expect(sound.stronglySees(atAlice, one)).toBe(false)
    expect(sound.stronglySees(atBob, other)).toBe(false)
    expect(sound.sees(atAlice, one)).toBe(true)
    expect(sound.sees(atBob, other)).toBe(true)
  })

  test('not even when the second branch records the first through somebody else', () => {
    // Dave's second branch descends from its first by way of Alice, but not by self-parents: it is a fork all the same.
    const events: PlainEvent[] = [
      { creator: 3, cause: 'Initial', selfParent: undefined, otherParent: undefined },
      { creator: 0, cause: 'Initial', selfParent: undefined, otherParent: undefined },
      { creator: 3, cause: 'Requesting', selfParent: 0, otherParent: undefined },
      { creator: 0, cause: 'Request', selfParent: 1, otherParent: 2 },
      { creator: 3, cause: 'Request', selfParent: 0, otherParent: 3 },
    ]
    const inspection = consensusOf(events, 4, 4, 'voters').inspect()
    expect(inspection.descends(4, 2)).toBe(true)
    expect(inspection.isAwareOfFork(4, 3)).toBe(true)
    expect(inspection.sees(4, 2)).toBe(false)
    expect(inspection.isAwareOfFork(3, 3)).toBe(false)
  })
})
