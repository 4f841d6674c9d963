// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { CoinShares, EventView, Inspection } from '@parsec-bft/core'
import type { EventLabel, EventLabels } from './labels.ts'
import { maxSubjectCells } from './svg-box-text.ts'
import { cells, printable } from './svg-text.ts'

/** What one reads when hovering over the box of an event: every text in full, where the box may cut it. */
export function tooltipOf(inspection: Inspection, labels: EventLabels, event: EventView, label: EventLabel): string {
  const creator = inspection.peers()[event.creator]?.name ?? ''
  const lines = [`${label.name}: ${causeText(inspection, event)} by ${creator}`]
  if (event.coins !== undefined) lines.push(coinSharesText(inspection, event.coins))
  if (label.payload !== undefined) lines.push(label.payload.text)
  if (label.interesting.length > 0) {
    lines.push(`interesting: [${label.interesting.map(({ text }) => text).join(', ')}]`)
  }
  const subjects = label.metaVotes.map(({ name }) => printable(name)).filter((name) => cells(name) > maxSubjectCells)
  if (subjects.length > 0) lines.push(`subjects whose names are cut: ${subjects.join(', ')}`)
  if (event.selfParent !== undefined) lines.push(`self-parent ${labels.name(event.selfParent)}`)
  if (event.otherParent !== undefined) lines.push(`other-parent ${labels.name(event.otherParent)}`)
  return lines.map(printable).join('\n')
}

/**
 * A share names its subject by the place among the voters of the election, in ascending order. The
 * voters of earlier elections are not known any more; then the place itself is told.
 */
function coinSharesText(inspection: Inspection, { election, attempt, shares }: CoinShares): string {
  const peers = inspection.peers()
  const voters = election === inspection.election ? inspection.voters().flatMap((voter) => peers[voter] ?? []) : []
  voters.sort((a, b) => a.id.compareTo(b.id))
  const subject = (place: number): string => voters[place]?.name ?? `voter ${String(place)}`
  const rounds = [...new Set(shares.map(({ round }) => round))].map((round) => {
    const names = shares.filter((share) => share.round === round).map((share) => subject(share.subject))
    return `round ${String(round)}, of ${names.join(' and ')}`
  })
  return `shares of coins: election ${String(election)}, ${attempt === 2 ? 'second attempt, ' : ''}${rounds.join('; ')}`
}

function causeText(inspection: Inspection, event: EventView): string {
  if (event.recipient === undefined) return event.cause
  return `${event.cause}(${inspection.peers()[event.recipient]?.name ?? ''})`
}
