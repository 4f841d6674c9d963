// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '@parsec-bft/core'
import { encodeObservation, signedBytes } from '@parsec-bft/core/internals'
import { CheckFailure } from '../base/check-failure.ts'
import type { BlockRecord, SimPeer } from '../peers/sim-peer.ts'
import type { Network } from '../network/network.ts'
import type { Checker } from './checker.ts'

/**
 * Each block carries the votes that it needs (protocol.md section 1): valid signatures of distinct
 * voters of that time, who did vote for it. It needs a supermajority of them; a payload in single mode
 * needs one vote.
 */
export function validityChecker(): Checker {
  const name = 'validity'
  return {
    name,
    onBlocks(network, peer, blocks) {
      for (const record of blocks) {
        const fault = faultOf(record, network)
        if (fault !== undefined) throw new CheckFailure(name, `${record.key} at ${peer.name}: ${fault}`, peer.name)
      }
    },
  }
}

function faultOf({ block, key, voters }: BlockRecord, network: Network): string | undefined {
  const { observation, proofs } = block
  // A key has no votes of its own. The keys checker looks at it.
  if (observation.kind === 'DkgResult') return undefined
  const message = signedBytes('vote', encodeObservation(observation, stringCodec))
  const proven = new Set<string>()
  for (const { voter, signature } of proofs) {
    if (!voters.includes(voter.name)) return `${voter.name} was no voter`
    if (proven.has(voter.name)) return `two proofs of ${voter.name}`
    if (!voter.verify(message, signature)) return `the signature of ${voter.name} does not hold`
    const peer = network.peers.find((other) => other.name === voter.name)
    // Only votes that the simulator made are recorded: not accusations, and not the votes of adversaries.
    const isRecorded = observation.kind !== 'Accusation' && network.isCorrect(voter.name)
    if (isRecorded && !hasVoted(peer, key)) return `${voter.name} never voted for it`
    proven.add(voter.name)
  }
  const isSingle = observation.kind === 'OpaquePayload' && network.options.mode === 'single'
  const isEnough = isSingle ? proven.size === 1 : 3 * proven.size > 2 * voters.length
  return isEnough ? undefined : `${String(proven.size)} votes of ${String(voters.length)} voters`
}

function hasVoted(peer: SimPeer | undefined, key: string): boolean {
  return peer?.hasVotedFor(key) === true
}
