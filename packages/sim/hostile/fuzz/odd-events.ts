// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError, add, opaque, remove, startDkg, stringCodec, unprovable } from '@parsec-bft/core'
import type { CoinShares, Malice, Observation, PublicId, SecretId, SecretKeyShare } from '@parsec-bft/core'
import {
  Event,
  Writer,
  signVote,
  genesis,
  isFaultyEventKind,
  isRefusedEventKind,
  maliceKinds,
} from '@parsec-bft/core/internals'
import type { Cause, CoinShare } from '@parsec-bft/core/internals'
import type { Random } from '../../src/base/random.ts'
import type { EventStore } from '../../src/adversaries/event-store.ts'
import { boundaries, withFlips } from './mangle.ts'

/** What odd events are made of. */
export interface Material {
  readonly random: Random
  /** All events that anybody has shown. */
  readonly store: EventStore
  readonly founders: readonly PublicId[]
  /** Members, strangers and peers that were removed. */
  readonly ids: readonly PublicId[]
  /** Signed headers of events that correct peers refuse. */
  readonly refused: readonly Uint8Array[]
  /** How many elections are decided. */
  readonly election: number
  /** The insiders' shares of the key for the coin. */
  readonly keyShares: readonly SecretKeyShare[]
}

/** Signs an event, whatever it says; undefined if it cannot even be encoded. */
export function signed(us: SecretId, cause: Cause<string>): Event<string> | undefined {
  try {
    return Event.create(us, cause, stringCodec)
  } catch (error) {
    if (ParsecError.is(error)) return undefined
    throw error
  }
}

/** Any event of the store, mostly a late one. */
export function anyEvent({ random, store: { events } }: Material): Event<string> {
  const late = Math.max(0, events.length - 40)
  return events[random.integer(random.chance(0.7) ? late : 0, events.length - 1)] as Event<string>
}

export function anyHash(material: Material): Uint8Array {
  return material.random.chance(0.05) ? material.random.bytes(32) : anyEvent(material).hash
}

/** A cause of any kind, with a self-parent that is given. */
export function oddCause(material: Material, us: SecretId, selfParent: Uint8Array): Cause<string> {
  const { random } = material
  switch (random.integer(0, 9)) {
    case 0:
    case 1:
      return { kind: 'Requesting', selfParent, recipient: random.pick(material.ids) }
    case 2:
    case 3:
      return { kind: random.pick(recording), selfParent, otherParent: anyHash(material) }
    case 4:
    case 5:
      return { kind: 'CoinShares', selfParent, coins: oddCoins(material) }
    default:
      return voteCause(us, selfParent, oddObservation(material))
  }
}

export const recording = ['Request', 'Response', 'Conclusion'] as const

/** The cause of a vote, with a signature that is right if the observation can be encoded at all. */
export function voteCause(
  us: SecretId,
  selfParent: Uint8Array,
  observation: Observation<string>,
  grounds?: Malice,
): Cause<string> {
  try {
    return { kind: 'Observation', selfParent, vote: signVote(us, observation, stringCodec, grounds) }
  } catch (error) {
    if (!ParsecError.is(error)) throw error
    return { kind: 'Observation', selfParent, vote: { observation, grounds, signature: us.sign(selfParent) } }
  }
}

export function oddObservation(material: Material): Observation<string> {
  const { random, ids, founders } = material
  switch (random.integer(0, 11)) {
    case 0:
      return opaque(`hostile ${String(random.integer(0, 1_000_000))}`)
    case 1:
      return opaque(`again ${String(random.integer(0, 5))}`)
    case 2:
      return opaque(random.chance(0.02) ? 'x'.repeat(random.pick([0xfffff, 0x100000, 0x100001])) : '')
    case 3:
      return genesis(random.chance(0.5) ? founders : random.shuffle(ids).slice(0, random.integer(1, ids.length)))
    case 4:
      return genesis(founders, new Uint8Array(random.integer(0, 3)))
    case 5:
      return (random.chance(0.5) ? add : remove)(
        random.pick(ids),
        new Uint8Array(random.bytes(oddLength(random, 0x10001))),
      )
    case 6:
      return startDkg(random.shuffle(ids).slice(0, random.integer(1, ids.length)))
    case 7:
      return { kind: 'DkgMessage', text: '', message: oddDkgMessage(material) }
    case 8: {
      const { cause } = anyEvent(material)
      return cause.kind === 'Observation' ? cause.vote.observation : opaque('again 0')
    }
    default:
      return unprovable(random.pick(ids), 'x'.repeat(oddLength(random, 1025)))
  }
}

