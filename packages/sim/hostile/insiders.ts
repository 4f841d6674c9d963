// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { limits, opaque } from '@parsec-bft/core'
import { Writer } from '@parsec-bft/core/internals'
import type { CoinShare } from '@parsec-bft/core/internals'
import type { Assault } from './assault.ts'
import type { Attack } from './attack.ts'
import type { Bounds } from './costs.ts'
import { HandDrivenInsider } from './hand-driven.ts'

/** What a correct peer sends costs so much, too: an insider may not cost many times as much. */
const asAnHonestPeer = (voters: number): Bounds => ({
  cpu: 3,
  peak: 32,
  kept: 20,
  answered: 4,
  relayed: 2 * voters,
  accusations: 1,
  delay: 3,
})

/** How much it may send in a round is bounded, too; honest peers keep to a quarter of that. */
const atFullSpeed = (voters: number): Bounds => ({ ...asAnHonestPeer(voters), answered: 8, load: 8 })

const rounds = 4
/** Votes and requests in a round: nearly as many as the window lets the insider make before others acknowledge them. */
const fullSpeed = 900

/** In each round everybody is shown so many further events. */
function* showAll(assault: Assault, count: number, append: (insider: HandDrivenInsider) => void): Generator<void> {
  const insider = new HandDrivenInsider(assault)
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < count; i++) append(insider)
    for (const member of assault.network.correct) insider.show(member)
    yield
  }
}

/** In each round everybody is shown an event with the same shares of coins of an election. */
function* showShares(
  assault: Assault,
  choose: (election: number) => { readonly election: number; readonly isRight: boolean },
): Generator<void> {
  const { network } = assault
  const share = network.coinKeyShare
  if (share === undefined) throw new Error('no key for the coin')
  const { election, isRight } = choose(assault.victim.peer.inspect().election)
  const count = Math.min(limits.coinShares, assault.scaled(50))
  const subjects = network.correct.length + 1
  const shares = Array.from({ length: count }, (_, i): CoinShare => {
    const [subject, round] = [i % subjects, 1 + Math.floor(i / subjects)]
    // A share of another coin is as hard to tell from a right one as can be.
    const signed = isRight ? [election, subject, round] : [election, round, subject + 1]
    const message = signed.reduce((writer, number) => writer.u32(number), new Writer()).finish()
    return { subject, round, share: share.sign(message, 'parsec coin') }
  })
  yield* showAll(assault, 2, ({ puppet, line }) => {
    puppet.append(line, { kind: 'CoinShares', coins: { election, attempt: 1, shares } })
  })
}

