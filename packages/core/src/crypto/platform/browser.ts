// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { sha3_256 } from '@noble/hashes/sha3.js'
import type { Platform } from './platform.ts'

/*
 * Every browser has it. It must be declared because core is compiled against the ECMAScript library
 * alone, which leaves it out.
 */
declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array }

/** The most that WebCrypto gives in one call, in bytes. */
const randomBytesAtOnce = 1 << 16

const { Point } = ed25519
const order = Point.Fn.ORDER

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number)
  return value
}

/**
 * Pure JavaScript, for browsers. Signatures are verified step by step here, because noble's own
 * `verify` multiplies by the cofactor and so accepts signatures that OpenSSL refuses.
 */
export const platform: Platform = {
  sha3: (bytes) => sha3_256(bytes),
  ed25519Signer(seed) {
    return { publicKey: ed25519.getPublicKey(seed), sign: (message) => ed25519.sign(message, seed) }
  },
  ed25519Verifier(publicKey) {
    let key: InstanceType<typeof Point> | undefined
    try {
      key = Point.fromBytes(publicKey)
    } catch {
      return () => false
    }
    const negated = key.negate()
    return (message, signature) => {
      const s = littleEndian(signature.subarray(32))
      if (signature.length !== 64 || s >= order) return false
      const hashed = new Uint8Array(64 + message.length)
      hashed.set(signature.subarray(0, 32))
      hashed.set(publicKey, 32)
      hashed.set(message, 64)
      const k = littleEndian(sha512(hashed)) % order
      const expected = Point.BASE.multiplyUnsafe(s).add(negated.multiplyUnsafe(k)).toBytes()
      return expected.every((byte, i) => byte === signature[i])
    }
  },
  x25519PublicKey: (secretKey) => x25519.getPublicKey(secretKey),
  x25519(secretKey, publicKey) {
    try {
      return x25519.getSharedSecret(secretKey, publicKey)
    } catch {
      return undefined
    }
  },
  randomBytes(length) {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at += randomBytesAtOnce) {
      crypto.getRandomValues(bytes.subarray(at, at + randomBytesAtOnce))
    }
    return bytes
  },
  blst: undefined,
}
