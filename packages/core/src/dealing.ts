// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, Writer, utf8Bytes } from './encoding.ts'
import { ParsecError } from './errors.ts'
import type { PublicId, SecretId } from './identity.ts'
import { evaluate, evaluateKeys, randomScalar, scalarBytes, scalarOf, weightsAtZero } from './key-group.ts'
import type { KeyGroup, Point } from './key-group.ts'
import type { KeyDealing, PublicKeySet, Randomness, SecretKeyShare } from './keys.ts'
import { limits } from './limits.ts'
import { GroupPublicKeySet, GroupSecretKeyShare, pointOf } from './shared-keys.ts'

/** The threshold of a key that n participants share: fewer than a third of them. */
export function thresholdOf(participants: number): number {
  return Math.floor((participants - 1) / 3)
}

/** See {@link KeyDealing}. */
interface Part<K> {
  /** Commitment: the lower triangle of the coefficients' matrix, row by row. */
  readonly commitment: readonly (readonly K[])[]
  /** Encrypted, by participant. */
  readonly rows: readonly Uint8Array[]
  /** Encrypted values, by sender and participant. */
  readonly acks: Map<number, readonly Uint8Array[]>
}

export class Dealing<K extends Point<K>, S extends Point<S>> implements KeyDealing {
  readonly threshold: number
  readonly #group: KeyGroup<K, S>
  readonly #participants: readonly PublicId[]
  readonly #number: number
  readonly #parts = new Map<number, Part<K>>()

  constructor(group: KeyGroup<K, S>, participants: readonly PublicId[], number: number) {
    this.#group = group
    this.#participants = participants
    this.#number = number
    this.threshold = thresholdOf(participants.length)
  }

