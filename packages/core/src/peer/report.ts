// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'

/**
 * Something that looks like malice of a peer, but that the graph cannot prove to others
 * (protocol.md section 8). Only the application can act on it, by a vote for `unprovable`. The peer
 * is removed if a supermajority of the voters do the same. A bad connection can look like malice:
 * count reports before you accuse.
 *
 * @example
 * const onReport = (report: Report) => log(`${report.peer.name}: ${report.kind}`)
 */
export type Report =
  /** It sent us events although it knew that we have them. `events` is how many. */
  | { readonly kind: 'Spam'; readonly peer: PublicId; readonly events: number }
  /** It sent us gossip before it could know that we had been added. */
  | { readonly kind: 'PrematureGossip'; readonly peer: PublicId }
  /**
   * It recorded gossip by another peer that is older than what it already knew of that peer. This
   * happens to correct peers, too, when messages overtake each other. `event` is the id of its
   * event.
   */
  | { readonly kind: 'StaleOtherParent'; readonly peer: PublicId; readonly event: string }
  /** It has not answered our last requests. `requests` is how many; reported from the third on. */
  | { readonly kind: 'MissingResponse'; readonly peer: PublicId; readonly requests: number }
  /**
   * It sent us an event that every correct peer refuses, and so never sends. We accuse the creator
   * of the event by ourselves. If the sender is another peer, it cannot be accused by the graph.
   */
  | {
      readonly kind: 'RefusedEvent'
      readonly peer: PublicId
      readonly creator: PublicId
      readonly malice: RefusedEventKind
    }
