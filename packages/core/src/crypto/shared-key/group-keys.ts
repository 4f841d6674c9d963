// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { concat } from '../../base/encoding.ts'
import { assert, ParsecError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { RandomBytes } from '../../base/public-id.ts'
import type { SecretId } from '../identity.ts'
import type { PairingGroup } from '../pairing/group.ts'
import { entriesOf, interpolateAtZero, randomScalar, SymmetricMatrix, valueAt } from '../pairing/polynomial.ts'
import { checkGroup, decodePart, encodePart, keyThreshold, Row, rowContext, valueContext } from './dealing.ts'
import type { Ack, DkgGroup, Part } from './dealing.ts'
import type { KeyScheme } from './key-scheme.ts'
import { Secret } from './secret.ts'
import { decodePublicKeySet, decodeSecretKeyShare, GroupPublicKeySet, GroupSecretKeyShare } from './threshold.ts'

/**
 * A commitment with its points decoded, and those of the participants' rows that were computed so
 * far.
 */
interface Commitment<P> {
  readonly matrix: SymmetricMatrix<P>
  readonly rows: Map<number, readonly P[]>
}

/** Key generation over any group with a pairing. See {@link KeyScheme} for what each method does. */
export class GroupKeys<S, P, Q> implements KeyScheme {
  readonly name: string
  readonly signatureLength: number
  readonly #algebra: PairingGroup<S, P, Q>
  /** The decoded commitments; undefined if a point of it cannot be decoded. */
  readonly #commitments = new WeakMap<Part, { readonly commitment: Commitment<P> | undefined }>()

  constructor(name: string, algebra: PairingGroup<S, P, Q>) {
    this.name = name
    this.signatureLength = algebra.signatureLength
    this.#algebra = algebra
  }

  deal(group: DkgGroup, dealer: number, random: RandomBytes): Part {
    checkGroup(group)
    const algebra = this.#algebra
    const { field } = algebra
    const polynomial = this.#randomPolynomial(keyThreshold(group.participants.length), random)
    return {
      dealer,
      commitment: polynomial.entries.map((coefficient) => algebra.encodePoint(algebra.commit(coefficient))),
      rows: group.participants.map((id, reader) => {
        const row = Array.from({ length: polynomial.size }, (_, k) =>
          field.encodeScalar(valueAt(field, polynomial.row(k), reader + 1)),
        )
        return id.encrypt(concat(...row), rowContext(group, dealer, reader), random)
      }),
    }
  }

  isWellFormed(part: Part, group: DkgGroup): boolean {
    const count = group.participants.length
    return (
      part.dealer < count &&
      part.rows.length === count &&
      part.commitment.length === entriesOf(keyThreshold(count) + 1) &&
      this.#readCommitment(part) !== undefined
    )
  }

  readRow(part: Part, group: DkgGroup, index: number, us: SecretId): Row | undefined {
    const algebra = this.#algebra
    const ciphertext = part.rows[index]
    const bytes = ciphertext && us.decrypt(ciphertext, rowContext(group, part.dealer, index))
    const coefficients = bytes && this.#decodeScalars(bytes)
    const committed = this.#committedRow(part, index)
    if (bytes === undefined || coefficients?.length !== committed.length) return undefined
    const good = committed.every((point, k) => algebra.equal(point, algebra.commit(coefficients[k] as S)))
    return good ? new Row(part.dealer, index, bytes) : undefined
  }

  acknowledge(row: Row, group: DkgGroup, random: RandomBytes): Ack {
    const { field } = this.#algebra
    const coefficients = this.#decodeScalars(row.toSecretBytes())
    assert(coefficients !== undefined, 'a row of this scheme')
    const { dealer, index } = row
    const values = group.participants.map((id, reader) => {
      const value = field.encodeScalar(valueAt(field, coefficients, reader + 1))
      return id.encrypt(value, valueContext(group, dealer, index, reader), random)
    })
    return { dealer, values }
  }

  readValue(
    part: Part,
    ack: Ack,
    acknowledger: number,
    group: DkgGroup,
    index: number,
    us: SecretId,
  ): Secret | undefined {
    const algebra = this.#algebra
    const ciphertext = ack.dealer === part.dealer ? ack.values[index] : undefined
    const bytes = ciphertext && us.decrypt(ciphertext, valueContext(group, part.dealer, acknowledger, index))
    const value = bytes && algebra.field.decodeScalar(bytes)
    if (bytes === undefined || value === undefined) return undefined
    const committed = algebra.evaluate(this.#committedRow(part, index), acknowledger + 1)
    return algebra.equal(algebra.commit(value), committed) ? new Secret(bytes) : undefined
  }

  publicKeySetOf(parts: readonly Part[]): GroupPublicKeySet<S, P, Q> {
    const firstRows = parts.map((part) => this.#commitmentOf(part).matrix.row(0))
    const [first] = firstRows
    if (first === undefined) throw new RangeError('a key set is the sum of at least one part')
    assert(
      firstRows.every((row) => row.length === first.length),
      'parts of one group',
    )
    const sums = first.map((_, k) => this.#algebra.addPoints(firstRows.map((row) => row[k] as P)))
    return new GroupPublicKeySet(this.#algebra, sums)
  }

  secretKeyShareOf(
    index: number,
    threshold: number,
    values: readonly ReadonlyMap<number, Secret>[],
  ): GroupSecretKeyShare<S, P, Q> | undefined {
    if (values.length === 0) return undefined
    const { field } = this.#algebra
    let share = field.scalar(0)
    for (const ofPart of values) {
      const points = [...ofPart].slice(0, threshold + 1).map(([acknowledger, value]) => {
        const scalar = field.decodeScalar(value.toSecretBytes())
        assert(scalar !== undefined, 'a value of this scheme')
        return [acknowledger + 1, scalar] as const
      })
      if (points.length <= threshold) return undefined
      share = field.add(share, interpolateAtZero(field, points))
    }
    return new GroupSecretKeyShare(this.#algebra, index, share)
  }

  dealKeys(
    participants: number,
    random: RandomBytes,
  ): { publicKeySet: GroupPublicKeySet<S, P, Q>; shares: readonly GroupSecretKeyShare<S, P, Q>[] } {
    if (!(participants >= 1 && participants <= limits.dkgParticipants)) throw new RangeError('too few or too many')
    const threshold = keyThreshold(participants)
    const polynomial = Array.from({ length: threshold + 1 }, () => randomScalar(this.#algebra.field, random))
    const shares = Array.from(
      { length: participants },
      (_, i) => new GroupSecretKeyShare(this.#algebra, i, valueAt(this.#algebra.field, polynomial, i + 1)),
    )
    const publicKeySet = new GroupPublicKeySet(
      this.#algebra,
      polynomial.map((coefficient) => this.#algebra.commit(coefficient)),
    )
    return { publicKeySet, shares }
  }

  encodePart(part: Part): Uint8Array {
    return encodePart(part)
  }

  decodePart(bytes: Uint8Array): Part {
    return decodePart(bytes, this.#algebra.pointLength)
  }

  decodePublicKeySet(bytes: Uint8Array): GroupPublicKeySet<S, P, Q> {
    return decodePublicKeySet(this.#algebra, bytes)
  }

  decodeSecretKeyShare(bytes: Uint8Array): GroupSecretKeyShare<S, P, Q> {
    return decodeSecretKeyShare(this.#algebra, bytes)
  }

  #randomPolynomial(degree: number, random: RandomBytes): SymmetricMatrix<S> {
    const size = degree + 1
    return new SymmetricMatrix(
      size,
      // None is zero, as a commitment must not hold the identity.
      Array.from({ length: entriesOf(size) }, () => randomScalar(this.#algebra.field, random)),
    )
  }

  #decodeScalars(bytes: Uint8Array): S[] | undefined {
    const { field } = this.#algebra
    const { scalarLength } = field
    if (bytes.length % scalarLength !== 0) return undefined
    const scalars: S[] = []
    for (let at = 0; at < bytes.length; at += scalarLength) {
      const scalar = field.decodeScalar(bytes.subarray(at, at + scalarLength))
      if (scalar === undefined) return undefined
      scalars.push(scalar)
    }
    return scalars
  }

  #readCommitment(part: Part): Commitment<P> | undefined {
    let read = this.#commitments.get(part)
    if (read === undefined) {
      const points: P[] = []
      for (const bytes of part.commitment) {
        const point = this.#algebra.decodePoint(bytes)
        if (point === undefined) break
        points.push(point)
      }
      const size = Math.floor(Math.sqrt(2 * part.commitment.length))
      const good = points.length === part.commitment.length && entriesOf(size) === points.length
      const commitment = good ? { matrix: new SymmetricMatrix(size, points), rows: new Map() } : undefined
      this.#commitments.set(part, (read = { commitment }))
    }
    return read.commitment
  }

  #commitmentOf(part: Part): Commitment<P> {
    const commitment = this.#readCommitment(part)
    if (commitment === undefined)
      throw new ParsecError({ code: 'InvalidGroup', reason: 'a part that is not well-formed' })
    return commitment
  }

  /** The commitment to a participant's row: the matrix, evaluated at the participant's point. */
  #committedRow(part: Part, index: number): readonly P[] {
    const { matrix, rows } = this.#commitmentOf(part)
    let row = rows.get(index)
    if (row === undefined) {
      row = Array.from({ length: matrix.size }, (_, k) => this.#algebra.evaluate(matrix.row(k), index + 1))
      rows.set(index, row)
    }
    return row
  }
}
