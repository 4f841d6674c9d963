// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SecretId } from '../src/crypto/identity.ts'
import type { Ack, Part } from '../src/crypto/shared-key/dealing.ts'
import { decodeAck, encodeAck, keyThreshold, rowContext, valueContext } from '../src/crypto/shared-key/dealing.ts'
import { ed25519Identity } from '../src/crypto/identities/ed25519.ts'
import { toHex, utf8Bytes } from '../src/base/encoding.ts'
import { blsKeys, mockKeys } from '../src/crypto/shared-key/keys.ts'
import type { Fault } from './support/keys.ts'
import { generateKeys, groupOf, participantsOf, seededRandom } from './support/keys.ts'
import { chooser, codeOf, seedOf } from './support/network.ts'
import type { Choose } from './support/network.ts'

const message = utf8Bytes('message')
const ed25519 = (name: string) => ed25519Identity.secretIdFromSeed(seedOf(name), name)

describe.each([
  ['mock', mockKeys, participantsOf, 60],
  ['bls', blsKeys, (count: number) => participantsOf(count, ed25519), 1],
] as const)('key generation (%s)', (_, scheme, participants, numRuns) => {
  test('all correct: every share signs, and any threshold + 1 of them make the one signature', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: scheme === blsKeys ? 4 : 13 }), fc.nat(), (count, seed) => {
        const { publicKeySet, shares, complaints } = generateKeys(scheme, participants(count), seededRandom(seed))
        expect(complaints).toEqual([])
        expect(publicKeySet?.threshold).toBe(keyThreshold(count))
        const signed = shares.map((share, i) => [i, share?.sign(message, 'test') ?? new Uint8Array()] as const)
        for (const [i, bytes] of signed) {
          expect(publicKeySet?.verifyShare(i, message, 'test', bytes)).toBe(true)
          expect(publicKeySet?.publicKeyShare(i)).toEqual(shares[i]?.publicKeyShare)
        }
        const one = publicKeySet?.combine(new Map(signed)) ?? new Uint8Array()
        const other = publicKeySet?.combine(new Map(signed.toReversed()))
        expect(other).toEqual(one)
        expect(publicKeySet?.verify(message, 'test', one)).toBe(true)
        expect(publicKeySet?.verify(message, 'other', one)).toBe(false)
      }),
      { numRuns },
    )
  })
})

