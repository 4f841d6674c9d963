// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { checkLimit, limits } from '../base/limits.ts'
import { Message } from '../wire/message.ts'
import type { PeerContext } from './context.ts'

/** The events that a peer lacks, as far as its latest event that we know tells; ascending. */
export function lackedBy<P>(peer: number, { consensus: { graph } }: PeerContext<P>): number[] {
  return graph.notCoveredBy(graph.latestOf(peer))
}

/** A message of these events; throws `LimitExceeded` if they are too many. */
export function messageOf<P>(
  kind: Message<P>['kind'],
  indices: readonly number[],
  { events }: PeerContext<P>,
): Message<P> {
  checkLimit('message events', limits.messageEvents, indices.length)
  return new Message(
    kind,
    indices.map((index) => events.at(index)),
  )
}
