// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { cellShowing, cellText, contributionOf, setText, startingCell, starts } from './cell.ts'
import type { Cell, View } from './cell.ts'
import type { Counterexample, Reached } from './explore.ts'
import type { ForkerLines, Move, StageState, VoterState } from './stage.ts'

const stepNames = ['forced true', 'forced false', 'genuine flip'] as const

/** Names of correct voters, in the order in which a state lists them. */
const names = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

function startText(start: number): string {
  if (start === 0) return 'never gets here'
  return start === starts.coin ? 'waits for the coin' : `begins with ${setText(start)}`
}

/**
 * What an event sees. A view does not say of whom it is; a correct voter that has shown the same will do.
 *
 * @param voters - the correct voters, but for the one whose event it is
 */
function viewText(view: View, voters: readonly { readonly name: string; readonly shown: readonly number[] }[]): string {
  if (view.length === 0) return 'sees nobody else'
  const free = [...voters]
  const seen = view.map((contribution) => {
    const place = free.findIndex(({ shown }) => shown.includes(contribution))
    const [voter] = place < 0 ? [] : free.splice(place, 1)
    return `${voter?.name ?? 'a line of a forker'} (${cellText(cellShowing(contribution))})`
  })
  return `sees ${seen.join(' and ')}`
}

/** The events of a line of a forker up to a cell that shows this. */
function lineText(shows: number, lines: ForkerLines, voters: Parameters<typeof viewText>[1]): string[] {
  const told: string[] = []
  let cell: Cell | undefined = lines.cells.find((one) => contributionOf(one) === shows)
  const seen = new Set<Cell>()
  while (cell !== undefined && !seen.has(cell)) {
    seen.add(cell)
    const origin = lines.origins.get(cell)
    if (origin === undefined) break
    told.unshift(`${viewText(origin.view, voters)}: ${cellText(cell)}`)
    cell = lines.origins.has(origin.from) && origin.from !== cell ? origin.from : undefined
  }
  return told
}

/** What happened at one stage, event by event, up to a state. */
function stageStory(stage: Reached, state: StageState, linesAt: (state: StageState) => ForkerLines): string[] {
  const moves: { readonly move: Move; readonly before: StageState; readonly after: StageState }[] = []
  for (let at = state; at.before !== undefined; at = at.before.state) {
    moves.unshift({ move: at.before.move, before: at.before.state, after: at })
  }
  const { step, correct, forkers, decided } = stage.input
  const nameOf = voterNames(
    moves.map(({ before, after }) => [before, after]),
    correct.length,
  )
  const lines = [`Stage: step ${String(step)}, ${stepNames[step]}.`]
  lines.push(`  Correct voters: ${correct.map((start, i) => `${names.charAt(i)} ${startText(start)}`).join(', ')}.`)
  if (forkers !== 0) {
    const open = [starts.true, starts.false, starts.coin].filter((start) => (forkers & start) !== 0)
    lines.push(`  Lines of forkers: each ${open.map(startText).join(', or ')}.`)
  }
  if (decided !== 0) lines.push(`  Decided before: ${decided === 1 ? 'true' : 'false'}.`)
  if (stage.toss !== 0) lines.push(`  The coin of the round is ${stage.toss === 1 ? 'true' : 'false'}.`)
  for (const [i, { move, before }] of moves.entries()) {
    const name = nameOf[i] ?? '?'
    const voters = before.voters.map(({ shown }, j) => ({ name: names.charAt(j), shown }))
    const known = new Set(before.voters.flatMap(({ shown }) => shown))
    const lineage = linesAt(before)
    for (const contribution of new Set(move.view)) {
      if (known.has(contribution)) continue
      for (const [j, text] of lineText(contribution, lineage, voters).entries()) {
        lines.push(`  ${j === 0 ? 'A line of a forker' : '  which then'} ${text}.`)
      }
    }
    const toss = move.toss === 0 ? '' : ', knows the coin'
    const passed = move.outcome.next !== 0 ? `; its next entry ${startText(move.outcome.next)}` : ''
    const others = voters.filter((voter) => voter.name !== name)
    lines.push(`  ${name} ${viewText(move.view, others)}${toss}: ${cellText(move.outcome.cell)}${passed}.`)
  }
  return lines
}

/** Who moves: a state does not say, as correct voters are alike. The voters keep their places in it. */
function voterNames(steps: readonly (readonly [StageState, StageState])[], count: number): string[] {
  return steps.map(([before, after]) => {
    const moved = Array.from({ length: count }, (_, i) => i).find((i) => before.voters[i] !== after.voters[i])
    return names.charAt(moved ?? 0)
  })
}

/** A counterexample as one can read it: stage by stage, event by event. */
export function storyOf(
  { violation, stage, state }: Counterexample,
  linesOf: (stage: Reached) => (state: StageState) => ForkerLines,
): string {
  const chain: { readonly stage: Reached; readonly state: StageState }[] = [{ stage, state }]
  for (let from = stage.from; from !== undefined; from = from.stage.from) chain.unshift(from)
  const lines = chain.flatMap((link) => stageStory(link.stage, link.state, linesOf(link.stage)))
  const last = stateText(state.voters)
  return [`Broken: ${violation.rule}. ${violation.what}.`, ...lines, `In the end: ${last}.`, ''].join('\n')
}

function stateText(voters: readonly VoterState[]): string {
  return voters
    .map(({ cell, start }, i) => {
      const what = start === 0 ? 'never gets here' : `holds ${cellText(cell ?? startingCell(start))}`
      return `${names.charAt(i)} ${what}`
    })
    .join('; ')
}
