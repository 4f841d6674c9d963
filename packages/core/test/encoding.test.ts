// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../src/wire/format.ts'
import type { PublicId } from '../src/base/public-id.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reader, Writer, compareBytes, toHex, utf8Bytes, utf8Text } from '../src/base/encoding.ts'
import { limits } from '../src/base/limits.ts'
import { mockIdentity } from '../src/crypto/identities/mock.ts'
import {
  add,
  decodeObservation,
  encodeObservation,
  genesis,
  observationHash,
  observationText,
  opaque,
  remove,
} from '../src/wire/observation.ts'
import type { Observation } from '../src/wire/observation.ts'
import { codeOf, thrownBy } from './support/network.ts'

const id = (name: string): PublicId => mockIdentity.publicId(name)
const founders = ['Alice', 'Bob', 'Carol', 'Dave'].map(id)

// Without what separates names in the short text, by which the tests compare.
const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((name) => !name.includes(','))
const info = fc.uint8Array({ maxLength: 8 })
const observations: fc.Arbitrary<Observation<string>> = fc.oneof(
  fc.tuple(fc.array(names, { maxLength: 6 }), info).map(([group, bytes]) => genesis(group.map(id), bytes)),
  fc.tuple(names, info).map(([name, bytes]) => add(id(name), bytes)),
  fc.tuple(names, info).map(([name, bytes]) => remove(id(name), bytes)),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(opaque),
)

function decoded(bytes: Uint8Array): Observation<string> {
  const reader = new Reader(bytes)
  const observation = decodeObservation(reader, stringCodec, mockIdentity)
  reader.end()
  return observation
}

describe('hashes of the recorded graphs', () => {
  test('Genesis {Alice, Bob, Carol, Dave}', () => {
    expect(toHex(observationHash(genesis(founders), stringCodec))).toBe(
      '181acff73711013c5df11e21c5edd964e180a3e02896ba627983aebc0651e1dd',
    )
  })

  test('OpaquePayload("0")', () => {
    expect(toHex(observationHash(opaque('0'), stringCodec))).toBe(
      'c93ff2cda7e9dd6a49b12c4fccdbaa0fe1b25b1e92421f288b06bfe53122be0f',
    )
  })
})

describe('numbers and bytes', () => {
  test('come back as they were', () => {
    const number = fc.nat({ max: 2 ** 32 - 1 })
    const length = fc.nat({ max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(number, length, fc.string({ unit: 'grapheme' }), fc.uint8Array(), (u32, u64, text, bytes) => {
        const reader = new Reader(new Writer().u32(u32).length(u64).string(text).bytes(bytes).fixed(bytes).finish())
        expect(reader.u32()).toBe(u32)
        expect(reader.length('length', Number.MAX_SAFE_INTEGER)).toBe(u64)
        expect(reader.string('text', 1000)).toBe(text)
        expect(reader.bytes('bytes', 1000)).toEqual(bytes)
        expect(reader.fixed(bytes.length, 'bytes')).toEqual(bytes)
        reader.end()
      }),
    )
  })

  test('are little-endian, lengths in eight bytes', () => {
    expect(toHex(new Writer().u32(0x01020304).length(0x0a_0000_0005).finish())).toBe('04030201' + '050000000a000000')
  })

  test('lengths beyond the exact integers are beyond every limit', () => {
    const bytes = new Uint8Array(8).fill(255)
    expect(thrownBy(() => new Reader(bytes).length('it', Number.MAX_SAFE_INTEGER)).detail).toMatchObject({
      code: 'LimitExceeded',
      what: 'it',
    })
  })

  test('one byte missing or one too many is refused, with where and what', () => {
    const bytes = new Writer().string('abc').finish()
    expect(thrownBy(() => new Reader(bytes.subarray(0, -1)).string('name', 9)).detail).toEqual({
      code: 'MalformedEncoding',
      expected: 'name',
      offset: 8,
    })
    const reader = new Reader(bytes)
    reader.u32()
    expect(
      thrownBy(() => {
        reader.end()
      }).detail,
    ).toMatchObject({ code: 'MalformedEncoding', offset: 4 })
    expect(thrownBy(() => new Reader(bytes).string('name', 2)).detail).toEqual({
      code: 'LimitExceeded',
      what: 'name',
      limit: 2,
      actual: 3,
    })
  })

  test('texts are UTF-8 and nothing else: no overlong forms, surrogates or lost byte order marks', () => {
    for (const bad of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xff], [0xe2, 0x82]]) {
      const bytes = new Writer().bytes(Uint8Array.from(bad)).finish()
      expect(codeOf(() => new Reader(bytes).string('name', 9))).toBe('MalformedEncoding')
    }
    expect(utf8Bytes(utf8Text(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61])))).toHaveLength(4)
  })

  test('bytes are ordered, a prefix first', () => {
    const bytes = fc.uint8Array({ maxLength: 4, max: 3 })
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const expected = toHex(a) < toHex(b) ? -1 : toHex(a) > toHex(b) ? 1 : 0
        expect(Math.sign(compareBytes(a, b))).toBe(expected)
      }),
    )
  })
})

