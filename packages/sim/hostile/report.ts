// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { bounded, comparedWithBound, isRelative } from './costs.ts'
import type { Bounded, Costs } from './costs.ts'
import type { Row } from './rows.ts'

const headings: Readonly<Record<Bounded, string>> = {
  cpu: 'CPU, × honest',
  load: 'CPU per round, × honest',
  peak: 'peak, B/B',
  kept: 'kept, B/B',
  answered: 'answered, B/B',
  relayed: 'relayed, B/B',
  accusations: 'accusing blocks',
  delay: 'rounds per block, ×',
}

/** What the same network costs beside an honest busy peer. */
export type HonestCosts = ReadonlyMap<number, Costs>

/** The costs of the rows by honest busy peers, by the number of voters. */
export function honestCosts(rows: readonly Row[]): HonestCosts {
  const honest = new Map<number, Costs>()
  for (const { attack, voters, result } of rows) {
    if (attack.by === 'honest peer' && typeof result !== 'string') honest.set(voters, result)
  }
  return honest
}

/** The bounds that a row exceeds, in words; none if all is well. */
export function excesses({ attack, voters, result }: Row, honest: HonestCosts): string[] {
  const who = `${attack.name}, ${String(voters)} voters`
  if (typeof result === 'string') return [`${who}: ${result}`]
  const bounds = attack.bounds(voters)
  return bounded.flatMap((cost) => {
    const bound = bounds[cost]
    const value = valueOf(cost, result, honest.get(voters))
    if (bound === undefined || !(value > bound)) return []
    return [`${who}: ${headings[cost]}: ${shown(value)}, the bound is ${shown(bound)}`]
  })
}

/** The table of docs/threat-model.md. A value beyond its bound is in bold. */
export function tableOf(rows: readonly Row[], honest: HonestCosts): string {
  const head = ['attack', 'N', 'CPU, ms/MB', ...bounded.map((cost) => headings[cost]), 'CPU per block, ms']
  const lines = rows.map(({ attack, voters, result }) => {
    const first = [attack.name, String(voters)]
    if (typeof result === 'string') return [...first, `**${result}**`, ...bounded.map(() => ''), '']
    const bounds = attack.bounds(voters)
    const cells = bounded.map((cost) => cellOf(valueOf(cost, result, honest.get(voters)), bounds[cost]))
    return [...first, shown(result.cpu), ...cells, `${shown(result.blockBefore)} → ${shown(result.blockDuring)}`]
  })
  const widths = head.map((title, i) => Math.max(3, title.length, ...lines.map((line) => line[i]?.length ?? 0)))
  const isText = (i: number): boolean => i === 0
  const row = (cells: readonly string[]): string => {
    const padded = cells.map((cell, i) => (isText(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
    return `| ${padded.join(' | ')} |`
  }
  const rule = widths.map((width, i) => (isText(i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [row(head), row(rule), ...lines.map(row)].join('\n')
}

function valueOf(cost: Bounded, costs: Costs, honest: Costs | undefined): number {
  return honest === undefined && isRelative(cost) ? NaN : comparedWithBound(cost, costs, honest ?? costs)
}

function cellOf(value: number, bound: number | undefined): string {
  if (Number.isNaN(value)) return ''
  if (bound === undefined) return shown(value)
  return value > bound ? `**${shown(value)} > ${shown(bound)}**` : `${shown(value)} ≤ ${shown(bound)}`
}

/** Three digits at the most say all that is certain. */
function shown(value: number): string {
  if (value === Infinity) return '∞'
  const size = Math.abs(value)
  if (size < 0.05) return '0'
  return size < 10 ? value.toFixed(1) : value.toFixed(0)
}
