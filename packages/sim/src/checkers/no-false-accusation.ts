// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { maliceText, observationText } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import type { Network } from '../network/network.ts'
import type { Checker } from './checker.ts'

/**
 * No correct peer accuses a correct peer of anything that can be proven, and none is removed for it
 * (protocol.md section 8).
 */
export function noFalseAccusationChecker(): Checker {
  const name = 'no-false-accusation'
  let seen = 0
  return {
    name,
    onBlocks(network, peer, blocks) {
      for (const { block } of blocks) {
        const { observation } = block
        if (observation.kind !== 'Accusation' || observation.charge === 'Unprovable') continue
        if (!network.isCorrect(observation.offender.name)) continue
        throw new CheckFailure(name, `${peer.name} put out ${observationText(observation)}`, peer.name)
      }
    },
    onRound(network) {
      const { accusations } = network.ledger
      for (; seen < accusations.length; seen++) {
        const record = accusations[seen]
        if (record === undefined) continue
        const { accuser, accusation, grounds } = record
        if (network.isCorrect(accusation.offender.name)) {
          fail(name, accuser, accusation.offender.name, maliceText(grounds))
        }
      }
    },
    onEnd(network) {
      // Accusations that were never sent count, too.
      for (const { accuser, offender, text } of accusationsInGraphs(network)) {
        if (network.isCorrect(offender)) fail(name, accuser, offender, text)
      }
    },
  }
}

function fail(checker: string, accuser: string, offender: string, text: string): never {
  throw new CheckFailure(checker, `${accuser}, who is correct, accuses ${offender}, who is, too, of ${text}`, accuser)
}

function* accusationsInGraphs(network: Network): Iterable<{ accuser: string; offender: string; text: string }> {
  for (const peer of network.peers) {
    const inspection = peer.parsec.inspect()
    const payloads = Array.from({ length: inspection.payloadCount }, (_, i) => inspection.payload(i))
    if (!payloads.some(({ observation }) => observation.kind === 'Accusation')) continue
    for (let i = 0; i < inspection.eventCount; i++) {
      const { payload, creator, grounds } = inspection.event(i)
      const observation = payload === undefined ? undefined : payloads[payload]?.observation
      if (observation?.kind !== 'Accusation' || grounds === undefined || grounds.kind === 'Unprovable') continue
      const accuser = inspection.peers()[creator]?.name ?? ''
      if (!network.isCorrect(accuser)) continue
      yield { accuser, offender: observation.offender.name, text: maliceText(grounds) }
    }
  }
}
