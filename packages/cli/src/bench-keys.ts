// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ed25519Identity, randomBytes } from '@parsec-bft/core'
import { utf8Bytes } from '@parsec-bft/core/internals'
import type { KeyScheme, Secret } from '@parsec-bft/core'
import { defaultOptions, schedulerTactics, simulate } from '@parsec-bft/sim'
import type { Delay, PayloadTopic } from '@parsec-bft/sim'
import { performance } from 'node:perf_hooks'

/** What keys cost each participant, in milliseconds (medians), by the number of participants. */
export interface KeyMeasurement {
  readonly keys: string
  readonly participants: number
  /** Of a key generation, in all: one part dealt, every part and ack read, and the share made. */
  readonly generation: number
  readonly signShare: number
  readonly verifyShare: number
  /** To verify the shares of all participants together. */
  readonly verifyShares: number
  readonly combine: number
  /** Of a coin that an election needs, in all: one's own share, a check of all, and their sum. */
  readonly coin: number
  readonly encrypt: number
  /** To make a share in opening a ciphertext. */
  readonly decryptionShare: number
  readonly verifyDecryptionShare: number
  readonly decrypt: number
}

/** How many elections needed a coin. */
export interface TossMeasurement {
  readonly participants: number
  readonly schedule: 'fair' | 'adversarial'
  readonly elections: number
  readonly tossed: number
  /** How many coins all elections needed together. */
  readonly coins: number
}

const repetitions = 9
/**
 * A measurement of coins is over so many networks, each of which decides so many payloads, one every
 * few rounds. The first ones are decided before there is a key.
 */
const networks = 30
const payloads = 60
const payloadEveryRounds = 8
/** Larger networks take too long to simulate. */
export const mostTossing = 10

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
  const verifyShares = medianMs(() => publicKeySet.verifyShares(message, 'bench', signed))
  const combine = medianMs(() => publicKeySet.combine(signed))
  const ciphertext = publicKeySet.encrypt(message, message)
  const opening = new Map(shares.map((share, i) => [i, share.decryptionShare(ciphertext, message)]))
  const opened = opening.get(0) ?? new Uint8Array()
  return {
    keys: scheme.name,
    participants,
    generation: deal + participants * (medianMs(readPart) + acknowledge) + needed * needed * readValue,
    signShare,
    verifyShare,
    verifyShares,
    combine,
    coin: signShare + verifyShares + combine,
    encrypt: medianMs(() => publicKeySet.encrypt(message, message)),
    decryptionShare: medianMs(() => shares[0]?.decryptionShare(ciphertext, message)),
    verifyDecryptionShare: medianMs(() => publicKeySet.verifyDecryptionShare(0, ciphertext, message, opened)),
    decrypt: medianMs(() => publicKeySet.decrypt(ciphertext, message, opening)),
  }
}

/** Measures in networks that lose nothing and whose voters are all correct. */
export function measureTosses(participants: number, schedule: TossMeasurement['schedule']): TossMeasurement {
  const sums = { decided: 0, tossed: 0, coins: 0 }
  for (let seed = 0; seed < networks; seed++) {
    const tactic = schedulerTactics[seed % schedulerTactics.length] ?? 'halves'
    const delay: Delay = schedule === 'fair' ? defaultOptions.delay : { kind: 'adversarial', tactic, maxMs: 400 }
    const topics = Array.from({ length: payloads }, (_, i): PayloadTopic => {
      const round = 1 + payloadEveryRounds * i
      return { kind: 'payload', text: String(i), round, spreadRounds: 5, by: 'all' }
    })
    const options = { ...defaultOptions, seed: String(seed), initialPeers: participants, delay, topics }
    const { counts = {}, failure } = simulate({ ...options, fairFromRound: payloads * payloadEveryRounds })
    if (failure !== undefined) throw new Error(`${failure.checker}: ${failure.reason}`)
    for (const name of ['decided', 'tossed', 'coins'] as const) sums[name] += counts[`elections.${name}`] ?? 0
  }
  return { participants, schedule, elections: sums.decided, tossed: sums.tossed, coins: sums.coins }
}