/** Mostly short. */
function oddLength(random: Random, most: number): number {
  const length = random.pick(boundaries)
  return length <= (random.chance(0.02) ? most : 64) ? length : random.integer(0, 64)
}

function oddDkgMessage(material: Material): Uint8Array {
  const { random } = material
  const { cause } = anyEvent(material)
  const observation = cause.kind === 'Observation' ? cause.vote.observation : undefined
  if (observation?.kind === 'DkgMessage' && random.chance(0.7)) return observation.message
  return new Writer()
    .u32(random.integer(0, 2))
    .u32(random.pick([0, 1, 2, 0xffffffff]))
    .bytes(random.bytes(40))
    .finish()
}

/** Malice of any kind, true or not. */
export function oddMalice(material: Material): Malice {
  const { random } = material
  const kind = random.pick(maliceKinds)
  const eventHash = anyHash(material)
  if (isRefusedEventKind(kind)) return { kind, signedHeader: oddHeader(material) }
  if (isFaultyEventKind(kind)) return { kind, eventHash }
  switch (kind) {
    case 'Fork':
      return { kind, selfParentHash: eventHash }
    case 'DuplicateVote':
      return { kind, firstHash: eventHash, secondHash: anyHash(material) }
    case 'Accomplice':
      return { kind, eventHash, accusationHash: anyHash(material) }
    case 'WrongCoinShare':
      return { kind, eventHash, place: random.pick([0, 1, 2, 0xffffffff]) }
    case 'Unprovable':
      return { kind, reason: 'x'.repeat(oddLength(random, 1025)) }
  }
}

/** The header of an event that was refused, of one that is fine, of one that is spoilt, or of none. */
function oddHeader(material: Material): Uint8Array {
  const { random, refused } = material
  const bytes = refused.length > 0 && random.chance(0.6) ? random.pick(refused) : anyEvent(material).signedHeader()
  if (random.chance(0.7)) return bytes
  if (random.chance(0.5)) return withFlips(random, bytes)
  return random.chance(0.5) ? bytes.subarray(0, random.integer(0, bytes.length)) : random.bytes(random.integer(0, 100))
}

const oddNumbers = [0, 1, 2, 3, 4, 7, 0xffffffff] as const

/** Shares of coins: right ones, others' ones, wrong ones, for any election, round and subject. */
export function oddCoins(material: Material): CoinShares {
  const { random } = material
  const election = random.chance(0.7) ? material.election : material.election + random.pick([-1, 1, 2, 0xfffffff])
  const attempt = random.chance(0.8) ? 1 : 2
  const shares = new Map<string, CoinShare>()
  for (let i = random.chance(0.01) ? 32 : random.integer(1, 3); i > 0; i--) {
    const round = random.chance(0.5) ? 1 : random.pick([...oddNumbers, i])
    const subject = random.chance(0.5) ? random.integer(0, 3) : random.pick([...oddNumbers, i])
    shares.set(`${String(round)}/${String(subject)}`, {
      round,
      subject,
      share: oddShare(material, election, attempt, subject, round),
    })
  }
  const ascending = [...shares.values()].sort((a, b) => a.round - b.round || a.subject - b.subject)
  return { election: Math.max(0, election), attempt, shares: random.chance(0.02) ? ascending.reverse() : ascending }
}

function oddShare(material: Material, election: number, attempt: number, subject: number, round: number): Uint8Array {
  const { random, keyShares } = material
  const { cause } = anyEvent(material)
  if (cause.kind === 'CoinShares' && random.chance(0.5)) return random.pick(cause.coins.shares).share
  if (keyShares.length > 0 && random.chance(0.7)) {
    const coin = new Writer().u32(election).u32(subject).u32(round)
    return random.pick(keyShares).sign((attempt === 1 ? coin : coin.u32(attempt)).finish(), 'parsec coin')
  }
  return random.bytes(random.pick([0, 1, 31, 32, 33, 96, 192, 193]))
}
