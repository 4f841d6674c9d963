// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import { compareBytes, toKey } from '../base/encoding.ts'
import type { PublicId } from '../base/public-id.ts'
import type { Observation } from '../wire/observation.ts'

/**
 * What has become of a payload. It is `open` until it is decided. It is `void` (protocol.md section
 * 5.1) if it is a vote in single mode by a peer that is not a voter at present, or an Add that would
 * add nobody.
 */
export const fates = { open: 0, decided: 1, void: 2 } as const

/** What an election decides about: one observation key (protocol.md section 2). */
interface Payload {
  readonly observation: Observation<unknown>
  readonly hash: Uint8Array
  /** In single mode, the peer whose vote it is: first its index, then its id. */
  readonly voter: number | undefined
  readonly voterId: PublicId | undefined
  /**
   * The events that vote for it, in insertion order. If a peer repeats its vote, only the first one
   * on each line.
   */
  readonly carriers: IntList
}

/** The observation keys met so far, numbered in the order in which they were met. */
export class Payloads {
  readonly #payloads: Payload[] = []
  readonly #indexOf = new Map<string, number>()
  /** Per payload, one of {@link fates}. */
  fate = new Uint8Array(64)

  get size(): number {
    return this.#payloads.length
  }

  /**
   * Returns the payload's number. A payload that was never met gets a new one.
   *
   * @param voter - in single mode, the peer whose vote it is
   */
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

  /**
   * Compares two payloads: by hash, then by the voter's id. Not by number, because each peer numbers
   * payloads differently.
   */
  compare(a: number, b: number): number {
    const left = this.at(a)
    const right = this.at(b)
    const byHash = compareBytes(left.hash, right.hash)
    if (byHash !== 0 || left.voterId === undefined || right.voterId === undefined) return byHash
    return left.voterId.compareTo(right.voterId)
  }
}
