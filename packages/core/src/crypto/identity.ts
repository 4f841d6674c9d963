// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Reader } from '../base/encoding.ts'
import type { PublicId } from '../base/public-id.ts'

/** What a peer signs with. */
export interface SecretId {
  readonly publicId: PublicId
  sign(message: Uint8Array): Uint8Array
  /**
   * The plaintext of what was encrypted to our public id in the same context; undefined for
   * anything else. Never throws.
   */
  decrypt(ciphertext: Uint8Array, context: Uint8Array): Uint8Array | undefined
}

/** A kind of identities, the same for a whole network. */
export interface IdentityScheme {
  readonly name: string
  /** Bytes of every signature. */
  readonly signatureLength: number
  /** Reads a canonical public id; throws `MalformedEncoding`, `LimitExceeded` or `InvalidPublicId`. */
  decodePublicId(reader: Reader): PublicId
}