describe('faulty participants are noticed by their victims, and do not prevent a key', () => {
  const count = 7
  const us = participantsOf(count)
  const changedAt = (list: readonly Uint8Array[], at: number, to: Uint8Array): Uint8Array[] =>
    list.map((item, i) => (i === at ? to : item))
  /** Row or value for a reader, validly encrypted, but of another polynomial. */
  const otherRow = (part: Part, reader: number): Uint8Array =>
    mockKeys.deal(groupOf(us), part.dealer, seededRandom('other')).rows[reader] ?? new Uint8Array()
  const otherValue = (ack: Ack, acknowledger: number, reader: number): Uint8Array =>
    us[reader]?.publicId.encrypt(
      Uint8Array.of(1, 2, 3, 4),
      valueContext(groupOf(us), ack.dealer, acknowledger, reader),
      seededRandom(0),
    ) ?? new Uint8Array()

  function check(faults: ReadonlyMap<number, Fault>): readonly string[] {
    const { publicKeySet, shares, complaints } = generateKeys(mockKeys, us, seededRandom('faulty'), faults)
    const signed = shares.map((share, i) => [i, share?.sign(message, 'test') ?? new Uint8Array()] as const)
    for (const [i, bytes] of signed) expect(publicKeySet?.verifyShare(i, message, 'test', bytes)).toBe(true)
    return complaints
  }

  test('a wrong row: its reader', () => {
    const part = (dealt: Part): Part => ({ ...dealt, rows: changedAt(dealt.rows, 3, otherRow(dealt, 3)) })
    expect(check(new Map([[1, { part }]]))).toEqual(['3: row of 1'])
  })

  test('a row that is no ciphertext, and one meant for somebody else', () => {
    const part = (dealt: Part): Part => ({
      ...dealt,
      rows: changedAt(changedAt(dealt.rows, 3, new Uint8Array(5)), 4, dealt.rows[5] ?? new Uint8Array()),
    })
    expect(check(new Map([[1, { part }]]))).toEqual(['3: row of 1', '4: row of 1'])
  })

  test('a wrong value: its reader', () => {
    const ack = (honest: Ack): Ack => ({ ...honest, values: changedAt(honest.values, 2, otherValue(honest, 6, 2)) })
    expect(check(new Map([[6, { ack }]]))).toEqual(us.map((_, dealer) => `2: value of 6 for ${String(dealer)}`))
  })

  test('a Part or Ack of a wrong shape, or with points that are none: everybody', () => {
    const short = (dealt: Part): Part => ({ ...dealt, rows: dealt.rows.slice(1) })
    expect(check(new Map([[1, { part: short }]]))).toEqual(['all: part of 1'])
    const more = (dealt: Part): Part => ({ ...dealt, commitment: [...dealt.commitment, ...dealt.commitment] })
    expect(check(new Map([[1, { part: more }]]))).toEqual(['all: part of 1'])
    for (const point of [new Uint8Array(4), new Uint8Array(4).fill(255)]) {
      const part = (dealt: Part): Part => ({ ...dealt, commitment: changedAt(dealt.commitment, 2, point) })
      expect(check(new Map([[1, { part }]]))).toEqual(['all: part of 1'])
    }
    const ack = (honest: Ack): Ack => ({ ...honest, values: honest.values.slice(1) })
    expect(check(new Map([[6, { ack }]]))).toEqual(us.map((_, dealer) => `all: ack of 6 to ${String(dealer)}`))
  })

  test('silent ones, as many as are tolerated', () => {
    const silent: Fault = { part: () => undefined, ack: () => undefined }
    expect(
      check(
        new Map([
          [0, silent],
          [5, silent],
        ]),
      ),
    ).toEqual([])
  })

  test("another's rows and commitment as one's own: every reader", () => {
    const stolen = mockKeys.deal(groupOf(us), 0, seededRandom('faulty'))
    const part = (): Part => ({ ...stolen, dealer: 1 })
    expect(check(new Map([[1, { part }]]))).toEqual(us.map((_, reader) => `${String(reader)}: row of 1`))
  })

  test('a ciphertext of another key generation is none here', () => {
    const part = mockKeys.deal(groupOf(us), 0, seededRandom(1))
    const [first] = us
    expect(first && mockKeys.readRow(part, groupOf(us), 0, first)).toBeDefined()
    expect(first && mockKeys.readRow(part, groupOf(us, 'generation 1'), 0, first)).toBeUndefined()
  })
})

/** A list with entries left out, doubled, changed or taken from elsewhere, and sometimes as it is. */
function mutated(list: readonly Uint8Array[], others: readonly Uint8Array[], choose: Choose): Uint8Array[] {
  const result: Uint8Array[] = list.map((item) => item.slice())
  for (let i = choose(3); i > 0; i--) {
    const at = choose(result.length + 1)
    const item = result[at]
    const kind = choose(6)
    if (kind === 0) result.splice(at, 1)
    else if (kind === 1) result.splice(at, 0, ...(item === undefined ? [new Uint8Array()] : [item]))
    else if (kind === 2) result[at] = others[choose(others.length)] ?? new Uint8Array(choose(9))
    else if (kind === 3) result.splice(choose(result.length + 1))
    else if (item !== undefined && item.length > 0) item[choose(item.length)] = choose(256)
  }
  return result
}

/** A part as one would deal it among more participants: all is right but the degree of its polynomial. */
function ofOtherDegree(us: readonly SecretId[], dealer: number, choose: Choose): Part {
  const more = groupOf([...us, ...participantsOf(us.length + 3 + choose(6)).slice(us.length)])
  const part = mockKeys.deal(more, dealer, seededRandom(choose(1000)))
  const rows = us.map((reader, i) => {
    const row = reader.decrypt(part.rows[i] ?? new Uint8Array(), rowContext(more, dealer, i)) ?? new Uint8Array()
    return reader.publicId.encrypt(row, rowContext(groupOf(us), dealer, i), seededRandom(0))
  })
  return { ...part, rows }
}

