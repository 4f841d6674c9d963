// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** The primitives that the machine gives: everything else in core is the same everywhere. */
export interface Platform {
  /** SHA3-256. */
  sha3(bytes: Uint8Array): Uint8Array
  /** Secret random bytes. */
  randomBytes(length: number): Uint8Array
  ed25519Signer(seed: Uint8Array): { readonly publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array }
  /**
   * A verifier that accepts exactly the signatures (R, S) with S < L and encode(S·B − k·A) = R. All platforms must
   * accept the same set: a signature that only some peers accept would split them. It is asked only about keys and R that are not of small
   * order, on which versions of OpenSSL differ.
   */
  ed25519Verifier(publicKey: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean
  /** BLS signature of a message: `BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_`. @param secret - 32 bytes, big-endian, reduced and not zero. */
  blsSign(secret: Uint8Array, message: Uint8Array): Uint8Array
  /** Is it the signature by the key, a valid one? All platforms must accept the same: canonical encodings of points of the subgroup other than zero. */
  blsVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}
