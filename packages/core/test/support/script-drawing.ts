// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../../src/wire/format.ts'
import { charges, isFaultyEventKind, isRefusedEventKind, maliceKinds } from '../../src/base/malice-kinds.ts'
import type { PublicId } from '../../src/base/public-id.ts'
import { Event } from '../../src/wire/event.ts'
import type { Cause } from '../../src/wire/event.ts'
import type { Malice } from '../../src/wire/malice.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'
import { add, genesis, observationHash, opaque, remove } from '../../src/wire/observation.ts'
import type { Observation } from '../../src/wire/observation.ts'
import { expected } from './script-error.ts'
import type { Place } from './script-error.ts'
import type { ScriptWorld } from './script-world.ts'
import { signedAccusation, signedVote } from './vote-event.ts'

/** One line that draws an event by hand. */
interface Drawing {
  readonly event: string
  /** Its creator. */
  readonly name: string
  /** What it is: `votes x`. */
  readonly what: string
  /** Name of the self-parent; without it, the creator's event that was drawn last. */
  readonly selfParent: string | undefined
}

/** Makes and signs the event that a line describes, whether or not the protocol allows it. */
export function drawEvent(world: ScriptWorld, { event, name, what, selfParent }: Drawing, place: Place): void {
  if (!world.byHand.has(name)) throw expected(place, 'a peer whose events are drawn by hand', name)
  if (!event.startsWith(`${name.slice(0, 1)}_`)) throw expected(place, `a name such as ${name.slice(0, 1)}_1`, event)
  if (world.names.at(event) !== undefined) throw expected(place, 'a name that no event has', event)
  const us = mockIdentity.secretId(name)
  const parent = selfParent === undefined ? world.lastByHand.get(name) : eventNamed(world, selfParent, place)
  const drawn = Event.create(us, causeOf(world, what, name, parent, place), stringCodec)
  const twin = world.names.nameOf(drawn.hash)
  if (twin !== undefined) throw expected(place, `an event unlike ${twin}`, `${name} ${what}`)
  world.names.set(event, drawn)
  world.lastByHand.set(name, drawn)
}

function eventNamed(world: ScriptWorld, name: string, place: Place): Event<string> {
  const event = world.names.at(name)
  if (event === undefined) throw expected(place, 'an event that was made above', name)
  return event
}

function causeOf(
  world: ScriptWorld,
  what: string,
  creator: string,
  parent: Event<string> | undefined,
  place: Place,
): Cause<string> {
  if (what === 'begins') return { kind: 'Initial' }
  if (parent === undefined) throw expected(place, `an earlier event by ${creator}`, 'none')
  const selfParent = parent.hash
  const [verb = '', ...rest] = what.split(' ')
  const object = rest.join(' ')
  switch (verb) {
    case 'asks':
      return { kind: 'Requesting', selfParent, recipient: world.id(object) }
    case 'records': {
      const [name = '', how] = object.split(/ as a (?=request$|response$)/)
      const other = eventNamed(world, name, place)
      const isRequest = how === undefined ? other.cause.kind === 'Requesting' : how === 'request'
      return { kind: isRequest ? 'Request' : 'Response', selfParent, otherParent: other.hash }
    }
    case 'votes': {
      const vote = signedVote(mockIdentity.secretId(creator), votedFor(world, object, place))
      return { kind: 'Observation', selfParent, vote }
    }
    case 'accuses': {
      const { offender, malice } = accused(world, object, place)
      const vote = signedAccusation(mockIdentity.secretId(creator), offender, malice)
      return { kind: 'Observation', selfParent, vote }
    }
    default:
      throw expected(place, 'begins, votes, asks, records or accuses', verb)
  }
}

function votedFor(world: ScriptWorld, text: string, place: Place): Observation<string> {
  const [word = '', of, ...names] = text.split(/,? /)
  if (word === 'Genesis') {
    const group = of === 'of' ? names : world.founders
    return genesis(group.map((name) => world.id(name)))
  }
  if (word === 'Add' && of !== undefined) return add(world.id(of))
  if (word === 'Remove' && of !== undefined) return remove(world.id(of))
  if (of !== undefined) throw expected(place, 'Genesis [of NAME, …], Add NAME, Remove NAME or a word', text)
  return opaque(word)
}

/** `Dave of Fork(D_1)`. */
function accused(
  world: ScriptWorld,
  text: string,
  place: Place,
): { readonly offender: PublicId; readonly malice: Malice } {
  const match = /^(\w+) of (\w+\(.*\))$/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) throw expected(place, 'NAME of KIND(…)', text)
  return { offender: world.id(match[1]), malice: maliceFrom(world, match[2], place) }
}

/** Reads what {@link ScriptNames.malice} writes. */
function maliceFrom(world: ScriptWorld, text: string, place: Place): Malice {
  const match = /^(\w+)\((.*)\)$/.exec(text)
  const kind = maliceKinds.find((name) => name === match?.[1])
  const inside = match?.[2] ?? ''
  const [first = '', second = ''] = inside.split(', ')
  const event = (name: string): Event<string> => eventNamed(world, name, place)
  if (kind === undefined) throw expected(place, `one of ${maliceKinds.join(', ')}`, text)
  if (isFaultyEventKind(kind)) return { kind, eventHash: event(inside).hash }
  if (isRefusedEventKind(kind)) return { kind, signedHeader: event(inside).signedHeader() }
  switch (kind) {
    case 'Unprovable':
      return { kind, reason: inside }
    case 'Fork':
      return { kind, selfParentHash: event(inside).hash }
    case 'DuplicateVote':
      return { kind, firstHash: event(first).hash, secondHash: event(second).hash }
    case 'WrongCoinShare':
      return { kind, eventHash: event(first).hash, place: Number(second) }
    case 'Accomplice': {
      const missing = /^(\w+'*), (\w+) by (\w+)$/.exec(inside)
      const charge = charges.find((name) => name === missing?.[2])
      if (charge === undefined || missing?.[3] === undefined) {
        throw expected(place, 'Accomplice(EVENT, CHARGE by NAME)', text)
      }
      const silentAbout = { kind: 'Accusation', offender: world.id(missing[3]), charge } as const
      const accusationHash = observationHash(silentAbout, stringCodec)
      return { kind, eventHash: event(missing[1] ?? '').hash, accusationHash }
    }
  }
}
