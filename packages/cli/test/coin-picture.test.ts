// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { DotError, parseDot, replay, writeDot, writeSvg } from '@parsec-bft/graph'
import { simulate, stalled } from '@parsec-bft/sim'
import { describe, expect, test } from 'vitest'

/** Alice's graph, as a dump and as a picture, at the first decision at which it has shares of coins. */
function firstWithShares(): { dump: string; svg: string; shareEvents: number } {
  let first: { dump: string; svg: string; shareEvents: number } | undefined
  const options = { ...stalled({ peers: 4, rounds: 6, coin: 'threshold', blind: false }), seed: '1' }
  simulate(options, {
    onDecision: (peer, decision, inspection) => {
      if (peer !== 'Alice' || first !== undefined) return
      const events = Array.from({ length: inspection.eventCount }, (_, x) => inspection.event(x))
      const shareEvents = events.filter(({ coins }) => coins !== undefined).length
      if (shareEvents > 0) first = { dump: writeDot(inspection), svg: writeSvg(inspection, { decision }), shareEvents }
    },
  })
  if (first === undefined) throw new Error('no shares of coins in this run')
  return first
}

describe('pictures of graphs with coins that are signed together', () => {
  const { dump, svg, shareEvents } = firstWithShares()

  test('mark every event that brings shares, and say whose coins they are of', () => {
    expect(svg.match(/<g class="[^"]*shares[^"]*" data-event/g)).toHaveLength(shareEvents)
    expect(svg.match(/shares of coins: election \d+, round \d+, of \w+/g)).toHaveLength(shareEvents)
    expect(svg).toContain('stage est bin aux dec conf')
    expect(svg).toContain('reaches the coin')
  })

  test('are as they were without that coin', () => {
    const { inspection } = replay({
      ...parseDot(dump),
      coin: 'predictable',
      keys: undefined,
      events: parseDot(dump).events.filter(({ creator, indexByCreator }) => creator === 'Alice' && indexByCreator < 2),
    })
    const plain = writeSvg(inspection)
    expect(plain).not.toMatch(/conf|shares/)
  })

  test('a cause of shares that cannot be read is told with its file and line', () => {
    const lines = dump.split('\n')
    const at = lines.findIndex((text) => text.startsWith('/// cause: CoinShares('))
    for (const wrong of ['CoinShares(', 'CoinShares(x, [])', 'CoinShares(1, [1/0: zz])']) {
      const broken = lines.with(at, `/// cause: ${wrong}`).join('\n')
      expect(() => parseDot(broken, 'broken.dot')).toThrow(DotError)
      expect(() => parseDot(broken, 'broken.dot')).toThrow(`broken.dot:${String(at + 1)}:`)
    }
  })
})
