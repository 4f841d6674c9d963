// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { isInternal } from '@parsec-bft/core/internals'
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
  for (const [subject, counts] of decision.subjects) {
    const name = inspection.peers()[subject]?.name ?? ''
    const verdict = `${name}: ${counts ? 'counts (true)' : 'does not count (false)'}, since `
    const why = text.slice(text.indexOf(verdict)).split('\n')[0] ?? ''
    expect(why).toMatch(
      /^.*, since \S+_\d+(,\d)? in round \d+, step \d \(.*\): (\d+ of \d+ voters hold aux|taken over from)/,
    )
    const [, holders = String(subjects), voters = String(subjects)] = /: (\d+) of (\d+) voters/.exec(why) ?? []
    expect(voters).toBe(String(subjects))
    expect(3 * Number(holders)).toBeGreaterThan(2 * subjects)
  }
  checkOrder(text, decision, inspection)
}

/** Every payload that a block holds is told with its place, and why it has that place. */
function checkOrder(text: string, decision: DecisionView, inspection: Inspection): void {
  const lists = [...decision.firstInteresting.values()].map((x) => inspection.metaEvent(x)?.interestingContent ?? [])
  const expected = decision.payloads.map((payload, i) => {
    const positions = lists.map((list) => list.indexOf(payload)).filter((position) => position >= 0)
    const { hash, observation } = inspection.payload(payload)
    return { rank: i + 1, position: Math.min(...positions), lists: positions.length, hash, kind: observation.kind }
  })
  const told = [
    ...text.matchAll(/^#(\d+) .*: smallest position (\d+), in (\d+) lists?(?:, as #(\d+), whose key is smaller)?/gm),
  ].map((match) => match.slice(1).map((group: string | undefined) => (group === undefined ? undefined : Number(group))))
  const own = expected.filter(({ kind }) => !isInternal(kind))
  expect(told).toEqual(
    own.slice(0, 24).map(({ rank, position, lists }) => {
      const before = expected[rank - 2]
      const isTie = before?.position === position && before.lists === lists
      return [rank, position, lists, isTie ? rank - 1 : undefined]
    }),
  )
  for (const { rank, position, lists, hash } of expected) {
    const before = expected[rank - 2]
    if (before === undefined) continue
    const differs = position - before.position || before.lists - lists
    expect(differs).toBeGreaterThanOrEqual(0)
    if (differs === 0) expect(before.hash <= hash).toBe(true)
  }
  const internal = /^internal, in no block: #\d+ /m.test(text)
  expect(internal).toBe(own.length < expected.length)
}
