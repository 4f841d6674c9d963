// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ed25519Identity, randomBytes, utf8Bytes } from '@parsec-bft/core'
import type { KeyScheme, Secret } from '@parsec-bft/core'
import { performance } from 'node:perf_hooks'

/** What keys cost one of so many participants, in milliseconds: medians. */
export interface KeyMeasurement {
  readonly keys: string
  readonly participants: number
  /** Of a key generation, in all: one part dealt, every part and ack read, and the share made. */
  readonly generation: number
  readonly signShare: number
  readonly verifyShare: number
  readonly combine: number
  /** Of a coin, in all: one's own share, those of all others, and their sum. */
  readonly coin: number
}

const repetitions = 9

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
}

function medianMs(work: () => unknown): number {
  work()
  return median(
    Array.from({ length: repetitions }, () => {
      const startMs = performance.now()
      work()
      return performance.now() - startMs
    }),
  )
}

export function measureKeys(scheme: KeyScheme, participants: number): KeyMeasurement {
  const secretIds = Array.from({ length: participants }, () => ed25519Identity.secretIdFromSeed(randomBytes(32)))
  secretIds.sort((a, b) => a.publicId.compareTo(b.publicId))
  const [us] = secretIds
  if (us === undefined) throw new RangeError('no participants')
  const group = { participants: secretIds.map(({ publicId }) => publicId), context: new Uint8Array(4) }
  const encoded = scheme.encodePart(scheme.deal(group, 0, randomBytes))
  const part = scheme.decodePart(encoded)
  scheme.isWellFormed(part, group)
  const row = scheme.readRow(part, group, 0, us)
  if (row === undefined) throw new Error('a row that cannot be read')
  const ack = scheme.acknowledge(row, group, randomBytes)
  const readPart = (): unknown => {
    const read = scheme.decodePart(encoded)
    return scheme.isWellFormed(read, group) && scheme.readRow(read, group, 0, us)
  }
  const deal = medianMs(() => scheme.deal(group, 0, randomBytes))
  const acknowledge = medianMs(() => scheme.acknowledge(row, group, randomBytes))
  const readValue = medianMs((): Secret | undefined => scheme.readValue(part, ack, 0, group, 0, us))
  const { publicKeySet, shares } = scheme.dealKeys(participants, randomBytes)
  const message = utf8Bytes('a message')
  const signed = new Map(shares.map((share, i) => [i, share.sign(message, 'bench')]))
  const own = signed.get(0) ?? new Uint8Array()
  const needed = publicKeySet.threshold + 1
  const signShare = medianMs(() => shares[0]?.sign(message, 'bench'))
  const verifyShare = medianMs(() => publicKeySet.verifyShare(0, message, 'bench', own))
  const combine = medianMs(() => publicKeySet.combine(signed))
  return {
    keys: scheme.name,
    participants,
    generation: deal + participants * (medianMs(readPart) + acknowledge) + needed * needed * readValue,
    signShare,
    verifyShare,
    combine,
    coin: signShare + participants * verifyShare + combine,
  }
}
