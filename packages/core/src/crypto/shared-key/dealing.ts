// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { copyOf, Reader, Writer } from '../../base/encoding.ts'
import { ParsecError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { PublicId } from '../../base/public-id.ts'
import { mostFaulty } from '../../base/quorum.ts'
import { Secret } from './secret.ts'

/** The participants of one key generation. */
export interface DkgGroup {
  /** In ascending order. */
  readonly participants: readonly PublicId[]
  /**
   * Names this key generation, so that what is encrypted for one is of no use in another. All
   * participants use the same.
   */
  readonly context: Uint8Array
}

/**
 * How many faulty participants a group of this size tolerates: less than a third (protocol.md
 * section 9).
 */
export function keyThreshold(participants: number): number {
  return mostFaulty(participants)
}

/**
 * A dealer's message: the commitment to its symmetric polynomial, and each participant's row,
 * encrypted to that participant.
 */
export interface Part {
  /** The number of the dealer. */
  readonly dealer: number
  /**
   * The symmetric matrix of coefficients, each times the generator: the lower triangle by rows, as
   * encoded points.
   */
  readonly commitment: readonly Uint8Array[]
  /** Row m, a polynomial of degree `threshold`, encrypted to participant m. */
  readonly rows: readonly Uint8Array[]
}

/**
 * The message by which a participant acknowledges a good row: for each participant m, the row's
 * value at m + 1, encrypted to m.
 */
export interface Ack {
  /** The number of the dealer whose Part is acknowledged. */
  readonly dealer: number
  readonly values: readonly Uint8Array[]
}

/** A participant's row of a Part. It is as secret as a share of a key. */
export class Row extends Secret {
  readonly dealer: number
  /** The number of the participant whose row it is. */
  readonly index: number

  /** @param coefficients - encoded scalars, one after the other */
  constructor(dealer: number, index: number, coefficients: Uint8Array) {
    super(coefficients)
    this.dealer = dealer
    this.index = index
  }

  override toString(): string {
    return `[secret row ${String(this.index)} of dealer ${String(this.dealer)}]`
  }
}

function numberBytes(...numbers: readonly number[]): Uint8Array {
  const writer = new Writer()
  for (const number of numbers) writer.u32(number)
  return writer.finish()
}

/**
 * The context in which a row is encrypted: so a dealer cannot copy another dealer's row and pass it
 * off as its own.
 */
export function rowContext(group: DkgGroup, dealer: number, reader: number): Uint8Array {
  return new Writer().string('row').bytes(group.context).fixed(numberBytes(dealer, reader)).finish()
}

/** The context in which a value is encrypted. */
export function valueContext(group: DkgGroup, dealer: number, acknowledger: number, reader: number): Uint8Array {
  return new Writer()
    .string('value')
    .bytes(group.context)
    .fixed(numberBytes(dealer, acknowledger, reader))
    .finish()
}

/** Throws `InvalidGroup` if no key can be generated in this group. */
export function checkGroup(group: DkgGroup): void {
  const { participants } = group
  const reason =
    participants.length === 0 || participants.length > limits.dkgParticipants
      ? `from one to ${String(limits.dkgParticipants)} participants, not ${String(participants.length)}`
      : participants.some((id, i) => i > 0 && (participants[i - 1] as PublicId).compareTo(id) >= 0)
        ? 'participants not in ascending order'
        : undefined
  if (reason !== undefined) throw new ParsecError({ code: 'InvalidGroup', reason })
}

function isIndex(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count
}

/**
 * Does the Ack name a dealer of the group, and has it a value for everybody? All peers give the
 * same answer.
 */
export function isWellFormedAck(ack: Ack, group: DkgGroup): boolean {
  const count = group.participants.length
  return isIndex(ack.dealer, count) && ack.values.length === count
}

function writeCiphertexts(writer: Writer, ciphertexts: readonly Uint8Array[]): Writer {
  writer.length(ciphertexts.length)
  for (const ciphertext of ciphertexts) writer.bytes(ciphertext)
  return writer
}

function readCiphertexts(reader: Reader): Uint8Array[] {
  const count = reader.length('participants', limits.dkgParticipants)
  return Array.from({ length: count }, () => copyOf(reader.bytes('encrypted row', limits.encryptedRowBytes)))
}

function readIndex(reader: Reader): number {
  const index = reader.u32()
  if (index >= limits.dkgParticipants) throw reader.malformed('the number of a participant')
  return index
}

export function encodePart(part: Part): Uint8Array {
  const writer = new Writer().u32(part.dealer).length(part.commitment.length)
  for (const point of part.commitment) writer.fixed(point)
  return writeCiphertexts(writer, part.rows).finish()
}

/** Throws `MalformedEncoding` or `LimitExceeded`. */
export function decodePart(bytes: Uint8Array, pointLength: number): Part {
  const reader = new Reader(bytes)
  const dealer = readIndex(reader)
  const size = keyThreshold(limits.dkgParticipants) + 1
  const points = reader.length('points of a commitment', (size * (size + 1)) / 2)
  const commitment = Array.from({ length: points }, () => copyOf(reader.fixed(pointLength, 'a point')))
  const rows = readCiphertexts(reader)
  reader.end()
  return { dealer, commitment, rows }
}

export function encodeAck(ack: Ack): Uint8Array {
  return writeCiphertexts(new Writer().u32(ack.dealer), ack.values).finish()
}

/** Throws `MalformedEncoding` or `LimitExceeded`. */
export function decodeAck(bytes: Uint8Array): Ack {
  const reader = new Reader(bytes)
  const dealer = readIndex(reader)
  const values = readCiphertexts(reader)
  reader.end()
  return { dealer, values }
}
