// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { observationText } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import { peerNames } from '../base/names.ts'
import type { Network } from '../network/network.ts'
import type { Checker } from './checker.ts'
import { isFair } from './liveness.ts'

/**
 * At the end of a run the plan has come true: the planned peers are added and removed, and what
 * everybody was to vote for is put out. A peer still waits only for things for which it has voted and
 * not enough others have.
 */
export function outcomeChecker(): Checker {
  const name = 'outcome'
  const fail = (reason: string): never => {
    throw new CheckFailure(name, reason)
  }
  return {
    name,
    onEnd(network) {
      if (!isFair(network)) return
      // Whether adversaries are removed is checked by the eviction checker.
      const isCorrect = (name: string): boolean => network.isCorrect(name)
      const voters = network.leader.voters.filter(isCorrect).sort().join(', ')
      const planned = plannedVoters(network).filter(isCorrect).sort().join(', ')
      if (voters !== planned) fail(`the voters are ${voters}; planned were ${planned}`)
      const texts = new Set(network.leader.blocks.map(({ block }) => observationText(block.observation)))
      for (const topic of network.options.topics) {
        // In single mode the liveness checker watches each vote, and a peer may leave before it has voted.
        if (topic.kind !== 'payload' || topic.by !== 'all' || network.options.mode === 'single') continue
        if (!texts.has(`OpaquePayload(${topic.text})`)) fail(`everybody voted for ${topic.text} and it never came out`)
      }
      for (const peer of network.liveVoters) {
        const waiting = peer.parsec
          .ourUnpolledObservations()
          .filter(({ kind }) => kind !== 'Accusation')
          .map((observation) => observationText(observation))
        const expected = peer.votes
          .filter(({ key }) => !peer.hasPutOut(key))
          .map(({ observation }) => observationText(observation))
        if (waiting.join() !== expected.join())
          fail(`${peer.name} says it waits for [${waiting.join()}], not [${expected.join()}]`)
        if (waiting.length > 0 && !peer.parsec.hasUnpolledObservations())
          fail(`${peer.name} says that nothing is undecided`)
      }
    },
  }
}

function plannedVoters(network: Network): string[] {
  const voters = new Set(peerNames(network.options.initialPeers))
  for (const topic of network.options.topics) {
    if (topic.kind === 'add') voters.add(topic.peer)
    if (topic.kind === 'remove') voters.delete(topic.peer)
  }
  return [...voters]
}
