// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { scriptNames, scriptPath } from './support/run-scripts.ts'
import { ScriptError } from './support/script-error.ts'
import { runScript } from './support/script-file.ts'

const isRewriting = process.env.PARSEC_REWRITE === '1'

describe('scripts', () => {
  test.each(scriptNames())('%s', (name) => {
    const text = readFileSync(scriptPath(name), 'utf8')
    const run = runScript(`scripts/${name}.txt`, text)
    if (isRewriting) writeFileSync(scriptPath(name), run)
    else expect(run).toBe(text)
  })
})

describe('what cannot be run is refused', () => {
  const begin = 'founders: Alice, Bob\nby hand: Bob\nthe others begin\n'
  const wrong: [string, string, string][] = [
    ['an unknown command', 'dance', 'test.txt:4: expected one of:'],
    ['an unknown peer', 'm = Zoe asks Bob', 'test.txt:4: expected a real peer, found "Zoe"'],
    [
      'an unknown event',
      'Alice receives B_9 from Bob',
      'test.txt:4: expected a message or an event that was made above',
    ],
    ['an event of a real peer', 'A_1 = Alice votes x', 'test.txt:4: expected a peer whose events are drawn by hand'],
    ['an event with another initial', 'A_1 = Bob begins', 'test.txt:4: expected a name such as B_1, found "A_1"'],
    [
      'the same event twice',
      "B_0 = Bob begins\nB_0' = Bob begins",
      'test.txt:5: expected an event unlike B_0, found "Bob begins"',
    ],
    ['an event without a self-parent', 'B_1 = Bob votes x', 'test.txt:4: expected an earlier event by Bob'],
    ['two peers with one initial', 'Anna joins', 'test.txt:4: expected another initial, found "Anna"'],
    [
      'a kind of malice that is none',
      'B_0 = Bob begins\nB_1 = Bob accuses Alice of Treason(B_0)',
      'test.txt:5: expected one of',
    ],
    ['an end that does not come', 'gossip 3 times until x is decided', 'expected that x is decided after 3 exchanges'],
    ['output of nothing', '\n----\nnothing', 'test.txt:5: expected a command above the dividing line'],
  ]

  test.each(wrong)('%s', (_, text, message) => {
    const run = (): string => runScript('test.txt', begin + text)
    expect(run).toThrow(ScriptError)
    expect(run).toThrow(message)
  })

  test('and output that differs is corrected, not believed', () => {
    expect(runScript('test.txt', `${begin}\nmembers\n----\nnobody\n`)).toBe(
      `${begin}\nmembers\n----\nmembers, Alice: Alice, Bob\n`,
    )
  })
})
