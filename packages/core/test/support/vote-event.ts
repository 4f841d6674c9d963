// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../../src/wire/format.ts'
import { Event, signVote } from '../../src/wire/event.ts'
import type { Vote } from '../../src/wire/event.ts'
import type { SecretId } from '../../src/crypto/identity.ts'
import type { PublicId } from '../../src/base/public-id.ts'
import type { Malice } from '../../src/wire/malice.ts'
import { accusationOf } from '../../src/wire/observation.ts'
import type { Observation } from '../../src/wire/observation.ts'

/** The first event of a creator. */
export function initialEvent(us: SecretId): Event<string> {
  return Event.create(us, { kind: 'Initial' }, stringCodec)
}

/** A vote as a correct peer signs it. */
export function signedVote(us: SecretId, observation: Observation<string>, grounds?: Malice): Vote<string> {
  return signVote(us, observation, stringCodec, grounds)
}

/** An accusing vote as a correct peer signs it. */
export function signedAccusation(us: SecretId, offender: PublicId, malice: Malice): Vote<string> {
  return signedVote(us, accusationOf(offender, malice), malice)
}

/** An event that votes. */
export function voteEvent(us: SecretId, selfParent: Event<string>, observation: Observation<string>): Event<string> {
  return eventOf(us, selfParent, signedVote(us, observation))
}

/** An event that accuses. */
export function accusingEvent(
  us: SecretId,
  selfParent: Event<string>,
  offender: PublicId,
  malice: Malice,
): Event<string> {
  return eventOf(us, selfParent, signedAccusation(us, offender, malice))
}

function eventOf(us: SecretId, selfParent: Event<string>, vote: Vote<string>): Event<string> {
  return Event.create(us, { kind: 'Observation', selfParent: selfParent.hash, vote }, stringCodec)
}
