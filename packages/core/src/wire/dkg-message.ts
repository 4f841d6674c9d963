// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Writer } from '../base/encoding.ts'
import type { Reader } from '../base/encoding.ts'
import { limits } from '../base/limits.ts'

/** A message of a distributed key generation (protocol.md section 9). */
export interface DkgMessage {
  readonly kind: 'Part' | 'Ack'
  /** The number of the key generation, in consensus order from 0. */
  readonly generation: number
  /** The encoded Part or Ack. */
  readonly bytes: Uint8Array
}

const variants = { Part: 0, Ack: 1 } as const

/**
 * The canonical encoding: the kind, the number of the key generation, then the message with its
 * length.
 */
export function encodeDkgMessage(message: DkgMessage): Uint8Array {
  return new Writer().u32(variants[message.kind]).u32(message.generation).bytes(message.bytes).finish()
}

/**
 * Reads what {@link encodeDkgMessage} writes. The Part or Ack inside is decoded only once the
 * message is decided; its bytes are a view of the input. Throws `MalformedEncoding` or
 * `LimitExceeded`.
 */
export function readDkgMessage(reader: Reader): DkgMessage {
  const variant = reader.u32()
  const generation = reader.u32()
  if (variant !== variants.Part && variant !== variants.Ack) throw reader.malformed('a message of a key generation')
  const bytes = reader.bytes('message of a key generation', limits.dkgMessageBytes)
  return { kind: variant === variants.Part ? 'Part' : 'Ack', generation, bytes }
}

/** A short text, as in the recorded graphs: `DkgPart(0)`. */
export function dkgMessageText({ kind, generation }: DkgMessage): string {
  return `Dkg${kind}(${String(generation)})`
}
