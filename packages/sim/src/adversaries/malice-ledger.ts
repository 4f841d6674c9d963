// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Message, ParsecError, stringCodec } from '@parsec-bft/core'
import type { Accusation, Event, IdentityScheme, Malice, MaliceKind, Observation, Report } from '@parsec-bft/core'
import { EventStore } from './event-store.ts'
import { idOf } from './puppet.ts'
import type { Commit } from './strategy.ts'

/** An accusing event of a correct peer. */
export interface AccusationRecord {
  readonly accuser: string
  readonly accusation: Accusation
  readonly grounds: Malice
  readonly event: Event<string>
}

/**
 * Keeps a record of malice for the checkers: what adversaries have done, by their own account, and
 * which of it correct peers have seen and accused, by the messages that they have sent or accepted.
 */
export class MaliceLedger {
  readonly #identities: IdentityScheme
  readonly #adversaries: ReadonlySet<string>
  /** The graphs of the correct peers together, as far as they have gone over the network. */
  readonly #store = new EventStore()
  readonly #commits: Commit[] = []
  readonly #accusations: AccusationRecord[] = []
  /** Per correct peer and id, events that it has refused as malicious. */
  readonly #refused = new Map<string, Map<string, Event<string>>>()
  readonly #reports = new Map<Report['kind'], number>()

  /** @param adversaries - their names; if there are none, nothing is recorded. */
  constructor(identities: IdentityScheme, adversaries: ReadonlySet<string>) {
    this.#identities = identities
    this.#adversaries = adversaries
  }

  get commits(): readonly Commit[] {
    return this.#commits
  }

  /** By correct peers, in the order in which they went over the network. */
  get accusations(): readonly AccusationRecord[] {
    return this.#accusations
  }

  get reports(): ReadonlyMap<Report['kind'], number> {
    return this.#reports
  }

  commit(commit: Commit): void {
    if (new Set(commit.events).size < commit.events.length) throw new Error(`${commit.kind} by the same event twice`)
    this.#commits.push(commit)
  }

  report({ kind }: Report): void {
    this.#reports.set(kind, (this.#reports.get(kind) ?? 0) + 1)
  }

  /** A correct peer has sent or accepted a message. */
  passed(message: Message<string> | Uint8Array): void {
    if (this.#adversaries.size === 0) return
    for (const event of this.read(message)?.events ?? []) this.#add(event)
  }

  /** A correct peer has refused a message. Those events that come before the faulty one are in the peer's graph. */
  refused(peer: string, message: Message<string> | Uint8Array, { detail }: ParsecError): void {
    if (this.#adversaries.size === 0) return
    const events = this.read(message)?.events ?? []
    if (detail.code === 'InvalidMessage') {
      for (const event of events) this.#add(event)
      return
    }
    if (!('event' in detail)) return
    const end = events.findIndex(({ id }) => id === detail.event)
    for (const event of events.slice(0, Math.max(0, end))) this.#add(event)
    const bad = events[end]
    if (detail.code !== 'MaliciousEvent' || bad === undefined) return
    const refused = this.#refused.get(peer) ?? new Map<string, Event<string>>()
    this.#refused.set(peer, refused.set(bad.id, bad))
  }

  /** The message, decoded if it is bytes; undefined if the bytes are no message. */
  read(message: Message<string> | Uint8Array): Message<string> | undefined {
    if (!(message instanceof Uint8Array)) return message
    try {
      return Message.decode(message, { codec: stringCodec, identities: this.#identities })
    } catch (error) {
      if (error instanceof ParsecError) return undefined
      throw error
    }
  }

  /** Do the ancestors of the peer's latest event that went over the network include a proof of the malice? */
  hasReached({ kind, events, enough, refused }: Commit, peer: string): boolean {
    // Nobody checks a share that no election needs: only an accusation proves that it is wrong.
    if (kind === 'WrongCoinShare') return this.#hasAccusedShareIn(events, peer)
    if (!refused) return events.filter((id) => this.#store.isKnownBy(peer, id)).length >= enough
    return events.some((id) => {
      const bad = this.#refused.get(peer)?.get(id)
      return bad?.parents.every((parent) => this.#store.isKnownBy(peer, parent)) === true
    })
  }

  /**
   * Do the ancestors of the peer's latest event that went over the network include an event of the
   * malice that no correct peer may insert?
   */
  hasInserted({ events, refused }: Commit, peer: string): boolean {
    return refused && events.some((id) => this.#store.isKnownBy(peer, id))
  }

  /** Does an accusation of a wrong share in one of these events precede the peer's latest event? */
  #hasAccusedShareIn(events: readonly string[], peer: string): boolean {
    return this.#accusations.some(
      ({ grounds, event }) =>
        grounds.kind === 'WrongCoinShare' &&
        events.includes(idOf(grounds.eventHash)) &&
        this.#store.isKnownBy(peer, event.id),
    )
  }

  #add(event: Event<string>): void {
    if (!this.#store.add(event)) return
    const { cause, creator } = event
    if (cause.kind !== 'Observation' || this.#adversaries.has(creator.name)) return
    const { observation, grounds } = cause.vote
    if (observation.kind !== 'Accusation' || grounds === undefined || grounds.kind === 'Unprovable') return
    this.#accusations.push({ accuser: creator.name, accusation: observation, grounds, event })
  }
}

/** Sums of what was committed, detected, evicted and reported: `committed.Fork`, …, sorted by name. */
export function maliceCounts(
  ledger: MaliceLedger,
  agreed: readonly { readonly block: { readonly observation: Observation<string> } }[],
): Record<string, number> {
  const counts = new Map<string, number>()
  const count = (name: string, by = 1): void => {
    counts.set(name, (counts.get(name) ?? 0) + by)
  }
  for (const { kind } of ledger.commits) count(`committed.${kind}`)
  const detected = new Map<string, MaliceKind>()
  for (const { grounds, event } of ledger.accusations)
    detected.set(`${idOf(event.observationHash ?? event.hash)} ${grounds.kind}`, grounds.kind)
  for (const kind of detected.values()) count(`detected.${kind}`)
  const gone = new Set<string>()
  for (const { block } of agreed) {
    const { observation } = block
    if (observation.kind === 'Remove') gone.add(observation.peerId.name)
    if (observation.kind !== 'Accusation' || gone.has(observation.offender.name)) continue
    gone.add(observation.offender.name)
    count(`evicted.${observation.charge}`)
  }
  for (const [kind, times] of ledger.reports) count(`reported.${kind}`, times)
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