  deal(us: number, random: Randomness): Uint8Array {
    const group = this.#group
    const { order, scalarLength } = group
    const triangle = Array.from({ length: this.threshold + 1 }, (_, i) =>
      Array.from({ length: i + 1 }, () => randomScalar(group, random)),
    )
    const writer = new Writer()
    for (const coefficients of triangle) for (const each of coefficients) writer.fixed(group.key(each).toBytes())
    for (const [reader, id] of this.#participants.entries()) {
      const row = matrixOf(triangle).map((coefficients) => evaluate(coefficients, pointOf(reader), order))
      const plain = new Writer()
      for (const coefficient of row) plain.fixed(scalarBytes(coefficient, scalarLength))
      writer.bytes(id.encrypt(plain.finish(), this.#context('row', us), random))
    }
    return writer.finish()
  }

  takePart(dealer: number, bytes: Uint8Array): boolean {
    if (this.#parts.has(dealer)) return false
    const { keyLength } = this.#group
    return this.#isReadable(bytes, (reader) => {
      const commitment = Array.from({ length: this.threshold + 1 }, (_, i) =>
        Array.from({ length: i + 1 }, () => this.#group.readKey(reader.fixed(keyLength, 'a commitment'))),
      )
      const rows = this.#readEncrypted(reader, this.threshold + 1)
      reader.end()
      this.#parts.set(dealer, { commitment, rows, acks: new Map() })
    })
  }

  acknowledge(dealer: number, us: number, secretId: SecretId, random: Randomness): Uint8Array | undefined {
    const part = this.#parts.get(dealer)
    const row = part && this.#rowOf(part, dealer, us, secretId)
    if (row === undefined) return undefined
    const { order, scalarLength } = this.#group
    const writer = new Writer()
    for (const [reader, id] of this.#participants.entries()) {
      const value = scalarBytes(evaluate(row, pointOf(reader), order), scalarLength)
      writer.bytes(id.encrypt(value, this.#context('value', dealer), random))
    }
    return writer.finish()
  }

  takeAck(dealer: number, sender: number, bytes: Uint8Array): boolean {
    const acks = this.#parts.get(dealer)?.acks
    if (acks === undefined || acks.has(sender)) return false
    return this.#isReadable(bytes, (reader) => {
      const values = this.#readEncrypted(reader, 1)
      reader.end()
      acks.set(sender, values)
    })
  }

  publicKeySet(): PublicKeySet | undefined {
    const complete = this.#complete()
    if (complete.length <= this.threshold) return undefined
    const columns = complete.map(({ commitment }) => commitment.map((coefficients) => coefficients[0] as K))
    const sums = columns.reduce((sum, column) => sum.map((key, i) => key.add(column[i] as K)))
    return new GroupPublicKeySet(this.#group, sums)
  }

  secretKeyShare(us: number, secretId: SecretId): SecretKeyShare {
    const { order } = this.#group
    let secret = 0n
    for (const [dealer, part] of this.#parts) {
      if (!this.#isComplete(part)) continue
      const values = [...this.#goodValues(dealer, part, us, secretId)]
      const weights = weightsAtZero(
        values.map(({ sender }) => pointOf(sender)),
        order,
      )
      for (const [i, { value }] of values.entries()) secret = (secret + value * (weights[i] as bigint)) % order
    }
    return new GroupSecretKeyShare(this.#group, secret)
  }

  #isComplete({ acks }: Part<K>): boolean {
    return acks.size > 2 * this.threshold
  }

  #complete(): Part<K>[] {
    return [...this.#parts.values()].filter((part) => this.#isComplete(part))
  }

  /** Our row of a part, if it is what the part commits to. */
  #rowOf({ commitment, rows }: Part<K>, dealer: number, us: number, secretId: SecretId): bigint[] | undefined {
    const row = this.#readScalars(
      secretId.decrypt(rows[us] as Uint8Array, this.#context('row', dealer)),
      this.threshold + 1,
    )
    const committed = matrixOf(commitment).map((keys) => evaluateKeys(this.#group, keys, pointOf(us)))
    return row?.every((coefficient, i) => this.#group.key(coefficient).equals(committed[i] as K)) === true
      ? row
      : undefined
  }

  /** As many values of acks as are needed, of those that are what the part commits to: more than 2t acks have more than t. */
  *#goodValues(
    dealer: number,
    { commitment, acks }: Part<K>,
    us: number,
    secretId: SecretId,
  ): Generator<{ sender: number; value: bigint }> {
    const row = matrixOf(commitment).map((keys) => evaluateKeys(this.#group, keys, pointOf(us)))
    let needed = this.threshold + 1
    for (const [sender, values] of acks) {
      const plain = secretId.decrypt(values[us] as Uint8Array, this.#context('value', dealer))
      const [value] = this.#readScalars(plain, 1) ?? []
      if (value === undefined) continue
      if (!this.#group.key(value).equals(evaluateKeys(this.#group, row, pointOf(sender)))) continue
      yield { sender, value }
      if (--needed === 0) return
    }
    throw new RangeError('too few good values')
  }

  #readScalars(bytes: Uint8Array | undefined, count: number): bigint[] | undefined {
    const { scalarLength, order } = this.#group
    if (bytes?.length !== count * scalarLength) return undefined
    const scalars = Array.from({ length: count }, (_, i) =>
      scalarOf(bytes.subarray(i * scalarLength, (i + 1) * scalarLength)),
    )
    return scalars.every((scalar) => scalar < order) ? scalars : undefined
  }

  /** For each participant, so many scalars. */
  #readEncrypted(reader: Reader, scalars: number): Uint8Array[] {
    const limit = scalars * this.#group.scalarLength + limits.encryptionOverheadBytes
    return this.#participants.map(() => reader.bytes('encrypted', limit).slice())
  }

  #isReadable(bytes: Uint8Array, read: (reader: Reader) => void): boolean {
    try {
      read(new Reader(bytes))
      return true
    } catch (error) {
      if (error instanceof ParsecError) return false
      throw error
    }
  }

  /** What an encryption is for, so that it is for nothing else. */
  #context(what: 'row' | 'value', dealer: number): Uint8Array {
    return new Writer()
      .fixed(utf8Bytes(`parsec ${what}`))
      .u32(this.#number)
      .u32(dealer)
      .finish()
  }
}

/** The symmetric matrix with this lower triangle. */
function matrixOf<T>(triangle: readonly (readonly T[])[]): T[][] {
  return triangle.map((_, i) => triangle.map((__, j) => (i < j ? triangle[j]?.[i] : triangle[i]?.[j]) as T))
}
