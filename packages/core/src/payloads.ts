// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from './arrays.ts'
import { compareBytes, toKey } from './encoding.ts'
import type { PublicId } from './identity.ts'
import type { Observation } from './observation.ts'

/** One observation key: what an election decides about (protocol.md section 2). */
interface Payload {
  readonly observation: Observation<unknown>
  readonly hash: Uint8Array
  /** In single mode, whose vote it is (peer index and id). */
  readonly voter: number | undefined
  readonly voterId: PublicId | undefined
  /** Events that carry it, in insertion order. */
  readonly carriers: IntList
}

/** The observation keys met so far, numbered in the order in which they were met. */
export class Payloads {
  readonly #payloads: Payload[] = []
  readonly #indexOf = new Map<string, number>()
  /** 1 once it is in the consensus history. */
  decided = new Uint8Array(64)

  get size(): number {
    return this.#payloads.length
  }

  intern(observation: Observation<unknown>, hash: Uint8Array, voter?: { index: number; id: PublicId }): number {
    const key = voter === undefined ? toKey(hash) : `${toKey(hash)}${String(voter.index)}`
    const known = this.#indexOf.get(key)
    if (known !== undefined) return known
    const index = this.#payloads.length
    this.#indexOf.set(key, index)
    this.#payloads.push({ observation, hash, voter: voter?.index, voterId: voter?.id, carriers: new IntList(4) })
    if (index === this.decided.length) {
      const larger = new Uint8Array(2 * index)
      larger.set(this.decided)
      this.decided = larger
    }
    return index
  }

  at(index: number): Payload {
    const payload = this.#payloads[index]
    if (payload === undefined) throw new RangeError(`no payload ${String(index)}`)
    return payload
  }

  /** Order of observation keys: by hash, then by the voter's public id, never by a local number. */
  compare(a: number, b: number): number {
    const left = this.at(a)
    const right = this.at(b)
    const byHash = compareBytes(left.hash, right.hash)
    if (byHash !== 0 || left.voterId === undefined || right.voterId === undefined) return byHash
    return left.voterId.compareTo(right.voterId)
  }
}
