// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { concat, utf8Bytes } from '../base/encoding.ts'

/**
 * What an identity's signature can be for. The tag stands in front of what is signed, and none is the
 * beginning of another. So a signature for one can never be taken for one of another kind, nor for
 * one that the application or its transport asks the same key for.
 */
const tags = { event: utf8Bytes('parsec event\0'), vote: utf8Bytes('parsec vote\0') }

/**
 * The bytes that are signed (protocol.md section 2).
 *
 * @param kind - what the signature is for
 * @param content - of an event its header, of a vote the encoding of its observation
 */
export function signedBytes(kind: keyof typeof tags, content: Uint8Array): Uint8Array {
  return concat(tags[kind], content)
}
