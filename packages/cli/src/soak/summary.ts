// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { runsDone } from '@parsec-bft/sim'
import type { SoakFailure, SoakReport } from '@parsec-bft/sim'
import type { Paint } from '../io.ts'
import { counted } from '../narration.ts'

/** More failures than this are only counted. */
export const mostTold = 10

/** A report for people. */
export function summary(report: SoakReport, paint: Paint): string {
  const { interrupted, options, rounds, blocks, messages, counts, failures } = report
  const { index, count } = options.shard
  const shard = count === 1 ? '' : `, shard ${String(index)} of ${String(count)}`
  const done = runsDone(report)
  const verdict =
    failures.length === 0
      ? paint('green', 'No check failed.')
      : paint('red', `${String(failures.length)} of ${counted(done, 'run')} failed.`)
  return [
    `${counted(done, 'run')} of ${counted(options.scenarios.length, 'scenario')}, ` +
      `seeds from ${String(options.seedFrom)}${shard}: ` +
      `${counted(rounds, 'round')}, ${counted(blocks, 'block')}, ${counted(messages, 'message')}.`,
    ...(interrupted ? ['It was interrupted: there was more to do.'] : []),
    '',
    ...electionLines(counts),
    ...keyLines(counts),
    ...maliceTable(counts),
    ...failures.slice(0, mostTold).flatMap((failure) => [failureText(failure, paint), '']),
    ...(failures.length > mostTold
      ? [`and ${counted(failures.length - mostTold, 'more failure')} (--json lists all)`, '']
      : []),
    done === 0 ? 'Nothing was run.' : verdict,
    '',
  ].join('\n')
}

/** A failure, the command that shows it again, and a smaller one where there is one. */
export function failureText(failure: SoakFailure, paint: Paint): string {
  const { scenario, seed, checker, reason, command, shrunk } = failure
  const smaller = shrunk === null ? [] : [`  smaller: ${shrunk.command}`]
  return [
    `${paint('red', 'FAILED')} ${scenario}, seed ${String(seed)}: ${checker}: ${reason}`,
    `  replay: ${command}`,
    ...smaller,
  ].join('\n')
}

/** How many elections needed a coin. */
function electionLines(counts: SoakReport['counts']): string[] {
  const names = ['decided', 'withKey', 'tossed', 'tossedWithKey']
  const [decided = 0, withKey = 0, tossed = 0, tossedWithKey = 0] = names.map((name) => counts[`elections.${name}`])
  if (decided === 0) return []
  const percent = (count: number): string => `${((100 * count) / decided).toFixed(1)} %`
  return [
    `${counted(decided, 'election')}: ${percent(withKey)} with a key for the coin; ` +
      `${percent(tossed)} needed a coin, ${String(tossedWithKey)} of them one of a key.`,
    '',
  ]
}

/** About the keys that the application asked for. */
function keyLines(counts: SoakReport['counts']): string[] {
  const names = ['generated', 'beyondVoters', 'ofThoseLeft']
  const [generated = 0, beyondVoters = 0, ofThoseLeft = 0] = names.map((name) => counts[`keys.${name}`])
  if (generated === 0) return []
  return [
    `${counted(generated, 'key')} generated on request: ` +
      `${String(beyondVoters)} with participants that were no voters then, ` +
      `${String(ofThoseLeft)} without some that were removed meanwhile.`,
    '',
  ]
}

/** What was committed, detected, evicted, and only reported: a row per kind of malice. */
function maliceTable(counts: SoakReport['counts']): string[] {
  const columns = ['committed', 'detected', 'evicted', 'reported']
  const kinds = [
    ...new Set(
      Object.keys(counts).flatMap((name) => {
        const [column = '', kind = ''] = name.split('.')
        return columns.includes(column) ? [kind] : []
      }),
    ),
  ].sort()
  if (kinds.length === 0) return []
  const width = Math.max(...kinds.map((kind) => kind.length))
  const row = (name: string, cells: readonly string[]): string =>
    [name.padEnd(width), ...cells.map((cell) => cell.padStart(9))].join('  ').trimEnd()
  const cells = (kind: string): string[] => columns.map((column) => String(counts[`${column}.${kind}`] ?? ''))
  return [row('Malice', columns), ...kinds.map((kind) => row(kind, cells(kind))), '']
}
