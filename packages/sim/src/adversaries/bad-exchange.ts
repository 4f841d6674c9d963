// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Event } from '@parsec-bft/core'
import type { Me } from './strategy.ts'

/** Makes a Request or Response that records what it must not, and shows it to somebody. */
export function recordWrongly(me: Me, kind: 'Request' | 'Response'): void {
  const { correctVoters } = me.world
  const { main } = me.puppet
  if (correctVoters.length === 0) return
  const to = me.random.pick(correctVoters)
  const known = me.store.knownBy(to)
  const others = me.store.events.filter(
    (event, i) =>
      event.creator.name !== me.name && (known.has(i) || main.ancestors.has(i)) && !mayRecord(me, kind, event),
  )
  if (others.length === 0) return
  const bad = me.puppet.make(main, { kind, otherParent: me.random.pick(others).hash })
  me.sendBad(main, kind === 'Request' ? 'request' : 'response', to, [bad])
  me.commit(kind === 'Request' ? 'InvalidRequest' : 'InvalidResponse', [bad], true)
}

function mayRecord(me: Me, kind: 'Request' | 'Response', event: Event<string>): boolean {
  const { recorded } = me.puppet.main
  if (kind === 'Request') {
    const isToUs = event.cause.kind === 'Requesting' && event.cause.recipient.compareTo(me.id) === 0
    return isToUs && !recorded.has(event.id)
  }
  const answer = me.puppet.latestSync(event)
  if (answer?.cause.kind !== 'Request') return false
  return me.store.get(answer.cause.otherParent)?.creator.name === me.name && !recorded.has(answer.id)
}
