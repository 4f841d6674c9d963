// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { campSizes } from './keep-split.ts'
import { deliverAll, sendAll } from './post.ts'
import type { Post } from './post.ts'

/**
 * Brings 3f + 1 peers to their observers (protocol.md section 5.2) so that some observe the subject
 * and the others do not, and none knows of another's observer. All of them have just voted for the
 * same payload, and nothing else is to be decided.
 *
 * @param observing - who shall observe the subject, the subject among them: f + 1 to 2f.
 */
export function splitObservers(
  post: Post,
  peers: readonly string[],
  subject: string,
  observing: readonly string[],
): void {
  const { most } = campSizes(peers.length)
  const others = peers.filter((peer) => peer !== subject)
  // All learn of all votes: the event at which a peer knows enough of them is its first interesting one.
  deliverAll(post, sendAll(post, peers, peers))
  // All learn of all first interesting events but the subject's, which only the subject itself knows.
  // Nobody knows yet what the others know.
  deliverAll(post, sendAll(post, others, peers))
  const unaware = peers.filter((peer) => !observing.includes(peer))
  const early = unaware.map((peer) => sendAll(post, others, [peer]).slice(0, most - 1))
  // All learn of the subject's, so whoever sends a message from now on knows of it.
  deliverAll(post, sendAll(post, [subject], others))
  const late = observing.map((peer) => sendAll(post, others, [peer]).slice(0, peer === subject ? most : most - 1))
  // With these each knows of 2f + 1 who know of the first interesting events: itself, the subject and those who speak.
  for (const letters of [...early, ...late]) deliverAll(post, letters)
}