test('no part and no ack, however wrong, makes anybody stop; and the others still have a key', () => {
  let wrong = 0
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 10 }), fc.integer(), (count, seed) => {
      const choose = chooser(seed)
      const us = participantsOf(count)
      const group = groupOf(us)
      const faulty = new Set(Array.from({ length: Math.floor((count - 1) / 3) }, () => choose(count)))
      const other = mockKeys.deal(groupOf(participantsOf(4 + choose(9))), 0, seededRandom(seed))
      // What decrypts to something odd, as well.
      const sealed = (context: Uint8Array, reader: number): Uint8Array =>
        us[reader]?.publicId.encrypt(new Uint8Array(choose(13)).fill(choose(256)), context, seededRandom(seed)) ??
        new Uint8Array()
      const fault: Fault = {
        part: (part) => {
          if (choose(4) === 0) return ofOtherDegree(us, part.dealer, choose)
          const rows = part.rows.map((row, reader) =>
            choose(3) > 0 ? row : sealed(rowContext(group, part.dealer, reader), reader),
          )
          return {
            dealer: choose(8) === 0 ? choose(12) : part.dealer,
            commitment: mutated(part.commitment, other.commitment, choose),
            rows: choose(2) === 0 ? rows : mutated(rows, other.rows, choose),
          }
        },
        ack: (ack) => {
          const acknowledger = [...faulty][0] ?? 0
          const values = ack.values.map((value, reader) =>
            choose(3) > 0 ? value : sealed(valueContext(group, ack.dealer, acknowledger, reader), reader),
          )
          return { dealer: ack.dealer, values: choose(2) === 0 ? values : mutated(values, other.rows, choose) }
        },
      }
      const faults = new Map([...faulty].map((participant) => [participant, fault]))
      const { publicKeySet, shares, complaints } = generateKeys(mockKeys, us, seededRandom(seed), faults)
      if (complaints.length > 0) wrong++
      for (const i of us.keys()) {
        if (faulty.has(i)) continue
        const signature = shares[i]?.sign(message, 'test') ?? new Uint8Array()
        expect(publicKeySet?.verifyShare(i, message, 'test', signature)).toBe(true)
      }
    }),
    { numRuns: 400 },
  )
  expect(wrong).toBeGreaterThan(100)
})

describe('signing', () => {
  const { publicKeySet, shares } = mockKeys.dealKeys(10, seededRandom('signing'))
  const signatureShares = new Map(shares.map((share) => [share.index, share.sign(message, 'test')]))

  test('any threshold + 1 shares make the one signature, fewer make none', () => {
    const whole = publicKeySet.combine(signatureShares)
    fc.assert(
      fc.property(fc.shuffledSubarray([...signatureShares]), (chosen) => {
        const some = new Map(chosen)
        if (some.size > publicKeySet.threshold) expect(publicKeySet.combine(some)).toEqual(whole)
        else expect(codeOf(() => publicKeySet.combine(some))).toBe('InvalidShares')
      }),
    )
    // What `threshold` shares alone would give.
    const fewer = blsKeys.dealKeys(4, seededRandom(4))
    const [share] = fewer.shares
    expect(fewer.publicKeySet.verify(message, 'test', share?.sign(message, 'test') ?? message)).toBe(false)
  })

  test('a share is valid for its owner, message and domain only; bytes that are no share never are', () => {
    const share = signatureShares.get(3) ?? new Uint8Array()
    expect(publicKeySet.verifyShare(3, message, 'test', share)).toBe(true)
    const right = new Map(shares.map((one, i) => [i, one.sign(message, 'test')]))
    expect(publicKeySet.verifyShares(message, 'test', right)).toBe(true)
    for (const [index, wrong] of [
      [2, share],
      [0, new Uint8Array()],
      [-1, share],
    ] as const) {
      expect(publicKeySet.verifyShares(message, 'test', new Map([...right, [index, wrong]]))).toBe(false)
    }
    expect(publicKeySet.verifyShares(message, 'tes', right)).toBe(false)
    expect(publicKeySet.verifyShare(4, message, 'test', share)).toBe(false)
    expect(publicKeySet.verifyShare(3, utf8Bytes('other'), 'test', share)).toBe(false)
    expect(publicKeySet.verifyShare(3, message, 'tes', share)).toBe(false)
    expect(publicKeySet.verifyShare(3, message, 'test', share.subarray(1))).toBe(false)
    for (const index of [-1, 0.5, NaN, 128]) {
      expect(publicKeySet.verifyShare(index, message, 'test', share)).toBe(false)
      expect(() => publicKeySet.publicKeyShare(index)).toThrow(RangeError)
    }
    const wrong = new Map([...signatureShares].map(([i, bytes]) => [i, i === 0 ? share : bytes]))
    expect(publicKeySet.verify(message, 'test', publicKeySet.combine(wrong))).toBe(false)
    wrong.set(0, new Uint8Array(4))
    expect(codeOf(() => publicKeySet.combine(wrong))).toBe('InvalidShares')
  })
})

