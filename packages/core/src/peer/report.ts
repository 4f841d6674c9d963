// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { RefusedEventKind } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'

/**
 * What looks like malice and cannot be proven to others by the graph (protocol.md section 8). Only
 * the application can act on it: by a vote for {@link unprovable}, which removes the peer when a
 * supermajority votes alike. A bad network can look the same: count before you accuse.
 */
export type Report =
  /** It sent events that it knows we know. */
  | { readonly kind: 'Spam'; readonly peer: PublicId; readonly events: number }
  /** It sent us gossip before it could know that we had been added. */
  | { readonly kind: 'PrematureGossip'; readonly peer: PublicId }
  /**
   * It recorded gossip by another peer that is older than what it knew of that peer. Happens to
   * correct peers, too, when messages overtake each other.
   */
  | { readonly kind: 'StaleOtherParent'; readonly peer: PublicId; readonly event: string }
  /** So many of our requests in a row it has not answered. Told from the third on. */
  | { readonly kind: 'MissingResponse'; readonly peer: PublicId; readonly requests: number }
  /**
   * It sent an event that no correct peer inserts, so none passes it on. The event's creator is
   * accused; the sender, where it is another one, cannot be.
   */
  | {
      readonly kind: 'RefusedEvent'
      readonly peer: PublicId
      readonly creator: PublicId
      readonly malice: RefusedEventKind
    }
