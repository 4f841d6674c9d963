// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventLabels, shortestPrefixes } from '../src/labels.ts'
import { fakeInspection } from './support/fake-inspection.ts'

describe('names of events', () => {
  it('start with the shortest prefix that tells the peers apart', () => {
    expect(shortestPrefixes(['Alice', 'Bob', 'Carol'])).toEqual(['A', 'B', 'C'])
    expect(shortestPrefixes(['Anna', 'Ann', 'Andy', 'Bob'])).toEqual(['Anna', 'Ann', 'And', 'B'])
    expect(shortestPrefixes(['😀a', '😁a', '😀b'])).toEqual(['😀a', '😁', '😀b'])
    expect(shortestPrefixes([])).toEqual([])
  })

  it('have distinct prefixes that no other peer has, for any distinct names', () => {
    const names = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '😀', '😁', '\u00e9'), minLength: 1 }))
    fc.assert(
      fc.property(names, (all) => {
        const prefixes = shortestPrefixes(all)
        expect(new Set(prefixes).size).toBe(all.length)
        prefixes.forEach((prefix, i) => {
          expect(all[i]?.startsWith(prefix)).toBe(true)
          const others = all.filter((name, j) => j !== i && name.startsWith(prefix))
          expect(others.length === 0 || prefix === all[i]).toBe(true)
        })
      }),
    )
  })

  it('name the branch where the creator forked', () => {
    const inspection = fakeInspection({
      peers: ['Carol'],
      events: [
        { creator: 0, cause: 'Initial' },
        { creator: 0, cause: 'Requesting', selfParent: 0, recipient: 0 },
        { creator: 0, cause: 'Requesting', selfParent: 0, recipient: 0 },
      ],
    })
    const labels = new EventLabels(inspection)
    expect([0, 1, 2].map((index) => labels.name(index))).toEqual(['C_0', 'C_1,0', 'C_1,1'])
  })
})
