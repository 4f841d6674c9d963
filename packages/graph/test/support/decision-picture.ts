// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { DecisionView, Inspection } from '@parsec-bft/core'
import { expect } from 'vitest'
import { writeSvg } from '../../src/svg.ts'
import { faultsOf, readPicture } from './svg-picture.ts'

/** The picture of a decision can be read, and what it says is what the election did. */
export function checkDecisionPicture(decision: DecisionView, inspection: Inspection): void {
  const picture = readPicture(writeSvg(inspection, { decision }))
  expect(faultsOf(picture)).toEqual([])
  const lines = picture.texts.filter((text) => text.event === undefined)
  const text = lines.map((line) => line.text).join('\n')
  expect(text).toContain(`decision of election ${String(decision.election)}\n`)
  const subjects = decision.subjects.size
  const hashes = decision.payloads.map((payload) => inspection.payload(payload).hash)
  for (const [subject, counts] of decision.subjects) {
    const verdict = `${inspection.peers()[subject]?.name ?? ''}: ${counts ? 'counts (true)' : 'does not count (false)'}, since `
    const why = text.slice(text.indexOf(verdict)).split('\n')[0] ?? ''
    expect(why).toMatch(
      /^.*, since \S+_\d+(,\d)? in round \d+, step \d \(.*\): (\d+ of \d+ voters hold aux|taken over from)/,
    )
    const [, holders = String(subjects), voters = String(subjects)] = /: (\d+) of (\d+) voters/.exec(why) ?? []
    expect(voters).toBe(String(subjects))
    expect(3 * Number(holders)).toBeGreaterThan(2 * subjects)
  }
  const order = [
    ...text.matchAll(/^#(\d+) .*: smallest position (\d+), in (\d+) lists?(, as #\d+, whose key is smaller)?/gm),
  ]
  expect(order).toHaveLength(Math.min(24, decision.payloads.length))
  order.forEach(([, rank, position, lists, tie], i) => {
    const [, , positionBefore, listsBefore] = order[i - 1] ?? []
    expect(Number(rank)).toBe(i + 1)
    if (positionBefore === undefined) return
    const differs = Number(position) - Number(positionBefore) || Number(listsBefore) - Number(lists)
    expect(differs).toBeGreaterThanOrEqual(0)
    expect(tie !== undefined).toBe(differs === 0)
    if (differs === 0) expect((hashes[i - 1] ?? '') <= (hashes[i] ?? '')).toBe(true)
  })
}
