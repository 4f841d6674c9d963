// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { toHex, utf8Bytes } from './encoding.ts'
import type { Reader, Writer } from './encoding.ts'
import { checkLimit, limits } from './limits.ts'
import { hashLength, isFaultyEventKind, isRefusedEventKind, maliceKinds } from './malice.ts'
import type { Malice } from './malice.ts'

/** The hashes by which a malice names its proof, in the order of the encoding. */
function hashesOf(malice: Exclude<Malice, { eventBytes: Uint8Array } | { kind: 'Unprovable' }>): readonly Uint8Array[] {
  if ('selfParentHash' in malice) return [malice.selfParentHash]
  if ('firstHash' in malice) return [malice.firstHash, malice.secondHash]
  return 'accusationHash' in malice ? [malice.eventHash, malice.accusationHash] : [malice.eventHash]
}

/** Appends the canonical encoding; throws `LimitExceeded`. */
export function writeMalice(writer: Writer, malice: Malice): void {
  writer.u32(maliceKinds.indexOf(malice.kind))
  if (malice.kind === 'Unprovable') {
    const reason = utf8Bytes(malice.reason)
    checkLimit('reason', limits.reasonBytes, reason.length)
    writer.bytes(reason)
  } else if ('eventBytes' in malice) {
    checkLimit('accused event', limits.accusedEventBytes, malice.eventBytes.length)
    writer.bytes(malice.eventBytes)
  } else for (const hash of hashesOf(malice)) writer.fixed(hash)
}

/**
 * Reads what {@link writeMalice} writes; an event that it carries stays as bytes. Throws
 * `MalformedEncoding` or `LimitExceeded`.
 */
export function readMalice(reader: Reader): Malice {
  const kind = maliceKinds[reader.u32()]
  if (kind === undefined) throw reader.malformed('a kind of malice')
  const hash = (): Uint8Array => reader.fixed(hashLength, 'a hash').slice()
  if (isFaultyEventKind(kind)) return { kind, eventHash: hash() }
  if (isRefusedEventKind(kind)) {
    return { kind, eventBytes: reader.bytes('accused event', limits.accusedEventBytes).slice() }
  }
  switch (kind) {
    case 'DuplicateVote':
      return { kind, firstHash: hash(), secondHash: hash() }
    case 'Fork':
      return { kind, selfParentHash: hash() }
    case 'Accomplice':
      return { kind, eventHash: hash(), accusationHash: hash() }
    case 'Unprovable':
      return { kind, reason: reader.string('reason', limits.reasonBytes) }
  }
}

/**
 * Printable form: `Fork(6a0c99e1)`.
 *
 * @param form - `short`: eight hexadecimal digits of each hash, and of the SHA3-256 of an event
 *   that is carried; `whole`: all of these bytes.
 */
export function maliceText(malice: Malice, form: 'short' | 'whole' = 'short'): string {
  if (malice.kind === 'Unprovable') return `${malice.kind}(${malice.reason})`
  const isShort = form === 'short'
  const named =
    'eventBytes' in malice ? [isShort ? platform.sha3(malice.eventBytes) : malice.eventBytes] : hashesOf(malice)
  return `${malice.kind}(${named.map((bytes) => toHex(isShort ? bytes.subarray(0, 4) : bytes)).join(', ')})`
}
