// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from './errors.ts'
import { checkLimit, limits } from './limits.ts'

/*
 * Every platform has these two. They must be declared because core is compiled against the
 * ECMAScript library alone, which leaves them out.
 */
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => {
  decode(bytes: Uint8Array): string
}

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Encodes a text in UTF-8. */
export function utf8Bytes(text: string): Uint8Array {
  return utf8Encoder.encode(text)
}

/**
 * Decodes UTF-8.
 *
 * @throws TypeError if the bytes are not UTF-8
 */
export function utf8Text(bytes: Uint8Array): string {
  return utf8Decoder.decode(bytes)
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * Writes bytes in lower-case hexadecimal.
 *
 * @example
 * toHex(Uint8Array.of(1, 255)) // '01ff'
 */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += hexOfByte[bytes[i] as number] as string
  return text
}

/** Turns a few bytes into a string that can be the key of a Map: one character per byte. */
export function toKey(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

/**
 * Copies bytes into a buffer of their own. Whatever comes from a caller and is kept, and whatever we
 * keep and give away, goes through this: `slice` will not do, as that of Node's `Buffer` is a view.
 */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** The same bytes as a plain `Uint8Array`, without a copy: a `Buffer` has a `slice` of its own. */
export function plainView(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/**
 * Compares two byte sequences byte by byte; a prefix comes before what it is a prefix of.
 *
 * @returns a number that is negative, zero or positive, as `Array.sort` expects
 */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/**
 * Writes values in the canonical encoding (protocol.md section 2): integers have a fixed width and
 * are little-endian, and there is no padding.
 *
 * @example
 * new Writer().u32(7).string('tea').finish()
 */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256)
  #length = 0

  #reserve(count: number): number {
    const start = this.#length
    const end = start + count
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.length))
      grown.set(this.#bytes.subarray(0, start))
      this.#bytes = grown
    }
    this.#length = end
    return start
  }

  u32(value: number): this {
    const start = this.#reserve(4)
    const bytes = this.#bytes
    bytes[start] = value
    bytes[start + 1] = value >>> 8
    bytes[start + 2] = value >>> 16
    bytes[start + 3] = value >>> 24
    return this
  }

  /** A length, as a u64. The value must be a safe integer. */
  length(value: number): this {
    return this.u32(value >>> 0).u32(Math.floor(value / 0x1_0000_0000))
  }

  /** Bytes without their length: the reader must know how many there are. */
  fixed(bytes: Uint8Array): this {
    const start = this.#reserve(bytes.length)
    this.#bytes.set(bytes, start)
    return this
  }

  /** The length of the bytes, then the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.length(bytes.length).fixed(bytes)
  }

  string(text: string): this {
    return this.bytes(utf8Bytes(text))
  }

  /** How many bytes are written. */
  get size(): number {
    return this.#length
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}

/**
 * Reads the canonical encoding from bytes that cannot be trusted. It never reads beyond the input and
 * never allocates more than the input's size. What it returns are views of the input: whoever keeps
 * bytes copies them, because the input may be overwritten, and may be large.
 *
 * Its methods throw {@link ParsecError} `MalformedEncoding` if something else is there than they
 * expect, and `LimitExceeded` if a length is beyond its limit.
 *
 * @example
 * const reader = new Reader(bytes)
 * const count = reader.u32()
 * const name = reader.string('name', limits.nameBytes)
 * reader.end()
 */
export class Reader {
  readonly #bytes: Uint8Array
  #offset = 0

  /** @param bytes - not kept longer than the reader itself; any kind of `Uint8Array` */
  constructor(bytes: Uint8Array) {
    this.#bytes = plainView(bytes)
  }

  /** How many bytes have been read. */
  get offset(): number {
    return this.#offset
  }

  /**
   * Makes the error for what is at this place; throw it.
   *
   * @param expected - what should be there, as in `a public key`
   */
  malformed(expected: string): ParsecError {
    return new ParsecError({ code: 'MalformedEncoding', expected, offset: this.#offset })
  }

  /** Reads four bytes, the lowest first, as an unsigned number. */
  u32(): number {
    const at = this.#take(4, 'four bytes')
    const bytes = this.#bytes
    return (
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24)) >>>
      0
    )
  }

  /**
   * Reads a length (u64).
   *
   * @param what - what it is the length of, for the error
   * @param limit - the largest length that is accepted
   */
  length(what: string, limit: number): number {
    const low = this.u32()
    const actual = this.u32() * 0x1_0000_0000 + low
    checkLimit(what, limit, actual)
    return actual
  }

  /** Reads the next `count` bytes. The result is a view of the input, not a copy. */
  fixed(count: number, what: string): Uint8Array {
    const at = this.#take(count, what)
    return this.#bytes.subarray(at, at + count)
  }

  /**
   * Reads a length of at most `limit`, then as many bytes. The result is a view of the input, not a
   * copy.
   */
  bytes(what: string, limit: number): Uint8Array {
    return this.fixed(this.length(what, limit), what)
  }

  /** Reads a text that is encoded in UTF-8, in at most `limit` bytes. */
  string(what: string, limit: number): string {
    const bytes = this.bytes(what, limit)
    try {
      return utf8Text(bytes)
    } catch {
      throw this.malformed(`${what} in UTF-8`)
    }
  }

  /** The bytes from an earlier offset up to here, as a view of the input. */
  since(offset: number): Uint8Array {
    return this.#bytes.subarray(offset, this.#offset)
  }

  /** Throws `MalformedEncoding` unless all bytes have been read. */
  end(): void {
    if (this.#offset !== this.#bytes.length) throw this.malformed('the end of the input')
  }

  #take(count: number, what: string): number {
    const at = this.#offset
    if (count > this.#bytes.length - at) throw this.malformed(what)
    this.#offset = at + count
    return at
  }
}

/**
 * Reads a set: a length, then items in strictly ascending order. Throws `MalformedEncoding` if they
 * are in another order.
 */
export function readSet<T extends { compareTo(other: T): number }>(reader: Reader, what: string, read: () => T): T[] {
  const count = reader.length(what, limits.groupSize)
  const items: T[] = []
  for (let i = 0; i < count; i++) {
    const item = read()
    const previous = items[i - 1]
    if (previous !== undefined && previous.compareTo(item) >= 0) throw reader.malformed(`${what} in ascending order`)
    items.push(item)
  }
  return items
}

/** Joins the parts into one byte sequence. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}
