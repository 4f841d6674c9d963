// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Event } from '../../src/wire/event.ts'
import { Message } from '../../src/wire/message.ts'
import { add, opaque, remove, unprovable } from '../../src/wire/observation.ts'
import type { Proposal } from '../../src/wire/observation.ts'
import { chooser } from './network.ts'
import { drawEvent } from './script-drawing.ts'
import { expected } from './script-error.ts'
import type { Place } from './script-error.ts'
import { printAccusations, printBlocks, printLine, printMembers, printReports } from './script-printing.ts'
import type { RealPeer, ScriptWorld } from './script-world.ts'

type Words = readonly string[]

interface Command {
  /** As it is written in the documentation and in errors. */
  readonly form: string
  readonly pattern: RegExp
  readonly run: (world: ScriptWorld, words: Words, place: Place) => void
}

function namesIn(list: string): string[] {
  return list.split(/, */).map((name) => name.trim())
}

function realPeer(world: ScriptWorld, name: string | undefined, place: Place): RealPeer {
  const peer = world.real.get(name ?? '')
  if (peer === undefined) throw expected(place, 'a real peer', name ?? '')
  return peer
}

function newPeers(world: ScriptWorld, list: string, place: Place): string[] {
  const names = namesIn(list)
  for (const name of names) {
    if (!/^[A-Z]\w*$/.test(name)) throw expected(place, 'a name with a capital', name)
    const taken = [...world.real.keys(), ...world.byHand, ...world.founders].filter((other) => other !== name)
    const rest = [...taken, ...names.filter((other) => other !== name)]
    if (rest.some((other) => other.startsWith(name.slice(0, 1)))) throw expected(place, 'another initial', name)
  }
  return names
}

/** What `votes …` says. */
function vote(text: string, world: ScriptWorld, place: Place): Proposal<string> {
  const member = /^(Add|Remove) (\w+)$/.exec(text)
  if (member?.[2] !== undefined) return (member[1] === 'Add' ? add : remove)(world.id(member[2]))
  if (!/^\w+$/.test(text)) throw expected(place, 'a word, Add NAME or Remove NAME', text)
  return opaque(text)
}

/** The message or events that a list names: `m1`, `D_4`, `D_0..D_4, D_7`. */
function listed(world: ScriptWorld, list: string, place: Place): Event<string>[] {
  return namesIn(list).flatMap((item) => {
    const message = world.messages.get(item)
    if (message !== undefined) return message.events
    const last = /^the last by (\w+)$/.exec(item)?.[1]
    if (last !== undefined) return world.names.book.all.filter(({ creator }) => creator.name === last).slice(-1)
    const range = /^([A-Z]_)(\d+)\.\.\1(\d+)$/.exec(item)
    const names = range
      ? Array.from(
          { length: Number(range[3]) - Number(range[2]) + 1 },
          (_, i) => `${range[1] ?? ''}${String(Number(range[2]) + i)}`,
        )
      : [item]
    return names.map((name) => {
      const event = world.names.at(name)
      if (event === undefined) throw expected(place, 'a message or an event that was made above', name)
      return event
    })
  })
}

function receive(world: ScriptWorld, words: Words, place: Place): void {
  const [answer, to, exactly, list = '', from = ''] = words
  const recipient = realPeer(world, to, place)
  if (!world.isPeer(from)) throw expected(place, 'a peer', from)
  const whole = world.messages.get(list)
  const events = listed(world, list, place)
  const kind = events.at(-1)?.cause.kind === 'Requesting' ? 'request' : 'response'
  const isComplete = exactly !== undefined
  const message = whole ?? new Message(kind, isComplete ? events : world.names.book.lacking(events, recipient.name))
  const response = world.deliver(recipient, from, message)
  if (answer === undefined) return
  if (response === undefined) throw expected(place, 'a request that is answered', list)
  world.messages.set(answer, response)
}

/** When `gossip until …` ends. */
function isDone(world: ScriptWorld, until: string, among: readonly RealPeer[], place: Place): () => boolean {
  const removed = /^(\w+) is removed$/.exec(until)?.[1]
  if (removed !== undefined) return () => among.every(({ parsec }) => !voterNames(parsec).includes(removed))
  const voter = /^(\w+) is a voter$/.exec(until)?.[1]
  if (voter !== undefined) return () => among.every(({ parsec }) => voterNames(parsec).includes(voter))
  const decided = /^(.+) is decided$/.exec(until)?.[1]
  if (decided !== undefined) {
    return () => among.every(({ blocks }) => blocks.some((block) => world.names.observation(block) === decided))
  }
  throw expected(place, 'NAME is removed, NAME is a voter or TEXT is decided', until)
}

function voterNames(parsec: RealPeer['parsec']): string[] {
  const inspection = parsec.inspect()
  return inspection.voters().map((peer) => inspection.peers()[peer]?.name ?? '')
}

