// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { describe, expect, test } from 'vitest'
import type { Attack } from '../hostile/attack.ts'
import { attacks } from '../hostile/attacks.ts'
import { costsOf, medianOf } from '../hostile/costs.ts'
import type { Costs } from '../hostile/costs.ts'
import { measure } from '../hostile/measure.ts'
import type { Measurement } from '../hostile/measure.ts'
import { excesses, honestCosts, tableOf } from '../hostile/report.ts'
import type { Row } from '../hostile/rows.ts'

const tiny = { scale: 0.004, blocks: 1 }

describe('attack costs', () => {
  test.each(attacks.map((attack): [string, Attack] => [attack.name, attack]))(
    '%s: is sent, handled and metered, and the others go on',
    async (_, attack) => {
      const { sentBytes, cpuMs, before, during, refusals, quarrels } = await measure(attack, 4, tiny)
      expect(sentBytes).toBeGreaterThan(0)
      expect(cpuMs).toBeGreaterThan(0)
      expect(before.blocks).toBe(1)
      expect(during.blocks).toBeGreaterThanOrEqual(1)
      expect(during.cpuMs).toBeGreaterThan(cpuMs)
      const codes = Object.keys(refusals)
      if (attack.by === 'stranger') expect(codes).toHaveLength(1)
      // An insider whose signatures are wrong attacks nothing.
      else expect(codes).not.toContain('SignatureFailure')
      if (attack.name === 'refused-events') expect(codes).toEqual(['MaliciousEvent'])
      if (['honest', 'small-votes', 'requests'].includes(attack.name)) expect(codes).toEqual([])
      expect(quarrels).toEqual({})
    },
  )

  test('what is counted is the same for the same seed', async () => {
    const [attack] = attacks.filter(({ name }) => name === 'small-votes')
    if (attack === undefined) throw new Error('no such attack')
    const counted = ({ sentBytes, answeredBytes, before, during, refusals }: Measurement): unknown => [
      [sentBytes, answeredBytes, refusals],
      [before.bytes, before.rounds, before.blocks],
      [during.bytes, during.rounds, during.blocks],
    ]
    const runs = [await measure(attack, 4, tiny), await measure(attack, 4, tiny)]
    expect(counted(runs[0] as Measurement)).toEqual(counted(runs[1] as Measurement))
  })
})

const inPeace = { cpuMs: 300, bytes: 1000, rounds: 10, blocks: 1 }
const measured: Measurement = {
  attack: 'planted',
  voters: 4,
  sentBytes: 1_000_000,
  answeredBytes: 500_000,
  cpuMs: 90,
  peakPerByte: 2,
  keptBytes: 3_000_000,
  before: inPeace,
  during: { cpuMs: 800, bytes: 4_002_000, rounds: 20, blocks: 1 },
  accusations: 1,
  refusals: {},
  quarrels: {},
}
const costs: Costs = costsOf(measured)

function rowOf(by: Attack['by'], bounds: ReturnType<Attack['bounds']>, result: Row['result'] = costs): Row {
  // eslint-disable-next-line @typescript-eslint/no-empty-function -- it is not run
  const attack: Attack = { name: 'planted', what: '', by, bounds: () => bounds, *run() {} }
  return { attack, voters: 4, result, runs: [] }
}

describe('the table of attack costs', () => {
  test('shows what is beyond the usual work of as many rounds, per byte sent', () => {
    expect(costs).toEqual({
      cpu: 200,
      load: 40 / 3,
      peak: 2,
      kept: 3,
      answered: 0.5,
      relayed: 4,
      accusations: 1,
      delay: 2,
      blockBefore: 100,
      blockDuring: 800 / 3,
    })
  })

  const honest = honestCosts([rowOf('honest peer', {}, { ...costs, cpu: costs.cpu / 2, load: costs.load / 2 })])

  test('tells each bound that is exceeded, and by how much', () => {
    const kept = { cpu: 2, load: 2, peak: 2, kept: 3, answered: 0.5, relayed: 4, accusations: 1, delay: 2 }
    expect(excesses(rowOf('insider', kept), honest)).toEqual([])
    for (const [cost, bound] of Object.entries(kept)) {
      const row = rowOf('insider', { ...kept, [cost]: bound / 2 })
      const told = excesses(row, honest)
      expect(told).toHaveLength(1)
      expect(told[0]).toContain(`: ${String(bound)}`)
      expect(tableOf([row], honest)).toContain('** |')
    }
  })

  test('tells that a network decides nothing any more, and that a process did not survive', () => {
    const stopped = costsOf({ ...measured, during: { ...measured.during, blocks: 0 } })
    expect(excesses(rowOf('insider', { delay: 3 }, stopped), honest)).toEqual([
      'planted, 4 voters: rounds per block, ×: ∞, the bound is 3.0',
    ])
    expect(excesses(rowOf('stranger', {}, 'aborts'), honest)).toEqual(['planted, 4 voters: aborts'])
    expect(tableOf([rowOf('stranger', {}, 'aborts')], honest)).toContain('**aborts**')
  })

  test('shows the medians of several runs', () => {
    expect(medianOf([costs, { ...costs, cpu: 1000 }, { ...costs, cpu: 300 }])).toEqual({ ...costs, cpu: 300 })
  })
})
