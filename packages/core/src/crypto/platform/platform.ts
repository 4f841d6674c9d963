// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type * as Blst from '@chainsafe/blst'

/** The primitives that the machine gives: everything else in core is the same everywhere. */
export interface Platform {
  /** SHA3-256. */
  sha3(bytes: Uint8Array): Uint8Array
  ed25519Signer(seed: Uint8Array): { readonly publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array }
  /**
   * A verifier that accepts exactly the signatures (R, S) with S < L and encode(S·B − k·A) = R. All
   * platforms must accept the same set: a signature that only some peers accept would split them.
   * It is asked only about keys and R that are not of small order, on which versions of OpenSSL
   * differ.
   */
  ed25519Verifier(publicKey: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean
  /** X25519 (RFC 7748): the public key, u-coordinate 9 times the secret. */
  x25519PublicKey(secretKey: Uint8Array): Uint8Array
  /**
   * X25519 of our secret key and another's public key; undefined where the result is zero, as RFC
   * 9180 section 7.1.4 demands.
   */
  x25519(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined
  /** Secret random bytes from the machine's own source. */
  randomBytes(length: number): Uint8Array
  /** The native BLS12-381 library, an optional dependency, where npm has found one for this machine. */
  readonly blst: typeof Blst | undefined
}