function gossip(world: ScriptWorld, words: Words, place: Place): void {
  const [list, times, until, seed] = words
  const names = list === undefined ? [...world.real.keys()] : namesIn(list)
  const among = names.map((name) => realPeer(world, name, place))
  const choose = chooser(Number(seed ?? 1))
  const limit = Number(times ?? 400)
  const done = until === undefined ? () => false : isDone(world, until, among, place)
  for (let i = 0; i < limit && !done(); i++) world.exchange(names, choose)
  if (until !== undefined && !done()) throw expected(place, `that ${until} after ${String(limit)} exchanges`, 'not yet')
}

const commands: readonly Command[] = [
  {
    form: 'founders: NAME, …',
    pattern: /^founders: (.+)$/,
    run: (world, [list = ''], place) => {
      world.founders = newPeers(world, list, place)
    },
  },
  {
    form: 'by hand: NAME, …',
    pattern: /^by hand: (.+)$/,
    run: (world, [list = ''], place) => {
      for (const name of newPeers(world, list, place)) world.byHand.add(name)
    },
  },
  {
    form: 'mode: supermajority or single',
    pattern: /^mode: (supermajority|single)$/,
    run: (world, [mode]) => {
      world.mode = mode === 'single' ? 'single' : 'supermajority'
    },
  },
  {
    form: 'the others begin',
    pattern: /^the others begin$/,
    run: (world) => {
      for (const name of world.founders) if (!world.byHand.has(name)) world.found(name)
    },
  },
  {
    form: 'NAME joins',
    pattern: /^(\w+) joins$/,
    run: (world, [name = ''], place) => {
      newPeers(world, name, place)
      if (world.isPeer(name)) throw expected(place, 'a newcomer', name)
      world.join(name)
    },
  },
  {
    form: 'everybody votes WORD (or Add NAME, Remove NAME)',
    pattern: /^everybody votes (.+)$/,
    run: (world, [text = ''], place) => {
      const observation = vote(text, world, place)
      for (const { parsec } of world.real.values()) {
        if (parsec.canVote() && !parsec.haveVotedFor(observation)) parsec.voteFor(observation)
      }
    },
  },
  {
    form: 'NAME votes WORD (or Add NAME, Remove NAME)',
    pattern: /^(\w+) votes (.+)$/,
    run: (world, [name, text = ''], place) => {
      realPeer(world, name, place).parsec.voteFor(vote(text, world, place))
    },
  },
  {
    form: 'NAME accuses NAME of Unprovable(reason)',
    pattern: /^(\w+) accuses (\w+) of Unprovable\((.*)\)$/,
    run: (world, [name, offender = '', reason = ''], place) => {
      realPeer(world, name, place).parsec.voteFor(unprovable(world.id(offender), reason))
    },
  },
  {
    form: 'MESSAGE = NAME asks NAME',
    pattern: /^([a-z]\w*) = (\w+) asks (\w+)$/,
    run: (world, [message = '', from, to = ''], place) => {
      if (!world.isPeer(to)) throw expected(place, 'a peer', to)
      world.messages.set(message, world.ask(realPeer(world, from, place), to))
    },
  },
  {
    form: '[MESSAGE =] NAME receives [exactly] MESSAGE or EVENT, … from NAME',
    pattern: /^(?:([a-z]\w*) = )?(\w+) receives (exactly )?(.+) from (\w+)$/,
    run: receive,
  },
  {
    form: 'EVENT = NAME begins, votes …, asks …, records … or accuses … [on EVENT]',
    pattern: /^([A-Z]_\w+'*) = (\w+) (.+?)(?: on ([A-Z]_\w+'*))?$/,
    run: (world, [event = '', name = '', what = '', selfParent], place) => {
      drawEvent(world, { event, name, what, selfParent }, place)
    },
  },
  {
    form: 'gossip [among NAME, …] [NUMBER times] [until …] [with seed NUMBER]',
    pattern: /^gossip(?: among (.+?))?(?: (\d+) times)?(?: until (.+?))?(?: with seed (\d+))?$/,
    run: gossip,
  },
  {
    form: 'accusations',
    pattern: /^accusations$/,
    run: (world) => {
      printAccusations(world)
    },
  },
  {
    form: 'blocks',
    pattern: /^blocks$/,
    run: (world) => {
      printBlocks(world)
    },
  },
  {
    form: 'members',
    pattern: /^members$/,
    run: (world) => {
      printMembers(world)
    },
  },
  {
    form: 'reports',
    pattern: /^reports$/,
    run: (world) => {
      printReports(world)
    },
  },
  {
    form: 'line of NAME',
    pattern: /^line of (\w+)$/,
    run: (world, [name], place) => {
      printLine(world, realPeer(world, name, place))
    },
  },
]

/** Runs one line of a script; throws `ScriptError`. */
export function runCommand(world: ScriptWorld, text: string, place: Place): void {
  for (const { pattern, run } of commands) {
    const match = pattern.exec(text)
    if (match === null) continue
    run(world, match.slice(1), place)
    return
  }
  throw expected(place, `one of:\n${commands.map(({ form }) => `  ${form}`).join('\n')}\n`, text)
}
