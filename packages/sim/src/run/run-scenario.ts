// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { OptionsError } from '../options/options-error.ts'
import { findScenario, scenarios } from '../scenarios/scenarios.ts'
import { simulate } from './simulate.ts'
import type { SimulationHooks, SimulationResult } from './simulate.ts'

/**
 * Runs a scenario.
 *
 * @throws {@link OptionsError} when there is none with this name.
 */
export function runScenario(name: string, seed: string | number, hooks?: SimulationHooks): SimulationResult {
  const found = findScenario(name)
  if (found === undefined) {
    const known = scenarios.map((candidate) => candidate.name).join(', ')
    throw new OptionsError('scenario', `there is no ${name}; there are ${known}`)
  }
  return simulate(found.options(seed), hooks)
}