describe('observations', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(observations, (observation) => {
        const bytes = encodeObservation(observation, stringCodec)
        const again = decoded(bytes)
        expect(encodeObservation(again, stringCodec)).toEqual(bytes)
        expect(observationText(again)).toBe(observationText(observation))
      }),
    )
  })

  test('different ones have different encodings', () => {
    fc.assert(
      fc.property(observations, observations, (a, b) => {
        const same = compareBytes(encodeObservation(a, stringCodec), encodeObservation(b, stringCodec)) === 0
        const text = (o: Observation<string>): string =>
          observationText(o) + ('relatedInfo' in o ? toHex(o.relatedInfo) : '')
        expect(same).toBe(text(a) === text(b))
      }),
    )
  })

  test('a group is a set: order and repetition do not matter when made, and are refused when read', () => {
    const [alice, bob] = founders
    if (alice === undefined || bob === undefined) throw new Error('founders')
    expect(genesis([bob, alice, bob])).toEqual(genesis([alice, bob]))
    for (const group of [
      [bob, alice],
      [alice, alice],
    ]) {
      const bytes = encodeObservation({ kind: 'Genesis', group, relatedInfo: new Uint8Array() }, stringCodec)
      expect(codeOf(() => decoded(bytes))).toBe('MalformedEncoding')
    }
  })

  test.each([3, 5, 6, 7, 8, 2 ** 32 - 1])('variant %i is not one that a peer may vote for', (variant) => {
    const bytes = new Writer().u32(variant).length(0).length(0).length(0).finish()
    expect(codeOf(() => decoded(bytes))).toBe('MalformedEncoding')
  })

  test('what no peer would accept is not made', () => {
    const codec = { encode: (size: number) => new Uint8Array(size), decode: (bytes: Uint8Array) => bytes.length }
    expect(encodeObservation(opaque(limits.payloadBytes), codec)).toHaveLength(limits.payloadBytes + 12)
    expect(thrownBy(() => encodeObservation(opaque(limits.payloadBytes + 1), codec)).detail).toEqual({
      code: 'LimitExceeded',
      what: 'payload',
      limit: limits.payloadBytes,
      actual: limits.payloadBytes + 1,
    })
    const info = new Uint8Array(limits.relatedInfoBytes + 1)
    for (const observation of [add(id('Eve'), info), remove(id('Eve'), info), genesis(founders, info)]) {
      expect(codeOf(() => encodeObservation(observation, codec))).toBe('LimitExceeded')
    }
    const group = Array.from({ length: limits.groupSize + 1 }, (_, i) => id(String(i)))
    expect(codeOf(() => encodeObservation(genesis(group), codec))).toBe('LimitExceeded')
    expect(codeOf(() => mockIdentity.publicId('x'.repeat(limits.nameBytes + 1)))).toBe('LimitExceeded')
  })

  test('a payload that its codec refuses or would write otherwise is refused', () => {
    const lenient = { encode: (text: string) => utf8Bytes(text.trim()), decode: (bytes: Uint8Array) => utf8Text(bytes) }
    const bytes = (payload: number[]): Reader =>
      new Reader(new Writer().u32(4).bytes(Uint8Array.from(payload)).finish())
    expect(thrownBy(() => decodeObservation(bytes([0x20, 0x61]), lenient, mockIdentity)).detail).toEqual({
      code: 'MalformedPayload',
      reason: 'not the encoding that the codec gives',
    })
    expect(codeOf(() => decodeObservation(bytes([0xff]), stringCodec, mockIdentity))).toBe('MalformedPayload')
  })

  test('have short texts', () => {
    const participants = [id('Alice'), id('Bob')]
    expect(observationText(genesis(participants))).toBe('Genesis({Alice, Bob})')
    expect(observationText(add(id('Fred')))).toBe('Add(Fred)')
    expect(observationText(remove(id('Fred'), Uint8Array.of(1, 2)))).toBe(
      'Remove { peer_id: Fred, related_info: [1, 2] }',
    )
    expect(observationText(opaque('5'), { codec: { ...stringCodec, text: (n) => `<${n}>` } })).toBe(
      'OpaquePayload(<5>)',
    )
    expect(observationText({ kind: 'StartDkg', participants })).toBe('StartDkg({Alice, Bob})')
    expect(observationText({ kind: 'DkgMessage', text: 'DkgPart(0)', message: new Uint8Array() })).toBe(
      'DkgMessage(DkgPart(0))',
    )
  })
})
