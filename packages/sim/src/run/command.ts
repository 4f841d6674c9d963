// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { NetworkCounts, SimulationOptions } from '../options/options.ts'
import { networkOf } from '../scenarios/counts.ts'
import { findScenario } from '../scenarios/scenarios.ts'

/**
 * The command line that replays a run. If its scenario or its counts give exactly these options, the
 * command names these; otherwise it contains the options themselves.
 */
export function commandFor(options: SimulationOptions): string {
  const { scenario, counts, seed, coin } = options
  const named = (flags: string, other: SimulationOptions | undefined): string | undefined => {
    if (other === undefined || JSON.stringify({ ...other, coin }) !== JSON.stringify(options)) return undefined
    return `${command} ${flags} --seed ${quote(seed)}${coin === other.coin ? '' : ` --coin ${coin}`}`
  }
  const ofScenario = scenario && named(`--scenario ${scenario}`, findScenario(scenario)?.options(seed))
  if (ofScenario !== undefined) return ofScenario
  const ofCounts = counts && named(countArguments(counts), networkOf(counts, seed))
  if (ofCounts !== undefined) return ofCounts
  return `${command} --options ${quote(JSON.stringify(options))}`
}

function countArguments(counts: NetworkCounts): string {
  return [
    ['--initial-peers', counts.initialPeers],
    ['--add-peers', counts.addPeers],
    ['--remove-peers', counts.removePeers],
    ['--max-peers', counts.maxPeers],
    ['--opaque', counts.opaque],
    ['--max-rounds', counts.maxRounds],
    ['--mode', counts.mode],
  ]
    .flat()
    .join(' ')
}

/** In a clone the sources run; elsewhere the command is installed. */
const command = `${import.meta.url.endsWith('.ts') ? 'npm run parsec --' : 'npx parsec'} simulate`

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
