// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import { compareBytes, toKey } from '../base/encoding.ts'
import type { PublicId } from '../base/public-id.ts'
import type { Observation } from '../wire/observation.ts'

/**
 * What has become of a payload: still `open`; `decided`, so that it is in the consensus history; or
 * `void`, which is a vote in single mode by a peer that is not a voter (protocol.md section 3).
 */
export const fates = { open: 0, decided: 1, void: 2 } as const

/** One observation key: what an election decides about (protocol.md section 2). */
interface Payload {
  readonly observation: Observation<unknown>
  readonly hash: Uint8Array
  /** In single mode, the peer whose vote it is: its index and its id. */
  readonly voter: number | undefined
  readonly voterId: PublicId | undefined
  /** Events that carry it, in insertion order. Where a creator repeats its vote, only the first on the line. */
  readonly carriers: IntList
}

/** The observation keys met so far, numbered in the order in which they were met. */
export class Payloads {
  readonly #payloads: Payload[] = []
  readonly #indexOf = new Map<string, number>()
  /** Per payload one of {@link fates}. */
  fate = new Uint8Array(64)

  get size(): number {
    return this.#payloads.length
  }

  /** The payload's number; a new one if it was never met. @param voter - in single mode, whose vote it is. */
  intern(observation: Observation<unknown>, hash: Uint8Array, voter?: { index: number; id: PublicId }): number {
    const key = voter === undefined ? toKey(hash) : `${toKey(hash)}${String(voter.index)}`
    const known = this.#indexOf.get(key)
    if (known !== undefined) return known
    const index = this.#payloads.length
    this.#indexOf.set(key, index)
    this.#payloads.push({ observation, hash, voter: voter?.index, voterId: voter?.id, carriers: new IntList(4) })
    if (index === this.fate.length) {
      const larger = new Uint8Array(2 * index)
      larger.set(this.fate)
      this.fate = larger
    }
    return index
  }

  at(index: number): Payload {
    const payload = this.#payloads[index]
    if (payload === undefined) throw new RangeError(`no payload ${String(index)}`)
    return payload
  }

  /** Orders by hash, then by the voter's public id; never by number, as peers number payloads differently. */
  compare(a: number, b: number): number {
    const left = this.at(a)
    const right = this.at(b)
    const byHash = compareBytes(left.hash, right.hash)
    if (byHash !== 0 || left.voterId === undefined || right.voterId === undefined) return byHash
    return left.voterId.compareTo(right.voterId)
  }
}
