// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, Writer } from './base/encoding.ts'
import { ParsecError } from './base/errors.ts'
import { limits } from './base/limits.ts'
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

/**
 * The proof of an accusation (protocol.md section 8), for those who have no graph of their own:
 * signed events that prove it, with all of their ancestors. {@link Evidence.verify} needs only the
 * ids of the founders, so nobody has to be trusted. `Parsec.evidence` makes one.
 *
 * @example
 * const evidence = Evidence.decode(bytes, options)
 * evidence.verify(options) // throws if it is no proof
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
   * takes time in proportion to their number.
   *
   * @param options - the network's rules and founders; the options of a peer will do
   * @throws ParsecError `InvalidEvidence` if the events do not prove the accusation;
   *   `SignatureFailure`, `UnknownCreator`, `UnknownParent`, `MaliciousEvent`,
   *   `PrematureCoinShares` or `LimitExceeded` if they are not events of this network;
   *   `InvalidOptions`
   */
  verify({ founders: group, ...options }: NetworkOptions<P> & { readonly founders: Iterable<PublicId> }): void {
    const { codec, identities, mode, coin, keys } = rulesOf(options)
    const founders = idsOf('founders', group, identities)
    const format = { codec, identities }
    const consensus = new Consensus({ mode, coin, keys })
    const events = new KnownEvents<P>()
    const nobody = -1
    const detection = new Detection(consensus, events, format, nobody)
    const indices = founders.map((id) => consensus.addPeer(id, PeerState.ACTIVE))
    consensus.setVoters(indices)
    detection.setGenesis(indices, genesis(founders))
    const window = new Window(consensus)
    const intake = new Intake({
      ourIndex: nobody,
      format,
      consensus,
      events,
      detection,
      window,
      report: () => undefined,
    })
    for (const event of this.events) {
      if (events.has(event.id)) continue
      const judged = intake.judge(event)
      if (judged === undefined) throw new ParsecError({ code: 'UnknownParent', event: event.id })
      intake.insert(judged)
    }
    const { offender, charge } = this.accusation
    const isProven = detection.facts.proofOf(offender, this.grounds) !== undefined
    if (!isProven || chargeOf(this.grounds.kind) !== charge) throw new ParsecError({ code: 'InvalidEvidence' })
  }

  /**
   * The canonical encoding: the accusation as an observation, its grounds, the number of events, the
   * events.
   *
   * @param format - the network's codec
   */
  toBytes({ codec }: Format<P>): Uint8Array {
    const writer = new Writer().fixed(encodeObservation<P>(this.accusation, codec)).fixed(encodeGrounds(this.grounds))
    writer.length(this.events.length)
    for (const event of this.events) writer.fixed(event.bytes)
    return writer.finish()
  }

  /**
   * Reads what {@link Evidence.toBytes} writes. Call {@link Evidence.verify} on it before you
   * believe it.
   *
   * @param format - the network's codec and identities
   * @throws ParsecError `MalformedEncoding`, `LimitExceeded`, `MalformedPayload`, `InvalidPublicId`
   */
  static decode<P>(bytes: Uint8Array, format: Format<P>): Evidence<P> {
    const { codec, identities } = completeFormat(format)
    const reader = new Reader(bytes)
    const accusation = decodeObservation(reader, codec, identities)
    if (accusation.kind !== 'Accusation') throw reader.malformed('an accusation')
    const grounds = readGrounds(reader, accusation.charge)
    const count = reader.length('message events', limits.evidenceEvents)
    const events: Event<P>[] = []
    for (let i = 0; i < count; i++) events.push(Event.decode(reader, { codec, identities }))
    reader.end()
    return new Evidence(accusation, grounds, events)
  }
}
