// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Random } from '../../src/base/random.ts'

/** Values that lengths, counts and numbers are most likely to be mishandled at. */
export const boundaries: readonly number[] = [
  0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128, 129, 192, 193, 255, 256, 257, 512, 513, 1023, 1024,
  1025, 4095, 4096, 4097, 0xffff, 0x10000, 0x10001, 0xfffff, 0x100000, 0x100001, 0x1fffff, 0x200000, 0x200001,
  0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
]

/** Changes bytes without regard to what they mean. Returns the name of the change, and the new bytes. */
export function mangle(random: Random, bytes: Uint8Array, other: Uint8Array): readonly [string, Uint8Array] {
  const place = (): number => random.integer(0, Math.max(0, bytes.length - 1))
  switch (random.integer(0, 7)) {
    case 0:
      return ['bit flips', withFlips(random, bytes)]
    case 1:
      return ['cut', bytes.slice(0, place())]
    case 2:
      return ['bytes after the end', joined(bytes, random.bytes(random.integer(1, 40)))]
    case 3:
      return [
        'joined with another message',
        joined(bytes.subarray(0, place()), other.subarray(Math.min(other.length, place()))),
      ]
    case 4:
      return ['boundary number', withNumber(random, bytes)]
    case 5: {
      const at = place()
      return ['bytes left out', joined(bytes.subarray(0, at), bytes.subarray(at + random.integer(1, 40)))]
    }
    case 6: {
      const at = place()
      return ['bytes put in', joined(bytes.subarray(0, at), random.bytes(random.integer(1, 40)), bytes.subarray(at))]
    }
    default:
      return ['noise', random.bytes(random.integer(0, 200))]
  }
}

/** One to four bits are others. */
export function withFlips(random: Random, bytes: Uint8Array): Uint8Array {
  const flipped = bytes.slice()
  if (bytes.length === 0) return flipped
  for (let i = random.integer(1, 4); i > 0; i--) {
    const at = random.integer(0, bytes.length - 1)
    flipped[at] = (flipped[at] as number) ^ (1 << random.integer(0, 7))
  }
  return flipped
}

/** A number of four or eight bytes somewhere is another one; often one in the head of a message. */
function withNumber(random: Random, bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice()
  const head = Math.min(24, bytes.length)
  const at = random.integer(0, Math.max(0, (random.chance(0.5) ? head : bytes.length) - 4))
  const value = random.pick(boundaries)
  for (let i = 0; i < 4 && at + i < changed.length; i++) changed[at + i] = value >>> (8 * i)
  if (random.chance(0.2)) changed.fill(0xff, at + 4, at + 8)
  return changed
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
