// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Writer } from '../base/encoding.ts'
import type { Reader } from '../base/encoding.ts'
import { limits } from '../base/limits.ts'

/** A message of a distributed key generation (protocol.md section 9). */
export interface DkgMessage {
  readonly kind: 'Part' | 'Ack'
  readonly generation: number
  /** Encoding of the part that a participant deals, or of its ack of somebody's part. */
  readonly bytes: Uint8Array
}

const variants = { Part: 0, Ack: 1 } as const

/** Canonical encoding: the kind, the number of the key generation, then the message with its length. */
export function encodeDkgMessage(message: DkgMessage): Uint8Array {
  return new Writer().u32(variants[message.kind]).u32(message.generation).bytes(message.bytes).finish()
}

/**
 * Reads what {@link encodeDkgMessage} writes; what is inside is read once it is decided. Throws
 * `MalformedEncoding` or `LimitExceeded`.
 */
export function readDkgMessage(reader: Reader): DkgMessage {
  const variant = reader.u32()
  const generation = reader.u32()
  if (variant !== variants.Part && variant !== variants.Ack) throw reader.malformed('a message of a key generation')
  const bytes = reader.bytes('message of a key generation', limits.dkgMessageBytes).slice()
  return { kind: variant === variants.Part ? 'Part' : 'Ack', generation, bytes }
}

/** Short printable form, as in the recorded graphs: `DkgPart(0)`. */
export function dkgMessageText({ kind, generation }: DkgMessage): string {
  return `Dkg${kind}(${String(generation)})`
}
