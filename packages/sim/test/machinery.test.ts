// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Random, peerNames } from '@parsec-bft/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventQueue } from '../src/base/event-queue.ts'
import { Transcript } from '../src/base/transcript.ts'
import { makeIdentities } from '../src/peers/identities.ts'

describe('the random generator', () => {
  it('draws the same for the same seed, and its forks do not disturb it', () => {
    const draw = (random: Random): number[] => Array.from({ length: 5 }, () => random.integer(0, 1_000_000))
    const random = new Random('seed')
    const disturbed = new Random('seed')
    draw(disturbed.fork('other'))
    expect(draw(disturbed)).toEqual(draw(random))
    expect(draw(new Random('seed').fork('a'))).not.toEqual(draw(new Random('seed').fork('b')))
    expect(draw(new Random('seed').fork('a'))).toEqual([826723, 106796, 661179, 929380, 287203])
  })

  it.each([0, 0.5, 3, 16, 40, 300])('draws Poisson numbers with mean and variance %d', (mean) => {
    const random = new Random(1)
    const count = 4000
    const drawn = Array.from({ length: count }, () => random.poisson(mean))
    const average = drawn.reduce((sum, value) => sum + value, 0) / count
    const variance = drawn.reduce((sum, value) => sum + (value - average) ** 2, 0) / count
    const deviation = Math.sqrt(mean / count)
    expect(Math.abs(average - mean)).toBeLessThanOrEqual(5 * deviation)
    expect(Math.abs(variance - mean)).toBeLessThanOrEqual(0.15 * mean)
  })

  it('shuffles without losing anything, and picks everything', () => {
    const random = new Random(2)
    const names = peerNames(30)
    expect(new Set(names).size).toBe(30)
    expect(random.shuffle(names).sort()).toEqual([...names].sort())
    expect(new Set(Array.from({ length: 500 }, () => random.pick(names))).size).toBe(30)
    expect(() => random.pick([])).toThrow(RangeError)
  })
})

describe('the event queue', () => {
  it('gives things in order of time, then of entry', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.array(fc.nat(20)), (first, second) => {
        const queue = new EventQueue<number>()
        const expected = [...first, ...second].map((timeMs, item) => ({ timeMs, item }))
        for (const { timeMs, item } of expected) queue.push(timeMs, item)
        expected.sort((a, b) => a.timeMs - b.timeMs || a.item - b.item)
        const taken = expected.map(() => queue.pop())
        expect(taken.map((entry) => entry?.item)).toEqual(expected.map(({ item }) => item))
        expect(queue.pop()).toBeUndefined()
        expect(queue.size).toBe(0)
      }),
    )
  })

  it('keeps its order while things come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(20))), (steps) => {
        const queue = new EventQueue<number>()
        const model: { timeMs: number; item: number }[] = []
        for (const [item, timeMs] of steps.entries()) {
          if (timeMs !== null) {
            queue.push(timeMs, item)
            model.push({ timeMs, item })
            model.sort((a, b) => a.timeMs - b.timeMs || a.item - b.item)
          } else expect(queue.pop()?.item).toBe(model.shift()?.item)
          expect(queue.nextTimeMs).toBe(model[0]?.timeMs)
        }
      }),
    )
  })
})

describe('identities', () => {
  it.each(['mock', 'ed25519'] as const)('of a name are the same whatever was asked before (%s)', (kind) => {
    const alone = makeIdentities(kind, new Random(1)).secretId('Bob').publicId
    const later = makeIdentities(kind, new Random(1))
    later.secretId('Alice')
    expect(later.secretId('Bob').publicId.bytes).toEqual(alone.bytes)
    expect(later.secretId('Bob').publicId.name).toBe('Bob')
  })

  it('of Ed25519 differ between seeds', () => {
    const keys = [1, 2].map((seed) => makeIdentities('ed25519', new Random(seed)).secretId('Bob').publicId.bytes)
    expect(keys[0]).not.toEqual(keys[1])
  })
})

describe('the transcript', () => {
  it('tells texts apart, line by line', () => {
    const digest = (...lines: string[]): string => {
      const transcript = new Transcript()
      for (const line of lines) transcript.add(line)
      return transcript.digest
    }
    const digests = new Set(Array.from({ length: 20_000 }, (_, i) => digest(`line ${String(i)}`)))
    expect(digests.size).toBe(20_000)
    expect(digest('a', 'b')).not.toBe(digest('ab'))
    expect(digest('a', 'b')).not.toBe(digest('b', 'a'))
  })
})
