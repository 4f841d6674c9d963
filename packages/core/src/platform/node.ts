// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { createPrivateKey, createPublicKey, hash, randomBytes, sign, verify } from 'node:crypto'
import { nobleBls } from '../bls-noble.ts'
import type { Platform } from './platform.ts'

/** PKCS 8 wrapping of a raw Ed25519 seed, and SPKI wrapping of a raw public key (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** Node's own OpenSSL, with key objects made once per key. */
export const platform: Platform = {
  sha3: (bytes) => hash('sha3-256', bytes, 'buffer'),
  ed25519Signer(seed) {
    const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
    return { publicKey: new Uint8Array(spki.subarray(spkiPrefix.length)), sign: (message) => sign(null, message, key) }
  },
  ed25519Verifier(publicKey) {
    const key = createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' })
    return (message, signature) => verify(null, message, key, signature)
  },
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
  withBls: (use) => use(nobleBls),
}
