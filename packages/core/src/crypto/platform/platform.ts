// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type * as Blst from '@chainsafe/blst'

/**
 * What differs between Node and browsers. Everything else in core is the same everywhere. All bytes
 * that are returned are plain `Uint8Array`s that own their buffer.
 */
export interface Platform {
  /** SHA3-256. */
  sha3(bytes: Uint8Array): Uint8Array
  /** @param seed - kept: nobody else may write to it */
  ed25519Signer(seed: Uint8Array): { readonly publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array }
  /**
   * Makes a verifier that accepts exactly the signatures (R, S) with S < L and encode(S·B − k·A) =
   * R. All platforms must accept the same signatures, because one that only some peers accept would
   * split the network. It is never asked about a key or an R of small order, where versions of
   * OpenSSL differ.
   *
   * @param publicKey - kept, like a seed
   */
  ed25519Verifier(publicKey: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean
  /** The X25519 public key of a secret key (RFC 7748). */
  x25519PublicKey(secretKey: Uint8Array): Uint8Array
  /**
   * X25519 of our secret key and somebody else's public key. Undefined if the result is zero, which
   * RFC 9180 section 7.1.4 demands to check.
   */
  x25519(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined
  /** Secret random bytes from the machine's own source. */
  randomBytes(length: number): Uint8Array
  /**
   * The native BLS12-381 library: an optional dependency, undefined if npm had none for this
   * machine.
   */
  readonly blst: typeof Blst | undefined
}
