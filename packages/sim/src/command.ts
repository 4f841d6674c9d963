// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { networkOf } from './counts.ts'
import { findScenario } from './scenarios.ts'
import type { NetworkCounts, SimulationOptions } from './options.ts'

/**
 * The one command line that replays a run. Options that a scenario or plain counts give, as the run says of itself, are named so; all others are
 * written out.
 */
export function commandFor(options: SimulationOptions): string {
  const same = (other: SimulationOptions | undefined): boolean => JSON.stringify(other) === JSON.stringify(options)
  const { scenario, counts, seed } = options
  if (scenario !== undefined && same(findScenario(scenario)?.options(seed))) {
    return `${command} --scenario ${scenario} --seed ${quote(seed)}`
  }
  if (counts !== undefined && same(networkOf(counts, seed))) {
    return `${command} ${countArguments(counts)} --seed ${quote(seed)}`
  }
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
