// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Reader } from './encoding.ts'
import { Writer } from './encoding.ts'
import { limits } from './limits.ts'

/** A message of a distributed key generation (protocol.md section 9). */
export type KeyMessage =
  /** A participant deals: the encoding of a part. */
  | { readonly kind: 'Part'; readonly generation: number; readonly bytes: Uint8Array }
  /** A participant acknowledges the part of the dealer with this number: the encoding of an ack. */
  | { readonly kind: 'Ack'; readonly generation: number; readonly dealer: number; readonly bytes: Uint8Array }

const variants = { Part: 0, Ack: 1 } as const

/** Canonical encoding: the kind, the number of the key generation, of an ack the dealer's number, then the message with its length. */
export function encodeKeyMessage(message: KeyMessage): Uint8Array {
  const writer = new Writer().u32(variants[message.kind]).u32(message.generation)
  if (message.kind === 'Ack') writer.u32(message.dealer)
  return writer.bytes(message.bytes).finish()
}

/** Reads what {@link encodeKeyMessage} writes; what is inside is read once it is decided. Throws `MalformedEncoding` or `LimitExceeded`. */
export function readKeyMessage(reader: Reader): KeyMessage {
  const variant = reader.u32()
  const generation = reader.u32()
  if (variant !== variants.Part && variant !== variants.Ack) throw reader.malformed('a message of a key generation')
  const dealer = variant === variants.Ack ? reader.u32() : undefined
  const bytes = reader.bytes('message of a key generation', limits.keyMessageBytes).slice()
  return dealer === undefined ? { kind: 'Part', generation, bytes } : { kind: 'Ack', generation, dealer, bytes }
}

/** Short printable form, as in the recorded graphs: `DkgPart(0)`. */
export function keyMessageText({ kind, generation }: KeyMessage): string {
  return `Dkg${kind}(${String(generation)})`
}
