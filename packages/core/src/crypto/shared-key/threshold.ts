// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { compareBytes, Reader, Writer } from '../../base/encoding.ts'
import { ParsecError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { RandomBytes } from '../../base/public-id.ts'
import type { PairingGroup } from '../pairing/group.ts'
import { weightsAtZero } from '../pairing/polynomial.ts'
import { randomBytes } from '../random.ts'
import { keyThreshold } from './dealing.ts'
import type { PublicKeySet, SecretKeyShare } from './key-scheme.ts'
import { Secret } from './secret.ts'
import {
  decrypt,
  encrypt,
  encryptionOverhead,
  isDecryptionShare,
  readCiphertext,
  validCiphertext,
} from './threshold-encryption.ts'

/**
 * Puts the domain, with its length, in front of the message. It cannot go into the tag of the hash,
 * because native libraries fix that tag.
 */
function inDomain(message: Uint8Array, domain: string): Uint8Array {
  return new Writer().string(domain).fixed(message).finish()
}

function isIndex(index: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < limits.dkgParticipants
}

/** See {@link PublicKeySet} for what each method does. */
export class GroupPublicKeySet<S, P, Q> implements PublicKeySet {
  readonly threshold: number
  readonly publicKey: Uint8Array
  readonly #group: PairingGroup<S, P, Q>
  readonly #points: readonly P[]
  readonly #shares = new Map<number, P>()

  /**
   * @param points - the commitment to the coefficients of the polynomial whose value at 0 is the
   *   secret
   */
  constructor(group: PairingGroup<S, P, Q>, points: readonly P[]) {
    this.#group = group
    this.#points = points
    this.threshold = points.length - 1
    this.publicKey = group.encodePoint(points[0] as P)
  }

  publicKeyShare(index: number): Uint8Array {
    if (!isIndex(index)) throw new RangeError('not the number of a participant')
    return this.#group.encodePoint(this.#share(index))
  }

  verifyShare(index: number, message: Uint8Array, domain: string, share: Uint8Array): boolean {
    return isIndex(index) && this.#verify(this.#share(index), message, domain, share)
  }

  verifyShares(message: Uint8Array, domain: string, shares: ReadonlyMap<number, Uint8Array>): boolean {
    const indices = [...shares.keys()]
    if (!indices.every(isIndex)) return false
    const keys = indices.map((index) => this.#share(index))
    return this.#group.verifyAll(keys, inDomain(message, domain), [...shares.values()])
  }

  combine(shares: ReadonlyMap<number, Uint8Array>): Uint8Array {
    const group = this.#group
    const { values, weights } = this.#weighted(shares, (bytes) => group.decodeSignature(bytes))
    return group.encodeSignature(group.weightedSum(values, weights))
  }

  verify(message: Uint8Array, domain: string, signature: Uint8Array): boolean {
    return this.#verify(this.#points[0] as P, message, domain, signature)
  }

  encrypt(plaintext: Uint8Array, label: Uint8Array, random: RandomBytes = randomBytes): Uint8Array {
    return encrypt(this.#group, this.#points[0] as P, plaintext, label, random)
  }

  get encryptionOverhead(): number {
    return encryptionOverhead(this.#group)
  }

  verifyDecryptionShare(index: number, ciphertext: Uint8Array, label: Uint8Array, share: Uint8Array): boolean {
    const point = isIndex(index) ? this.#group.decodePoint(share) : undefined
    const read = readCiphertext(this.#group, ciphertext, label)
    return point !== undefined && read !== undefined && isDecryptionShare(this.#group, read, this.#share(index), point)
  }

  decrypt(ciphertext: Uint8Array, label: Uint8Array, shares: ReadonlyMap<number, Uint8Array>): Uint8Array | undefined {
    const group = this.#group
    const read = validCiphertext(group, ciphertext, label)
    const { values, weights } = this.#weighted(shares, (bytes) => group.decodePoint(bytes))
    return decrypt(group, read, label, values, weights)
  }

  toBytes(): Uint8Array {
    const writer = new Writer().length(this.#points.length)
    for (const point of this.#points) writer.fixed(this.#group.encodePoint(point))
    return writer.finish()
  }

  equals(other: PublicKeySet): boolean {
    return compareBytes(this.toBytes(), other.toBytes()) === 0
  }

  #share(index: number): P {
    let share = this.#shares.get(index)
    if (share === undefined) this.#shares.set(index, (share = this.#group.evaluate(this.#points, index + 1)))
    return share
  }

  /** Decodes as many shares as are needed, and computes their weights. Throws `InvalidShares`. */
  #weighted<T>(
    shares: ReadonlyMap<number, Uint8Array>,
    decode: (bytes: Uint8Array) => T | undefined,
  ): { values: T[]; weights: S[] } {
    const chosen = [...shares].slice(0, this.threshold + 1)
    if (chosen.length <= this.threshold) throw invalidShares(`${String(this.threshold + 1)} shares are needed`)
    const values = chosen.map(([index, bytes]) => {
      const value = isIndex(index) ? decode(bytes) : undefined
      if (value === undefined) throw invalidShares(`no share of participant ${String(index)}`)
      return value
    })
    const xs = chosen.map(([index]) => index + 1)
    return { values, weights: weightsAtZero(this.#group.field, xs) }
  }

  #verify(key: P, message: Uint8Array, domain: string, bytes: Uint8Array): boolean {
    const signature = this.#group.decodeSignature(bytes)
    return signature !== undefined && this.#group.verify(key, inDomain(message, domain), signature)
  }
}

function invalidShares(reason: string): ParsecError {
  return new ParsecError({ code: 'InvalidShares', reason })
}

/** See {@link SecretKeyShare} for what each method does. */
export class GroupSecretKeyShare<S, P, Q> extends Secret implements SecretKeyShare {
  readonly index: number
  readonly #group: PairingGroup<S, P, Q>
  readonly #scalar: S

  constructor(group: PairingGroup<S, P, Q>, index: number, scalar: S) {
    super(new Writer().u32(index).fixed(group.field.encodeScalar(scalar)).finish())
    this.#group = group
    this.index = index
    this.#scalar = scalar
  }

  get publicKeyShare(): Uint8Array {
    return this.#group.encodePoint(this.#group.commit(this.#scalar))
  }

  sign(message: Uint8Array, domain: string): Uint8Array {
    return this.#group.encodeSignature(this.#group.sign(this.#scalar, inDomain(message, domain)))
  }

  decryptionShare(ciphertext: Uint8Array, label: Uint8Array): Uint8Array {
    const { ephemeral } = validCiphertext(this.#group, ciphertext, label)
    return this.#group.encodePoint(this.#group.multiply(ephemeral, this.#scalar))
  }

  override toString(): string {
    return `[secret key share of participant ${String(this.index)}]`
  }
}

/** Throws `MalformedEncoding` or `LimitExceeded`. */
export function decodePublicKeySet<S, P, Q>(
  group: PairingGroup<S, P, Q>,
  bytes: Uint8Array,
): GroupPublicKeySet<S, P, Q> {
  const reader = new Reader(bytes)
  const count = reader.length('points of a key set', keyThreshold(limits.dkgParticipants) + 1)
  if (count === 0) throw reader.malformed('at least one point')
  const points = Array.from({ length: count }, () => {
    const point = group.decodePoint(reader.fixed(group.pointLength, 'a point'))
    if (point === undefined) throw reader.malformed('a point of the subgroup other than the identity')
    return point
  })
  reader.end()
  return new GroupPublicKeySet(group, points)
}

/** Throws `MalformedEncoding`. */
export function decodeSecretKeyShare<S, P, Q>(
  group: PairingGroup<S, P, Q>,
  bytes: Uint8Array,
): GroupSecretKeyShare<S, P, Q> {
  const reader = new Reader(bytes)
  const index = reader.u32()
  if (!isIndex(index)) throw reader.malformed('the number of a participant')
  const scalar = group.field.decodeScalar(reader.fixed(group.field.scalarLength, 'a scalar'))
  if (scalar === undefined) throw reader.malformed('a scalar below the order')
  reader.end()
  return new GroupSecretKeyShare(group, index, scalar)
}
