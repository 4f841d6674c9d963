// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { createPrivateKey, createPublicKey, diffieHellman, hash, randomBytes, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createRequire } from 'node:module'
import type * as Blst from '@chainsafe/blst'
import { plainView } from '../../base/encoding.ts'
import type { Platform } from './platform.ts'

/**
 * The bytes before a raw secret key in PKCS 8, and before a raw public key in SPKI (RFC 8410). The
 * last byte of the object identifier in them names the curve.
 */
const pkcs8Prefix = {
  ed25519: wrapping('302e020100300506032b657004220420'),
  x25519: wrapping('302e020100300506032b656e04220420'),
}
const spkiPrefix = { ed25519: wrapping('302a300506032b6570032100'), x25519: wrapping('302a300506032b656e032100') }

type Curve = keyof typeof spkiPrefix

function wrapping(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

function secretKeyObject(curve: Curve, secretKey: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix[curve], secretKey]), format: 'der', type: 'pkcs8' })
}

function publicKeyObject(curve: Curve, publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiPrefix[curve], publicKey]), format: 'der', type: 'spki' })
}

function publicKeyOf(curve: Curve, secretKey: KeyObject): Uint8Array {
  const spki = createPublicKey(secretKey).export({ format: 'der', type: 'spki' })
  return new Uint8Array(spki.subarray(spkiPrefix[curve].length))
}

function optionalBlst(): typeof Blst | undefined {
  try {
    return createRequire(import.meta.url)('@chainsafe/blst') as typeof Blst
  } catch {
    return undefined
  }
}

/** Uses Node's OpenSSL. Each key is turned into a key object only once. */
export const platform: Platform = {
  sha3: (bytes) => plainView(hash('sha3-256', bytes, 'buffer')),
  ed25519Signer(seed) {
    const key = secretKeyObject('ed25519', seed)
    return { publicKey: publicKeyOf('ed25519', key), sign: (message) => plainView(sign(null, message, key)) }
  },
  ed25519Verifier(publicKey) {
    const key = publicKeyObject('ed25519', publicKey)
    return (message, signature) => verify(null, message, key, signature)
  },
  x25519PublicKey: (secretKey) => publicKeyOf('x25519', secretKeyObject('x25519', secretKey)),
  x25519(secretKey, publicKey) {
    try {
      const privateKey = secretKeyObject('x25519', secretKey)
      return new Uint8Array(diffieHellman({ privateKey, publicKey: publicKeyObject('x25519', publicKey) }))
    } catch {
      return undefined
    }
  },
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
  blst: optionalBlst(),
}
