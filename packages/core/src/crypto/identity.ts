// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Reader } from '../base/encoding.ts'
import type { PublicId } from '../base/public-id.ts'

/** A peer's key pair: it signs with it and reads what was encrypted to it. Keep it secret. */
export interface SecretId {
  /** The public half, which names the peer to the others. */
  readonly publicId: PublicId
  /**
   * Signs a message. {@link PublicId.verify} checks the signature. What the library signs begins with
   * `parsec event` or `parsec vote` and a zero byte. An application that uses the key for something
   * else, such as the greeting of its transport, puts a tag of its own in front, so that nobody can
   * make it sign an event.
   *
   * @returns as many bytes as the scheme's `signatureLength`
   */
  sign(message: Uint8Array): Uint8Array
  /**
   * Decrypts what {@link PublicId.encrypt} made for our public id. Never throws.
   *
   * @param context - the same one as for encryption
   * @returns the plaintext; undefined if it was not encrypted for us in this context
   */
  decrypt(ciphertext: Uint8Array, context: Uint8Array): Uint8Array | undefined
}

/**
 * A kind of identities. All peers of a network use the same one: `ed25519Identity`, or `mockIdentity`
 * in tests.
 */
export interface IdentityScheme {
  /** The name of the kind, such as `ed25519`. */
  readonly name: string
  /** The length of every signature, in bytes. */
  readonly signatureLength: number
  /**
   * Reads a public id from its canonical encoding.
   *
   * @param reader - stands at the first byte of the encoding, and then behind its last one. What it
   *   returns are views of the input: copy what the id keeps
   * @throws ParsecError `MalformedEncoding`, `LimitExceeded` or `InvalidPublicId`
   */
  decodePublicId(reader: Reader): PublicId
}

/**
 * The same scheme, but it decodes an id to the object that is known for it, if there is one: that one
 * has a name, and its keys are prepared.
 *
 * @param known - finds that object
 */
export function decodingTo(scheme: IdentityScheme, known: (id: PublicId) => PublicId | undefined): IdentityScheme {
  return {
    name: scheme.name,
    signatureLength: scheme.signatureLength,
    decodePublicId(reader) {
      const id = scheme.decodePublicId(reader)
      return known(id) ?? id
    },
  }
}
