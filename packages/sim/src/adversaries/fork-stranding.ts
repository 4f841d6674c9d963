// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Message, opaque } from '@parsec-bft/core'
import type { Event } from '@parsec-bft/core'
import type { Branch } from './puppet.ts'
import type { Me, Strategy } from './strategy.ts'

/**
 * Where it puts a share of the next election's coin: on the branch that only the misled peers record,
 * on one that all of its victims get, or nowhere.
 */
const sharePlaces = ['bait', 'shown to all', 'nowhere'] as const

/**
 * Tries to cut peers off from each other:
 *
 * 1. It keeps to the protocol until it decides an election that at least two correct voters have not
 *    decided, and keeps the deciding event secret.
 * 2. It shows that event to some of them, so that they decide by it, together with another branch,
 *    which they record instead: the misled.
 * 3. It shows two more branches to the rest, so that they take in no further branch that nobody
 *    records: the stranded.
 * 4. It falls silent.
 *
 * If the misled did not record the event by which they decided, the stranded would refuse everything
 * that they make from then on.
 */
export function forkStranding(): Strategy {
  /** Our events in the store, from this index on, are known to nobody else. */
  let secretFrom = 0
  let election = 0
  let isDue = false
  let isDone = false
  return {
    drive: 'hand',
    isDue: () => isDue,
    outgoing: (me, outgoing) => {
      if (me.parsec === undefined) return [outgoing]
      election = me.parsec.inspect().election
      isDue = secretFrom > 0 && lagging(me, election).length > 1
      if (isDue) return []
      secretFrom = me.store.events.length
      return [outgoing]
    },
    begin: (me) => {
      if (!isDue) return
      isDone = true
      strand(me, secretFrom, election)
    },
    recipients: (_me, names) => (isDone ? [] : names),
    records: () => !isDone,
  }
}

/** Correct voters that have decided fewer elections. */
function lagging({ world }: Me, election: number): readonly string[] {
  return world.correctVoters.filter((name) => world.electionOf(name) < election)
}

function strand(me: Me, secretFrom: number, election: number): void {
  const { puppet, random } = me
  const { main } = puppet
  const [point, secret] = forkingPoint(me, secretFrom)
  if (point === undefined || secret === undefined) return
  const branchHere = (): Branch => puppet.branchAfter(point)
  const [first, second, third] = [branchHere(), branchHere(), branchHere()]
  const votes = [first, second, third].map((branch, i) =>
    puppet.vote(branch, opaque(`${me.name} strands ${String(i)}`)),
  )
  me.commit('Fork', [secret, ...votes])
  const place = random.pick(sharePlaces)
  const bait = place === 'shown to all' ? first : third
  if (place !== 'nowhere') {
    const shares = [{ round: 1, subject: 0, share: new Uint8Array(4) }]
    puppet.append(bait, { kind: 'CoinShares', coins: { election, shares } })
  }
  const behind = random.shuffle(lagging(me, election))
  const strandedCount = random.integer(1, behind.length - 1)
  for (const name of behind.slice(0, strandedCount)) show(me, name, [first, second])
  for (const name of behind.slice(strandedCount)) show(me, name, [main, bait])
}

/** The latest event of ours that others may have, and the one after it. */
function forkingPoint({ puppet, store }: Me, secretFrom: number): readonly (Event<string> | undefined)[] {
  let [point, secret] = [puppet.main.tip, undefined as Event<string> | undefined]
  while (point !== undefined && (store.indexOf(point.id) ?? 0) >= secretFrom) {
    secret = point
    point = store.selfParent(point)
  }
  return [point, secret]
}

/** A request that shows several branches, from the end of the last one. */
function show(me: Me, to: string, branches: readonly [...Branch[], Branch]): void {
  const { puppet, world } = me
  const last = branches.at(-1) as Branch
  puppet.append(last, { kind: 'Requesting', recipient: world.idOf(to) })
  const events = new Set(branches.flatMap((branch) => puppet.lacking(branch, to)))
  me.send({ kind: 'request', to, message: new Message('request', [...events]) })
}