describe.each([
  ['mock', mockKeys, 10, 30],
  ['bls', blsKeys, 4, 1],
] as const)('encrypting to the group (%s)', (_, scheme, count, numRuns) => {
  const { publicKeySet, shares } = scheme.dealKeys(count, seededRandom('encrypting'))
  const label = utf8Bytes('bid 1')
  const plaintext = utf8Bytes('a secret')
  const ciphertext = publicKeySet.encrypt(plaintext, label, seededRandom(1))
  const sharesOf = (bytes: Uint8Array): Map<number, Uint8Array> =>
    new Map(shares.map((share) => [share.index, share.decryptionShare(bytes, label)]))
  const decryptionShares = sharesOf(ciphertext)

  test('any threshold + 1 shares open it, fewer do not', () => {
    expect(ciphertext.length).toBe(plaintext.length + publicKeySet.encryptionOverhead)
    fc.assert(
      fc.property(fc.shuffledSubarray([...decryptionShares]), fc.uint8Array({ maxLength: 50 }), (chosen, bytes) => {
        const some = new Map(chosen)
        if (some.size > publicKeySet.threshold) {
          expect(publicKeySet.decrypt(ciphertext, label, some)).toEqual(plaintext)
        } else expect(codeOf(() => publicKeySet.decrypt(ciphertext, label, some))).toBe('InvalidShares')
        const other = publicKeySet.encrypt(bytes, label)
        expect(publicKeySet.decrypt(other, label, sharesOf(other))).toEqual(bytes)
      }),
      { numRuns },
    )
  })

  test('a share is valid for its owner and ciphertext only, and a wrong one opens nothing', () => {
    const share = decryptionShares.get(1) ?? new Uint8Array()
    const other = publicKeySet.encrypt(plaintext, label, seededRandom(2))
    const isShare = (index: number, of: Uint8Array, bytes: Uint8Array, withLabel = label): boolean =>
      publicKeySet.verifyDecryptionShare(index, of, withLabel, bytes)
    for (const [index, bytes] of decryptionShares) expect(isShare(index, ciphertext, bytes)).toBe(true)
    expect(isShare(2, ciphertext, share)).toBe(false)
    expect(isShare(1, other, share)).toBe(false)
    expect(isShare(1, ciphertext, share, utf8Bytes('bid 2'))).toBe(false)
    expect(isShare(1, ciphertext, share.subarray(1))).toBe(false)
    expect(isShare(0.5, ciphertext, share)).toBe(false)
    const wrong = new Map([...decryptionShares].map(([i, bytes]) => [i, i === 0 ? share : bytes]))
    expect(publicKeySet.decrypt(ciphertext, label, wrong)).toBeUndefined()
    wrong.set(0, new Uint8Array(3))
    expect(codeOf(() => publicKeySet.decrypt(ciphertext, label, wrong))).toBe('InvalidShares')
  })

  test('nobody makes a share for one that is changed, cut, or has another label', () => {
    const [us] = shares
    const refused = (bytes: Uint8Array, withLabel = label): void => {
      expect(codeOf(() => us?.decryptionShare(bytes, withLabel))).toBe('InvalidCiphertext')
      expect(codeOf(() => publicKeySet.decrypt(bytes, withLabel, decryptionShares))).toBe('InvalidCiphertext')
    }
    refused(ciphertext, utf8Bytes('bid 2'))
    refused(new Uint8Array())
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 7 }), (place, bit) => {
        const changed = ciphertext.slice()
        changed[place % changed.length] = (changed[place % changed.length] ?? 0) ^ (1 << bit)
        refused(changed)
        refused(ciphertext.subarray(0, place % ciphertext.length))
      }),
      { numRuns: 3 * numRuns },
    )
  })

  test("who takes another's ephemeral key cannot have it opened: its signature is not theirs to make", () => {
    const own = publicKeySet.encrypt(plaintext, label, seededRandom(3))
    const key = publicKeySet.publicKey.length
    const mixed = Uint8Array.of(...ciphertext.subarray(0, key), ...own.subarray(key))
    expect(codeOf(() => shares[0]?.decryptionShare(mixed, label))).toBe('InvalidCiphertext')
  })
})

