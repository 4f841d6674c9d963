// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, Writer } from './base/encoding.ts'
import { ParsecError } from './base/errors.ts'
import { checkLimit, limits } from './base/limits.ts'
import { chargeOf } from './base/malice-kinds.ts'
import type { PublicId } from './base/public-id.ts'
import { Event } from './wire/event.ts'
import { completeFormat } from './wire/format.ts'
import type { Format } from './wire/format.ts'
import { encodeGrounds, readGrounds } from './wire/malice.ts'
import type { Malice } from './wire/malice.ts'
import { decodeObservation, encodeObservation, genesis } from './wire/observation.ts'
import type { Accusation } from './wire/observation.ts'
import { KnownEvents } from './graph/known-events.ts'
import { PeerState } from './graph/peers.ts'
import { Consensus } from './consensus/consensus.ts'
import { Detection } from './malice/detection.ts'
import { Intake } from './peer/intake.ts'
import { Window } from './peer/window.ts'
import { idsOf, rulesOf } from './network-options.ts'
import type { NetworkOptions } from './network-options.ts'

/** The rules and founders of the network that evidence is about; the options of a peer will do. */
export interface EvidenceOptions<P> extends NetworkOptions<P> {
  readonly founders: Iterable<PublicId>
}

/**
 * The proof of an accusation (protocol.md section 8), for those who have no graph of their own:
 * signed events that prove it, with all of their ancestors. Checking it takes only the ids of the
 * founders, so nobody has to be trusted. `Parsec.evidence` makes one.
 *
 * @example
 * const evidence = Evidence.decode(bytes, options) // throws if it is no proof
 * console.log(`${evidence.accusation.offender.name} is malicious`)
 */
export class Evidence<P> {
  /** What is proven. */
  readonly accusation: Accusation
  /** What the offender did, and what in the events proves it. */
  readonly grounds: Malice
  /** The events that prove it; parents come before children. */
  readonly events: readonly Event<P>[]

  constructor(accusation: Accusation, grounds: Malice, events: readonly Event<P>[]) {
    this.accusation = accusation
    this.grounds = grounds
    this.events = events
  }

  /**
   * Checks the proof: verifies all signatures and goes through the events as every peer did. It
   * takes time in proportion to their number. Evidence that was decoded needs no check.
   *
   * @param options - the network's rules and founders; the options of a peer will do
   * @throws ParsecError `InvalidEvidence` if the events do not prove the accusation;
   *   `SignatureFailure`, `UnknownCreator`, `UnknownParent`, `MaliciousEvent`,
   *   `PrematureCoinShares`, `TooFarAhead` or `LimitExceeded` if they are not events of this network;
   *   `InvalidOptions`
   */
  verify(options: EvidenceOptions<P>): void {
    const history = new History(options)
    for (const event of this.events) history.add(event)
    history.mustProve(this.accusation, this.grounds)
  }

  /**
   * The canonical encoding: the accusation as an observation, its grounds, the number of events, the
   * events.
   *
   * @param format - the network's codec
   * @throws ParsecError `LimitExceeded` if it is too large to be read
   */
  toBytes({ codec }: Format<P>): Uint8Array {
    checkLimit('evidence events', limits.evidenceEvents, this.events.length)
    const writer = new Writer().fixed(encodeObservation<P>(this.accusation, codec)).fixed(encodeGrounds(this.grounds))
    writer.length(this.events.length)
    for (const event of this.events) writer.fixed(event.bytes)
    const bytes = writer.finish()
    checkLimit('evidence bytes', limits.evidenceBytes, bytes.length)
    return bytes
  }

  /**
   * Reads what {@link Evidence.toBytes} writes, and checks it in the same pass, as
   * {@link Evidence.verify} does. It ends at the first event that is none of this network, so that
   * bytes of a stranger cost no more than the events of the network that are in them.
   *
   * @param bytes - at most `limits.evidenceBytes`, with at most `limits.evidenceEvents` events; not kept
   * @param options - the network's rules and founders; the options of a peer will do
   * @throws ParsecError `MalformedEncoding`, `LimitExceeded`, `MalformedPayload`, `InvalidPublicId`, and
   *   whatever {@link Evidence.verify} throws
   */
  static decode<P>(bytes: Uint8Array, options: EvidenceOptions<P>): Evidence<P> {
    checkLimit('evidence bytes', limits.evidenceBytes, bytes.length)
    const history = new History(options)
    const { codec, identities } = completeFormat(options)
    const reader = new Reader(bytes)
    const accusation = decodeObservation(reader, codec, identities)
    if (accusation.kind !== 'Accusation') throw reader.malformed('an accusation')
    const grounds = readGrounds(reader, accusation.charge)
    const count = reader.length('evidence events', limits.evidenceEvents)
    const events: Event<P>[] = []
    for (let i = 0; i < count; i++) {
      const event = Event.decode(reader, { codec, identities })
      if (!history.add(event)) throw reader.malformed('an event that has not come before')
      events.push(event)
    }
    reader.end()
    history.mustProve(accusation, grounds)
    return new Evidence(accusation, grounds, events)
  }
}

/** The history that events tell which come with evidence, as a peer would take them in. */
class History<P> {
  readonly #events = new KnownEvents<P>()
  readonly #detection: Detection<P>
  readonly #intake: Intake<P>

  /** Throws `InvalidOptions`. */
  constructor({ founders: group, ...options }: EvidenceOptions<P>) {
    const { codec, identities, mode, coin, keys } = rulesOf(options)
    const founders = idsOf('founders', group, identities)
    const format = { codec, identities }
    const consensus = new Consensus({ mode, coin, keys })
    const events = this.#events
    const nobody = -1
    const detection = new Detection(consensus, events, format, nobody)
    const indices = founders.map((id) => consensus.addPeer(id, PeerState.ACTIVE))
    consensus.setVoters(indices)
    detection.setGenesis(indices, genesis(founders))
    const window = new Window(consensus)
    const report = (): undefined => undefined
    this.#detection = detection
    this.#intake = new Intake({ ourIndex: nobody, format, consensus, events, detection, window, report })
  }

  /**
   * Takes in an event, after its parents. Returns false if it has come before. Throws what
   * {@link Evidence.verify} throws for an event.
   */
  add(event: Event<P>): boolean {
    if (this.#events.has(event.id)) return false
    const judged = this.#intake.judge(event)
    if (judged === undefined) throw new ParsecError({ code: 'UnknownParent', event: event.id })
    this.#intake.insert(judged)
    return true
  }

  /** Throws `InvalidEvidence` if what has come in does not prove the accusation on these grounds. */
  mustProve({ offender, charge }: Accusation, grounds: Malice): void {
    const isProven = this.#detection.facts.proofOf(offender, grounds) !== undefined
    if (!isProven || chargeOf(grounds.kind) !== charge) throw new ParsecError({ code: 'InvalidEvidence' })
  }
}
