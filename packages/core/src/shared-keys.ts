// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Writer } from './encoding.ts'
import type { Reader } from './encoding.ts'
import { evaluateKeys, scalarBytes, weightsAtZero } from './key-group.ts'
import type { KeyGroup, Point } from './key-group.ts'
import type { PublicKeySet, SecretKeyShare } from './keys.ts'
import { limits } from './limits.ts'

/** Appends keys with their number. */
export function writeKeys<K extends Point<K>>(writer: Writer, keys: readonly K[]): void {
  writer.length(keys.length)
  for (const key of keys) writer.fixed(key.toBytes())
}

/** Reads what {@link writeKeys} writes; throws `MalformedEncoding` or `LimitExceeded`. */
export function readKeys<K extends Point<K>>(
  reader: Reader,
  group: { readonly keyLength: number; readKey(bytes: Uint8Array): K },
): K[] {
  const count = reader.length('coefficients of a key', limits.keyParticipants)
  if (count === 0) throw reader.malformed('a coefficient of a key')
  return Array.from({ length: count }, () => group.readKey(reader.fixed(group.keyLength, 'a key')))
}

/** Where the polynomial of a shared key has a participant's share; that of the whole is at 0. */
export function pointOf(participant: number): bigint {
  return BigInt(participant) + 1n
}

export class GroupPublicKeySet<K extends Point<K>, S extends Point<S>> implements PublicKeySet {
  readonly #group: KeyGroup<K, S>
  /** Of the polynomial over the keys. */
  readonly #coefficients: readonly K[]
  readonly #shares = new Map<number, K>()

  constructor(group: KeyGroup<K, S>, coefficients: readonly K[]) {
    this.#group = group
    this.#coefficients = coefficients
  }

  get threshold(): number {
    return this.#coefficients.length - 1
  }

  get publicKey(): Uint8Array {
    return this.#whole.toBytes()
  }

  publicKeyShare(participant: number): Uint8Array {
    return this.#shareOf(participant).toBytes()
  }

  verifyShare(participant: number, message: Uint8Array, share: Uint8Array): boolean {
    return this.#group.verify(this.#shareOf(participant), message, share)
  }

  combine(shares: ReadonlyMap<number, Uint8Array>): Uint8Array {
    const taken = [...shares].slice(0, this.threshold + 1)
    if (taken.length <= this.threshold) throw new RangeError(`${String(taken.length)} shares are too few`)
    const weights = weightsAtZero(
      taken.map(([participant]) => pointOf(participant)),
      this.#group.order,
    )
    const parts = taken.map(([, share], i) =>
      this.#group.multiplySignature(this.#group.readSignature(share), weights[i] as bigint),
    )
    return parts.reduce((sum, part) => sum.add(part)).toBytes()
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return this.#group.verify(this.#whole, message, signature)
  }

  toBytes(): Uint8Array {
    const writer = new Writer()
    writeKeys(writer, this.#coefficients)
    return writer.finish()
  }

  get #whole(): K {
    return this.#coefficients[0] as K
  }

  #shareOf(participant: number): K {
    const known = this.#shares.get(participant)
    if (known !== undefined) return known
    const share = evaluateKeys(this.#group, this.#coefficients, pointOf(participant))
    this.#shares.set(participant, share)
    return share
  }
}

const hidden = 'SecretKeyShare'

export class GroupSecretKeyShare<K extends Point<K>, S extends Point<S>> implements SecretKeyShare {
  readonly #group: KeyGroup<K, S>
  readonly #secret: bigint

  constructor(group: KeyGroup<K, S>, secret: bigint) {
    this.#group = group
    this.#secret = secret
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#group.sign(this.#secret, message)
  }

  toSecretBytes(): Uint8Array {
    return scalarBytes(this.#secret, this.#group.scalarLength)
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }
}