describe('encodings', () => {
  const us = participantsOf(7)
  const group = groupOf(us)
  const part = mockKeys.deal(group, 2, seededRandom('encodings'))
  const row = us[0] && mockKeys.readRow(part, group, 0, us[0])
  const { publicKeySet, shares } = mockKeys.dealKeys(7, seededRandom(1))
  const codecs: [string, Uint8Array, (bytes: Uint8Array) => Uint8Array][] = [
    ['part', mockKeys.encodePart(part), (bytes) => mockKeys.encodePart(mockKeys.decodePart(bytes))],
    [
      'ack',
      row ? encodeAck(mockKeys.acknowledge(row, group, seededRandom(0))) : new Uint8Array(),
      (bytes) => encodeAck(decodeAck(bytes)),
    ],
    ['key set', publicKeySet.toBytes(), (bytes) => mockKeys.decodePublicKeySet(bytes).toBytes()],
    [
      'share',
      shares[3]?.toSecretBytes() ?? new Uint8Array(),
      (bytes) => mockKeys.decodeSecretKeyShare(bytes).toSecretBytes(),
    ],
  ]

  test.each(codecs)('of a %s: whatever is accepted is encoded to the same bytes', (_, bytes, recoded) => {
    expect(recoded(bytes)).toEqual(bytes)
    for (const other of [bytes.subarray(1), bytes.subarray(0, -1), Uint8Array.of(...bytes, 0), new Uint8Array()]) {
      expect(['MalformedEncoding', 'LimitExceeded']).toContain(codeOf(() => recoded(other)))
    }
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 255 }), (place, to) => {
        const changed = bytes.slice()
        changed[place % bytes.length] = to
        const code = codeOf(() => {
          expect(recoded(changed)).toEqual(changed)
        })
        if (code !== undefined) expect(['MalformedEncoding', 'LimitExceeded']).toContain(code)
      }),
      { numRuns: 500 },
    )
  })

  test('a BLS key set and share come back as they were; points that are none are refused', () => {
    const { publicKeySet: set, shares: ofSet } = blsKeys.dealKeys(4, seededRandom(9))
    expect(blsKeys.decodePublicKeySet(set.toBytes()).equals(set)).toBe(true)
    expect(set.equals(blsKeys.dealKeys(4, seededRandom(8)).publicKeySet)).toBe(false)
    const share = blsKeys.decodeSecretKeyShare(ofSet[2]?.toSecretBytes() ?? new Uint8Array())
    expect(share.sign(message, 'test')).toEqual(ofSet[2]?.sign(message, 'test'))
    const identity = set.toBytes().fill(0, 8, 56)
    identity[8] = 0xc0
    expect(codeOf(() => blsKeys.decodePublicKeySet(identity))).toBe('MalformedEncoding')
  })
})

test('secrets show in nothing but toSecretBytes', () => {
  const us = participantsOf(4)
  const part = blsKeys.deal(groupOf(us), 0, seededRandom(5))
  const row = us[1] && blsKeys.readRow(part, groupOf(us), 1, us[1])
  const { shares } = blsKeys.dealKeys(4, seededRandom(3))
  for (const secret of [row, shares[1]]) {
    const bytes = secret?.toSecretBytes() ?? new Uint8Array()
    const tail = bytes.subarray(-16)
    const shown = [
      inspect(secret, { depth: 9, showHidden: true }),
      inspect({ nested: [secret] }, { depth: 9 }),
      inspect(secret, { depth: 9, showHidden: true, customInspect: false }),
      inspect(structuredClone(secret), { depth: 9, showHidden: true }),
      format('%s %j %o', secret, secret, secret),
      JSON.stringify({ secret }),
      String(secret),
      Object.entries(secret ?? {}).join(),
    ]
    for (const text of shown) {
      expect(text).not.toContain(toHex(tail))
      expect(text).not.toContain(String(BigInt('0x' + toHex(bytes.subarray(-32)))))
      expect(text).not.toContain([...tail].join())
      expect(text).not.toContain([...tail].join(', '))
    }
  }
})
