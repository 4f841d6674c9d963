// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Event } from '../../src/event.ts'
import type { SecretId } from '../../src/identity.ts'
import { encodeObservation, stringCodec } from '../../src/observation.ts'
import type { Observation } from '../../src/observation.ts'

/** The first event of a creator. */
export function initialEvent(us: SecretId): Event<string> {
  return Event.create(us, { kind: 'Initial' }, stringCodec)
}

/** An event that votes, as a correct peer signs it. */
export function voteEvent(us: SecretId, selfParent: Event<string>, observation: Observation<string>): Event<string> {
  const signature = us.sign(encodeObservation(observation, stringCodec))
  return Event.create(
    us,
    { kind: 'Observation', selfParent: selfParent.hash, vote: { observation, signature } },
    stringCodec,
  )
}
