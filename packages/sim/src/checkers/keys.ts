// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { observationText } from '@parsec-bft/core'
import { utf8Bytes } from '@parsec-bft/core/internals'
import type { DkgResult, SecretKeyShare } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import type { Network } from '../network/network.ts'
import type { Checker } from './checker.ts'

const message = utf8Bytes('signed together')
const domain = 'test'

/**
 * A generated key can be used (protocol.md section 9). Its block has no proofs. Every correct
 * participant has a share that the public key set verifies, and nobody else has one. Any t + 1 shares
 * give the same signature, and it is valid.
 */
export function keysChecker(): Checker {
  const name = 'keys'
  const fail = (reason: string, peer?: string): never => {
    throw new CheckFailure(name, reason, peer)
  }
  return {
    name,
    onBlocks(_, peer, blocks) {
      for (const { block } of blocks) {
        const { observation, proofs } = block
        if (observation.kind !== 'DkgResult') continue
        if (proofs.length > 0) fail(`${observationText(observation)} has votes`, peer.name)
        const isParticipant = observation.participants.some((id) => id.name === peer.name)
        if (isParticipant !== (observation.secretKeyShare !== undefined)) {
          fail(`${peer.name} has ${isParticipant ? 'no' : 'a'} share of ${observationText(observation)}`, peer.name)
        }
      }
    },
    onEnd(network) {
      for (const [text, { publicKeySet, shares }] of sharesByKey(network)) {
        const signed = new Map([...shares].map(([place, share]) => [place, share.sign(message, domain)]))
        for (const [place, share] of signed) {
          if (!publicKeySet.verifyShare(place, message, domain, share))
            fail(`share ${String(place)} of ${text} is wrong`)
        }
        const needed = publicKeySet.threshold + 1
        if (signed.size < needed) continue
        const [first, last] = [[...signed].slice(0, needed), [...signed].slice(-needed)].map((some) =>
          publicKeySet.combine(new Map(some)),
        )
        if (first === undefined || !publicKeySet.verify(message, domain, first)) fail(`${text} signs wrongly`)
        if (String(first) !== String(last)) fail(`${text} has two signatures for one message`)
      }
    },
  }
}

/** Per key what the correct peers have of it: shares by the participant's number. */
function sharesByKey(
  network: Network,
): Map<string, Pick<DkgResult, 'publicKeySet'> & { shares: Map<number, SecretKeyShare> }> {
  const keys = new Map<string, Pick<DkgResult, 'publicKeySet'> & { shares: Map<number, SecretKeyShare> }>()
  for (const peer of network.peers) {
    for (const { block } of peer.blocks) {
      const { observation } = block
      if (observation.kind !== 'DkgResult') continue
      const { publicKeySet, secretKeyShare, participants } = observation
      const text = observationText(observation)
      const key = keys.get(text) ?? { publicKeySet, shares: new Map<number, SecretKeyShare>() }
      keys.set(text, key)
      const place = participants.findIndex((id) => id.name === peer.name)
      if (secretKeyShare !== undefined) key.shares.set(place, secretKeyShare)
    }
  }
  return keys
}