export const insiders: readonly Attack[] = [
  {
    name: 'large-votes',
    what: '260 votes of 1 MiB, shown to one peer in two messages',
    by: 'insider',
    bounds: asAnHonestPeer,
    *run(assault: Assault): Generator<void> {
      const insider = new HandDrivenInsider(assault)
      const payload = 'x'.repeat(limits.payloadBytes - 64)
      const votes = assault.scaled(260)
      for (let i = 0; i < votes; i++) {
        insider.puppet.vote(insider.line, opaque(`${String(i)} ${payload}`))
        if (i === votes >> 1 || i === votes - 1) insider.show(assault.victim)
      }
      yield
    },
  },
  {
    name: 'empty-shares',
    what: 'a message full of coin shares, each without bytes of its own',
    by: 'insider',
    bounds: asAnHonestPeer,
    *run(assault: Assault): Generator<void> {
      const insider = new HandDrivenInsider(assault)
      const none = new Uint8Array()
      const shares = Array.from({ length: Math.min(limits.coinShares, 2048) }, (_, i) => ({
        subject: i,
        round: 1,
        share: none,
      }))
      const election = assault.victim.peer.inspect().election
      for (let bytes = 0; bytes < assault.scaled(1 << 20);) {
        bytes += insider.puppet.append(insider.line, { kind: 'CoinShares', coins: { election, attempt: 1, shares } })
          .bytes.length
      }
      for (const member of assault.network.correct) insider.show(member)
      yield
    },
  },
  {
    name: 'repeated-shares',
    what: 'right shares of coins, published again and again',
    by: 'insider',
    bounds: asAnHonestPeer,
    run: (assault) => showShares(assault, (election) => ({ election, isRight: true })),
  },
  {
    name: 'wrong-shares',
    what: 'wrong shares of coins, published again and again',
    by: 'insider',
    bounds: asAnHonestPeer,
    run: (assault) => showShares(assault, (election) => ({ election, isRight: false })),
  },
  {
    name: 'past-shares',
    what: 'shares of the coins of a past election, published again and again',
    by: 'insider',
    bounds: asAnHonestPeer,
    run: (assault) => showShares(assault, (election) => ({ election: election - 1, isRight: true })),
  },
  {
    name: 'refused-events',
    what: 'shows each peer another event that must be refused, with a payload of 1 MiB',
    by: 'insider',
    bounds: (voters) => ({ ...asAnHonestPeer(voters), kept: 4, relayed: 1 }),
    *run(assault: Assault): Generator<void> {
      const insider = new HandDrivenInsider(assault)
      const { puppet, line } = insider
      const notOurs = puppet.store.events.find(({ creator }) => !creator.equals(assault.network.insider.id))
      for (const [i, member] of assault.network.correct.entries()) {
        // Its self-parent is by somebody else.
        const payload = `${String(i)} ${'x'.repeat(assault.scaled(limits.payloadBytes - 64))}`
        insider.showOnly(member, [puppet.makeVote({ ...line, tip: notOurs }, opaque(payload))])
      }
      yield
    },
  },
  {
    name: 'small-votes',
    what: 'votes for ever new payloads, at full speed',
    by: 'insider',
    bounds: atFullSpeed,
    *run(assault: Assault): Generator<void> {
      let number = 0
      yield* showAll(assault, assault.scaled(fullSpeed), ({ puppet, line }) => {
        puppet.vote(line, opaque(String(number++)))
      })
    },
  },
  {
    name: 'requests',
    what: 'Requesting events, at full speed',
    by: 'insider',
    bounds: atFullSpeed,
    *run(assault: Assault): Generator<void> {
      const { correct } = assault.network
      yield* showAll(assault, assault.scaled(fullSpeed), ({ puppet, line }) => {
        puppet.append(line, { kind: 'Requesting', recipient: assault.network.random.pick(correct).id })
      })
    },
  },
  {
    name: 'unrecorded-requests',
    what: '20 requests per peer and round, whose answers it does not record',
    by: 'insider',
    bounds: atFullSpeed,
    *run(assault: Assault): Generator<void> {
      const insider = new HandDrivenInsider(assault)
      for (let round = 0; round < rounds; round++) {
        for (let i = 0; i < assault.scaled(20); i++) {
          for (const member of assault.network.correct) insider.ask(member)
        }
        yield
      }
    },
  },
  {
    name: 'conclusions',
    what: 'Conclusions that nothing calls for, at full speed',
    by: 'insider',
    bounds: atFullSpeed,
    *run(assault: Assault): Generator<void> {
      const { insider } = assault.network
      // The window does not count them, so nothing but their own rules stops more of them.
      yield* showAll(assault, assault.scaled(3 * fullSpeed), ({ puppet, line }) => {
        const others = puppet.store.events.filter(({ creator }) => !creator.equals(insider.id))
        puppet.append(line, { kind: 'Conclusion', otherParent: assault.network.random.pick(others).hash })
      })
    },
  },
  {
    name: 'known-events',
    what: 'one event that everybody has, again and again',
    by: 'insider',
    bounds: asAnHonestPeer,
    *run(assault: Assault): Generator<void> {
      const insider = new HandDrivenInsider(assault)
      const [known] = assault.network.seen.events
      if (known === undefined) throw new Error('no event has been seen')
      const count = Math.ceil(assault.scaled(4 << 20) / known.bytes.length)
      insider.showOnly(
        assault.victim,
        Array.from({ length: count }, () => known),
      )
      yield
    },
  },
]
