// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Message, opaque } from '@parsec-bft/core'
import type { Event } from '@parsec-bft/core'
import type { Branch } from './puppet.ts'
import type { Me, Strategy } from './strategy.ts'

/**
 * Where it puts a share of the next election's coin: on the branch that only the misled peers record,
 * or on one that all of its victims get. Seldom nowhere: then the stranded mostly decide by what else
 * the misled tell them.
 */
const sharePlaces = ['bait', 'bait', 'bait', 'bait', 'shown to all', 'shown to all', 'shown to all', 'nowhere'] as const

/** Within so many rounds some misled peer gossips to a stranded one. */
const meetingRounds = 8

/**
 * Tries to cut peers off from each other:
 *
 * 1. It keeps to the protocol until it decides an election that no correct voter has decided, and
 *    keeps the deciding event secret.
 * 2. It shows that event to some of them, so that they decide by it, together with another branch,
 *    which they record instead: the misled.
 * 3. It shows two more branches to the rest, so that they take in no further branch that nobody
 *    records: the stranded.
 * 4. It falls silent.
 *
 * A scheduler that helps it makes messages between the others late, so that it decides first. Then it
 * makes all messages late, but those from the misled to the stranded, until these have met.
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
  let victims: Victims = { round: 0, misled: [], stranded: [] }
  return {
    drive: 'hand',
    isDue: () => isDue,
    outgoing: (me, outgoing) => {
      if (me.parsec === undefined) return [outgoing]
      const shown = election
      election = me.parsec.inspect().election
      isDue = secretFrom > 0 && election > shown && isFirst(me, election)
      if (isDue) return []
      secretFrom = me.store.events.length
      return [outgoing]
    },
    begin: (me) => {
      if (!isDue) return
      isDone = true
      victims = strand(me, secretFrom, election) ?? victims
    },
    recipients: (_me, names) => (isDone ? [] : names),
    records: () => !isDone,
    wantsLate: (me, from, to) => {
      if (!isDone) return to !== me.name
      if (from === me.name) return false
      const { round, misled, stranded } = victims
      const isMeeting = me.world.round < round + meetingRounds
      return isMeeting && !(misled.includes(from) && stranded.includes(to))
    },
  }
}

/** Whom it has shown what, and when. */
interface Victims {
  readonly round: number
  readonly misled: readonly string[]
  readonly stranded: readonly string[]
}

/** Are there several correct voters, and has none of them decided so many elections? */
function isFirst({ world }: Me, elections: number): boolean {
  const { correctVoters } = world
  return correctVoters.length > 1 && correctVoters.every((name) => world.electionOf(name) < elections)
}

function strand(me: Me, secretFrom: number, election: number): Victims | undefined {
  const { puppet, random } = me
  const { main } = puppet
  const [point, secret] = forkingPoint(me, secretFrom)
  if (point === undefined || secret === undefined) return undefined
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
    puppet.append(bait, { kind: 'CoinShares', coins: { election, attempt: 1, shares } })
  }
  // Those who learn least by the two branches are the least likely to decide by something else in them.
  const lackedBy = (name: string): number => puppet.lacking(first, name).length
  const voters = random.shuffle(me.world.correctVoters).sort((a, b) => lackedBy(a) - lackedBy(b))
  const strandedCount = random.integer(1, voters.length - 1)
  const [stranded, misled] = [voters.slice(0, strandedCount), voters.slice(strandedCount)]
  for (const name of stranded) show(me, name, [first, second])
  for (const name of misled) show(me, name, [main, bait])
  return { round: me.world.round, misled, stranded }
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
