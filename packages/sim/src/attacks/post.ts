// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { MessageKind, MetaVoteView } from '@parsec-bft/core'

/** A message that has been sent. */
export interface Letter {
  readonly kind: MessageKind
}

/**
 * What a scheduler with all power over time can do to a network of correct peers: it chooses who
 * gossips to whom and when, and when each message arrives. It reads everything; it can neither
 * forge nor lose a message.
 */
export interface Post {
  /** One peer gossips to another. What it sends is held back, as is every answer to what arrives. */
  send(from: string, to: string): Letter
  /** A message arrives that was held back; nothing happens if it arrived before. */
  deliver(letter: Letter): void
  /** All messages that have not arrived, oldest first. */
  held(): readonly Letter[]
  /** Every peer votes for what is due. */
  vote(): void
  /** Has the peer put out everything that anyone voted for, as far as it knows? */
  isIdle(peer: string): boolean
  /** The last of the peer's meta-votes for a subject, at its latest event; undefined where it has none. */
  lastMetaVote(peer: string, subject: string): MetaVoteView | undefined
}

/** To each of several peers a message of each of several others, as these are now: all are held back. */
export function sendAll(post: Post, from: readonly string[], to: readonly string[]): Letter[] {
  return to.flatMap((recipient) =>
    from.filter((sender) => sender !== recipient).map((sender) => post.send(sender, recipient)),
  )
}

export function deliverAll(post: Post, letters: readonly Letter[]): void {
  for (const letter of letters) post.deliver(letter)
}

/** A message that arrives as soon as it is sent. */
export function pass(post: Post, from: string, to: string): void {
  post.deliver(post.send(from, to))
}

/** A message from each peer to the next, each sent when the one before has arrived. */
export function passAlong(post: Post, peers: readonly string[]): void {
  for (const [i, from] of peers.entries()) {
    const to = peers[i + 1]
    if (to !== undefined) pass(post, from, to)
  }
}
