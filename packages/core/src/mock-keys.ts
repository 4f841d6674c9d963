// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { compareBytes } from './encoding.ts'
import { ParsecError } from './errors.ts'
import { scalarBytes, scalarOf } from './key-group.ts'
import type { KeyGroup } from './key-group.ts'
import { keySchemeOf } from './key-scheme.ts'
import type { KeyScheme } from './keys.ts'

/** 2^31 - 1. */
const order = 2147483647n
const length = 4

/** An integer modulo the order: both groups. */
class MockPoint {
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value % order
  }

  add(other: MockPoint): MockPoint {
    return new MockPoint(this.value + other.value)
  }

  equals(other: MockPoint): boolean {
    return this.value === other.value
  }

  toBytes(): Uint8Array {
    return scalarBytes(this.value, length)
  }
}

function read(bytes: Uint8Array): MockPoint {
  const value = bytes.length === length ? scalarOf(bytes) : 0n
  if (value === 0n || value >= order) {
    throw new ParsecError({ code: 'MalformedEncoding', expected: 'a number below 2^31 - 1', offset: 0 })
  }
  return new MockPoint(value)
}

/** Never zero. */
function hashed(message: Uint8Array): bigint {
  return (scalarOf(platform.sha3(message).subarray(0, 8)) % (order - 1n)) + 1n
}

const group: KeyGroup<MockPoint, MockPoint> = {
  name: 'mock',
  order,
  scalarLength: length,
  keyLength: length,
  key: (secret) => new MockPoint(secret),
  readKey: read,
  readSignature: read,
  multiplyKey: (key, scalar) => new MockPoint(key.value * scalar),
  multiplySignature: (signature, scalar) => new MockPoint(signature.value * scalar),
  sign: (secret, message) => scalarBytes((hashed(message) * secret) % order, length),
  verify: (key, message, signature) =>
    compareBytes(scalarBytes((hashed(message) * key.value) % order, length), signature) === 0,
}

/**
 * Keys without security, fast, for simulations and tests: the algebra of {@link blsKeys} in a group where everybody can divide. What is wrong there is wrong here, too.
 */
export const mockKeys: KeyScheme = keySchemeOf(group)
