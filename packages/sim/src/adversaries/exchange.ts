// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Event } from '@parsec-bft/core'
import type { Me, Strategy } from './strategy.ts'

/** Makes a Request or Response event that records what it must not record, and shows it to somebody. */
function recordWrongly(me: Me, kind: 'Request' | 'Response'): void {
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
    const isToUs = event.cause.kind === 'Requesting' && event.cause.recipient.equals(me.id)
    return isToUs && !recorded.has(event.id)
  }
  const answer = me.puppet.latestSync(event)
  if (answer?.cause.kind !== 'Request') return false
  return me.store.get(answer.cause.otherParent)?.creator.name === me.name && !recorded.has(answer.id)
}

/** Records a request that was not meant for it, or that it has recorded before. */
export function invalidRequest(): Strategy {
  return {
    drive: 'hand',
    turn: (me) => {
      recordWrongly(me, 'Request')
    },
  }
}

/** Records a response that was not meant for it, or that it has recorded before. */
export function invalidResponse(): Strategy {
  return {
    drive: 'hand',
    turn: (me) => {
      recordWrongly(me, 'Response')
    },
  }
}

/**
 * First shows each correct peer a wrong event that the peer cannot prove to others, since a parent
 * of it is on a branch that nobody records. Then it shows wrong events that can be proven.
 */
export function refusedDecoy(): Strategy {
  return {
    drive: 'hand',
    begin: (me) => {
      const { puppet, world } = me
      const [other] = me.store.events.filter(({ creator }) => creator.name !== me.name)
      if (other === undefined) return
      const side = puppet.branchAfter(me.store.selfParent(puppet.main.tip ?? other) ?? other)
      puppet.append(side, { kind: 'Requesting', recipient: me.id })
      const decoy = puppet.make(side, { kind: 'Request', otherParent: other.hash })
      for (const to of world.correctVoters) me.sendBad(side, 'request', to, [decoy])
    },
    turn: (me) => {
      recordWrongly(me, 'Request')
    },
  }
}
