// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { compareBytes, utf8Bytes, Writer } from '../../base/encoding.ts'
import type { Reader } from '../../base/encoding.ts'
import { checkLimit, limits } from '../../base/limits.ts'
import type { PublicId } from '../../base/public-id.ts'
import type { IdentityScheme, SecretId } from '../identity.ts'

const tagLength = 8

/**
 * A name that stands for a key pair. Its signature is a hash that anyone can make: for simulations
 * and recorded graphs only.
 */
class MockPublicId implements PublicId {
  readonly name: string
  readonly bytes: Uint8Array
  readonly #nameBytes: Uint8Array

  constructor(name: string) {
    this.name = name
    this.#nameBytes = utf8Bytes(name)
    checkLimit('name', limits.nameBytes, this.#nameBytes.length)
    const key = platform.sha3(this.#nameBytes)
    this.bytes = new Writer().bytes(this.#nameBytes).fixed(key).fixed(key).finish()
  }

  /** The name says it all. */
  get key(): string {
    return this.name
  }

  equals(other: PublicId): boolean {
    return this.key === other.key
  }

  /** Order of the names, as in the recorded graphs. */
  compareTo(other: PublicId): number {
    return compareBytes(this.#nameBytes, other instanceof MockPublicId ? other.#nameBytes : other.bytes)
  }

  signatureOf(message: Uint8Array): Uint8Array {
    const signed = new Uint8Array(this.bytes.length + message.length)
    signed.set(this.bytes)
    signed.set(message, this.bytes.length)
    return platform.sha3(signed)
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return compareBytes(this.signatureOf(message), signature) === 0
  }

  /** The plaintext after a checksum over the reader, the context and the plaintext. */
  encrypt(plaintext: Uint8Array, context: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(tagLength + plaintext.length)
    sealed.set(this.#tag(plaintext, context))
    sealed.set(plaintext, tagLength)
    return sealed
  }

  decrypt(ciphertext: Uint8Array, context: Uint8Array): Uint8Array | undefined {
    if (ciphertext.length < tagLength) return undefined
    const plaintext = ciphertext.slice(tagLength)
    const tag = this.#tag(plaintext, context)
    return compareBytes(tag, ciphertext.subarray(0, tagLength)) === 0 ? plaintext : undefined
  }

  #tag(plaintext: Uint8Array, context: Uint8Array): Uint8Array {
    const checked = new Writer().fixed(this.bytes).bytes(context).fixed(plaintext)
    return platform.sha3(checked.finish()).subarray(0, tagLength)
  }
}

const known = new Map<string, MockPublicId>()

/** The one object of a name; ids made by an application are remembered, those met in messages are not. */
function publicId(name: string): PublicId {
  let id = known.get(name)
  if (id === undefined) known.set(name, (id = new MockPublicId(name)))
  return id
}

/**
 * Identities by name. The encoding is that of the recorded graphs (protocol.md section 2): the name as a string, then
 * SHA3-256 of the name twice. No security at all.
 */
export const mockIdentity: IdentityScheme & {
  publicId(name: string): PublicId
  secretId(name: string): SecretId
} = {
  name: 'mock',
  signatureLength: 32,
  publicId,
  secretId(name) {
    const id = new MockPublicId(name)
    return {
      publicId: id,
      sign: (message) => id.signatureOf(message),
      decrypt: (ciphertext, context) => id.decrypt(ciphertext, context),
    }
  },
  decodePublicId(reader: Reader): PublicId {
    const name = reader.string('name', limits.nameBytes)
    const keys = reader.fixed(64, 'two keys of a mock identity')
    const id = known.get(name) ?? new MockPublicId(name)
    if (compareBytes(id.bytes.subarray(-64), keys) !== 0) throw reader.malformed('the keys of the mock identity')
    return id
  },
}
