// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { compareBytes, copyOf, utf8Bytes, Writer } from '../../base/encoding.ts'
import type { Reader } from '../../base/encoding.ts'
import { checkLimit, limits } from '../../base/limits.ts'
import type { PublicId } from '../../base/public-id.ts'
import type { IdentityScheme, SecretId } from '../identity.ts'

const tagLength = 8

/**
 * A name that stands for a key pair. A signature is a hash that anyone can compute, so this is only
 * for simulations and recorded graphs.
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

  /** Two mock ids are the same if their names are. */
  get key(): string {
    return this.name
  }

  equals(other: PublicId): boolean {
    return this.key === other.key
  }

  /** Compares the names, as in the recorded graphs. */
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

  /**
   * Encrypts nothing: returns a checksum over the reader, the context and the plaintext, then the
   * plaintext.
   */
  encrypt(plaintext: Uint8Array, context: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(tagLength + plaintext.length)
    sealed.set(this.#tag(plaintext, context))
    sealed.set(plaintext, tagLength)
    return sealed
  }

  decrypt(ciphertext: Uint8Array, context: Uint8Array): Uint8Array | undefined {
    if (ciphertext.length < tagLength) return undefined
    const plaintext = copyOf(ciphertext.subarray(tagLength))
    const tag = this.#tag(plaintext, context)
    return compareBytes(tag, ciphertext.subarray(0, tagLength)) === 0 ? plaintext : undefined
  }

  #tag(plaintext: Uint8Array, context: Uint8Array): Uint8Array {
    const checked = new Writer().fixed(this.bytes).bytes(context).fixed(plaintext)
    return platform.sha3(checked.finish()).subarray(0, tagLength)
  }
}

const known = new Map<string, MockPublicId>()

/**
 * Returns the same object for the same name. Ids in messages are not remembered here, as they could
 * fill the memory.
 */
function publicId(name: string): MockPublicId {
  let id = known.get(name)
  if (id === undefined) known.set(name, (id = new MockPublicId(name)))
  return id
}

/**
 * Identities that are just names, for tests and simulations. They are fast and not secure: anyone can
 * sign for anyone. The encoding is that of the recorded graphs (protocol.md section 2): the name as a
 * string, then SHA3-256 of the name, twice.
 *
 * @example
 * const us = mockIdentity.secretId('Alice')
 * const founders = [us.publicId, mockIdentity.publicId('Bob')]
 * const peer = Parsec.fromGenesis(us, { founders, identities: mockIdentity, codec: stringCodec })
 */
export const mockIdentity: IdentityScheme & {
  /**
   * The public id of a name.
   *
   * @param name - at most `limits.nameBytes` bytes in UTF-8
   * @throws ParsecError `LimitExceeded`
   */
  publicId(name: string): PublicId
  /**
   * The key pair of a name.
   *
   * @param name - at most `limits.nameBytes` bytes in UTF-8
   * @throws ParsecError `LimitExceeded`
   */
  secretId(name: string): SecretId
} = {
  name: 'mock',
  signatureLength: 32,
  publicId,
  secretId(name) {
    const id = publicId(name)
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
