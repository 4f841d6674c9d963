// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Message, stringCodec } from '@parsec-bft/core'
import { Event, isSyncCause, signVote, toHex } from '@parsec-bft/core/internals'
import type { CoinShares, Malice, Observation, PublicId, SecretId } from '@parsec-bft/core'
import type { Cause } from '@parsec-bft/core/internals'
import { Ancestors } from './event-store.ts'
import type { EventStore } from './event-store.ts'

/** A line of events by one peer; one that forks has several. */
export interface Branch {
  /** Latest event, or undefined before the first. */
  tip: Event<string> | undefined
  /** Its events and all their ancestors. */
  readonly ancestors: Ancestors
  /** Ids of the Requesting and Request events that it has recorded. */
  readonly recorded: Set<string>
}

type HandCause =
  | { readonly kind: 'Initial' }
  | { readonly kind: 'Requesting'; readonly recipient: PublicId }
  | { readonly kind: 'Request' | 'Response' | 'Conclusion'; readonly otherParent: Uint8Array }
  | { readonly kind: 'CoinShares'; readonly coins: CoinShares }

/**
 * A peer driven by hand: it makes any event, on as many branches as its strategy likes. Nothing here
 * keeps it to the protocol.
 */
export class Puppet {
  readonly store: EventStore
  /** The first is the one that it started with. */
  readonly branches: Branch[] = []
  readonly #us: SecretId
  /** Called with each sync event on a branch. */
  readonly #onSync: (event: Event<string>, branch: Branch) => void

  constructor(
    us: SecretId,
    store: EventStore,
    onSync: (event: Event<string>, branch: Branch) => void = () => undefined,
  ) {
    this.#us = us
    this.store = store
    this.#onSync = onSync
  }

  /** The branch that it started with. */
  get main(): Branch {
    const branch = this.branches[0]
    if (branch === undefined) throw new Error('a puppet without events')
    return branch
  }

  /** A branch that goes on after one of our events in the store; without one, it begins with an Initial event. */
  branchAfter(tip: Event<string> | undefined): Branch {
    const branch: Branch = { tip, ancestors: new Ancestors(this.store), recorded: new Set() }
    if (tip !== undefined) {
      branch.ancestors.include(this.store.indexOf(tip.id) ?? 0)
      for (let x: Event<string> | undefined = tip; x !== undefined; x = this.store.selfParent(x)) {
        const recorded = this.#recordedBy(x)
        if (recorded !== undefined) branch.recorded.add(recorded)
      }
    } else this.append(branch, { kind: 'Initial' })
    this.branches.push(branch)
    return branch
  }

  append(branch: Branch, cause: HandCause): Event<string> {
    const event = this.make(branch, cause)
    this.#take(branch, event)
    if (cause.kind !== 'Initial') this.#onSync(event, branch)
    return event
  }

  /** @param grounds - of an accusation */
  vote(branch: Branch, observation: Observation<string>, grounds?: Malice): Event<string> {
    const event = this.makeVote(branch, observation, grounds)
    this.#take(branch, event)
    return event
  }

  /** Makes an event without keeping it: the branch goes on as if it were not there. */
  make(branch: Branch, cause: HandCause): Event<string> {
    return this.sign(cause.kind === 'Initial' ? cause : { ...cause, selfParent: this.#selfParent(branch) })
  }

  makeVote(branch: Branch, observation: Observation<string>, grounds?: Malice): Event<string> {
    const vote = signVote(this.#us, observation, stringCodec, grounds)
    return this.sign({ kind: 'Observation', selfParent: this.#selfParent(branch), vote })
  }

  sign(cause: Cause<string>): Event<string> {
    return Event.create(this.#us, cause, stringCodec)
  }

  /** Records gossip as a correct peer would; false if none would. */
  record(branch: Branch, kind: 'Request' | 'Response', last: Event<string>): boolean {
    const event = this.make(branch, { kind, otherParent: last.hash })
    const recorded = this.#recordedBy(event)
    if (recorded === undefined || branch.recorded.has(recorded)) return false
    this.#take(branch, event)
    this.#onSync(event, branch)
    return true
  }

  /** What the recipient lacks of all that the branch descends from, in order. */
  lacking(branch: Branch, recipient: string): Event<string>[] {
    const known = this.store.knownBy(recipient)
    return this.store.events.filter((_event, index) => branch.ancestors.has(index) && !known.has(index))
  }

  /** A message of what the recipient lacks, with the branch's latest event last. */
  message(branch: Branch, kind: 'request' | 'response', recipient: string): Message<string> {
    return new Message(kind, this.lacking(branch, recipient))
  }

  /** The latest sync event among an event and its self-ancestors. */
  latestSync(event: Event<string>): Event<string> | undefined {
    let at: Event<string> | undefined = event
    while (at !== undefined && !isSyncCause(at.cause.kind)) {
      at = this.store.selfParent(at)
    }
    return at
  }

  #selfParent({ tip }: Branch): Uint8Array {
    if (tip === undefined) throw new Error('a branch without events')
    return tip.hash
  }

  #take(branch: Branch, event: Event<string>): void {
    this.store.add(event)
    branch.tip = event
    branch.ancestors.include(this.store.indexOf(event.id) ?? 0)
    const recorded = this.#recordedBy(event)
    if (recorded !== undefined) branch.recorded.add(recorded)
  }

  /** Id of the event that one of ours records, if it is one that a correct peer records. */
  #recordedBy({ cause }: Event<string>): string | undefined {
    if (cause.kind !== 'Request' && cause.kind !== 'Response') return undefined
    const other = this.store.get(cause.otherParent)
    const isOurs = (id: PublicId | undefined): boolean => id?.equals(this.#us.publicId) === true
    if (cause.kind === 'Request') {
      return other?.cause.kind === 'Requesting' && isOurs(other.cause.recipient) ? other.id : undefined
    }
    const answer = other && this.latestSync(other)
    if (answer?.cause.kind !== 'Request') return undefined
    return isOurs(this.store.get(answer.cause.otherParent)?.creator) ? answer.id : undefined
  }
}

/** Hexadecimal of hashes, as ids of events. */
export function idOf(hash: Uint8Array): string {
  return toHex(hash)
}
