// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { copyOf, Writer } from '../base/encoding.ts'
import type { Reader } from '../base/encoding.ts'
import { checkLimit, limits } from '../base/limits.ts'

/**
 * Which attempt of an election (protocol.md section 5.4): the first one, or the one that it makes when
 * the first one has decided all subjects false.
 */
export type Attempt = 1 | 2

/** A voter's share of the coin of one subject and round. */
export interface CoinShare {
  /** The subject's place among the election's voters, in ascending order of their ids, from 0. */
  readonly subject: number
  /** The round whose estimates can take the coin's value, from 1 on. */
  readonly round: number
  /** The voter's signature share on what the voters sign for a coin. */
  readonly share: Uint8Array
}

/** The shares that one event carries (protocol.md section 11). */
export interface CoinShares {
  /** The number of the election that they are for, from 0. */
  readonly election: number
  readonly attempt: Attempt
  /** In ascending order of rounds, then of subjects. */
  readonly shares: readonly CoinShare[]
}

/**
 * What the voters sign for a coin. It need not name the key, because each set of voters has a key
 * of its own.
 */
export function coinMessage(election: number, attempt: Attempt, subject: number, round: number): Uint8Array {
  const writer = new Writer().u32(election).u32(subject).u32(round)
  return (attempt === 1 ? writer : writer.u32(attempt)).finish()
}

/** Writes the canonical encoding. Throws `LimitExceeded`. */
export function writeCoinShares(writer: Writer, { election, attempt, shares }: CoinShares): void {
  checkLimit('coin shares', limits.coinShares, shares.length)
  writer.u32(election).u32(attempt).length(shares.length)
  for (const { subject, round, share } of shares) writer.u32(round).u32(subject).bytes(share)
}

/** Reads what {@link writeCoinShares} writes. Throws `MalformedEncoding` or `LimitExceeded`. */
export function readCoinShares(reader: Reader): CoinShares {
  const election = reader.u32()
  const attempt = reader.u32()
  if (attempt !== 1 && attempt !== 2) throw reader.malformed('attempt 1 or 2')
  const count = reader.length('coin shares', limits.coinShares)
  if (count === 0) throw reader.malformed('a coin share')
  const shares: CoinShare[] = []
  for (let i = 0; i < count; i++) {
    const round = reader.u32()
    const subject = reader.u32()
    const last = shares.at(-1)
    if (last !== undefined && (round < last.round || (round === last.round && subject <= last.subject))) {
      throw reader.malformed('coin shares in ascending order')
    }
    shares.push({ subject, round, share: copyOf(reader.bytes('a signature share', limits.signatureShareBytes)) })
  }
  return { election, attempt, shares }
}
