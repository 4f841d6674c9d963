// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { stringCodec } from '../../src/wire/format.ts'
import { Event, signVote } from '../../src/wire/event.ts'
import type { Vote } from '../../src/wire/event.ts'
import type { SecretId } from '../../src/crypto/identity.ts'
import type { Observation } from '../../src/wire/observation.ts'

/** The first event of a creator. */
export function initialEvent(us: SecretId): Event<string> {
  return Event.create(us, { kind: 'Initial' }, stringCodec)
}

/** A vote as a correct peer signs it. */
export function signedVote(us: SecretId, observation: Observation<string>): Vote<string> {
  return signVote(us, observation, stringCodec)
}

/** An event that votes. */
export function voteEvent(us: SecretId, selfParent: Event<string>, observation: Observation<string>): Event<string> {
  const vote = signedVote(us, observation)
  return Event.create(us, { kind: 'Observation', selfParent: selfParent.hash, vote }, stringCodec)
}
