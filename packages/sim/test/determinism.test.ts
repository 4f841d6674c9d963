// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { findScenario, runScenario, simulate } from '@parsec-bft/sim'
import type { SimulationOptions } from '@parsec-bft/sim'
import { describe, expect, it } from 'vitest'

function optionsOf(scenario: string, seed: number | string): SimulationOptions {
  const options = findScenario(scenario)?.options(seed)
  if (options === undefined) throw new Error(`no scenario ${scenario}`)
  return options
}

describe('the same seed and options', () => {
  it.each(['mixed', 'signed', 'lossy'])('give the same run, line by line (%s)', (scenario) => {
    const transcripts = [0, 1].map(() => {
      const lines: string[] = []
      const { digest } = runScenario(scenario, 7, { onTranscript: (line) => lines.push(line) })
      return { digest, lines }
    })
    expect(transcripts[0]).toEqual(transcripts[1])
    expect(transcripts[0]?.lines.length).toBeGreaterThan(100)
  })

  it('give the same run whether the seed is an integer or its digits', () => {
    expect(runScenario('minimal', 42).digest).toBe(runScenario('minimal', '42').digest)
  })

  it('give the same run after a journey through JSON', () => {
    const options = optionsOf('mixed', 3)
    const again = JSON.parse(JSON.stringify(options)) as SimulationOptions
    expect(simulate(again).digest).toBe(simulate(options).digest)
  })

  it.each([
    ['mixed', 1, '6712bfbf747c21d9'],
    ['single', 1, 'c52bedbc1ce9e8dd'],
    ['signed', 1, '78827ac3f4ef2871'],
    ['anything', 'another text', '88b5890ae030dac4'],
  ])('give the same run on every machine (%s, seed %s)', (scenario, seed, digest) => {
    // A change of the protocol, of its encoding or of the simulator changes them; a change of machine must not.
    expect(runScenario(scenario, seed).digest).toBe(digest)
  })
})

describe('what changes a run', () => {
  it('is the seed', () => {
    const digests = Array.from(
      { length: 20 },
      (_, seed) => simulate({ ...optionsOf('minimal', 0), seed: String(seed) }).digest,
    )
    expect(new Set(digests).size).toBe(20)
  })

  it('is not whether messages travel as values or as bytes', () => {
    const options = optionsOf('mixed', 5)
    expect(simulate({ ...options, wire: true }).digest).toBe(simulate({ ...options, wire: false }).digest)
  })
})
