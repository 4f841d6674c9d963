// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** How long a message takes, in virtual milliseconds. */
export type Delay =
  | { readonly kind: 'none' }
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'poisson'; readonly meanMs: number }
  | AdversarialDelay

/**
 * A scheduler that sees everything and delays messages to hurt progress. `halves`: messages between
 * two halves of the network are late; `partitions`: the same, and every few rounds the network is
 * divided in another way; `leaders`: messages of the peers that have put out most are late;
 * `collusion`: those are late that the adversaries want to be.
 */
export interface AdversarialDelay {
  readonly kind: 'adversarial'
  readonly tactic: (typeof schedulerTactics)[number] | 'collusion'
  readonly maxMs: number
}

/** The tactics that need no adversary. Scenarios draw from this list. */
export const schedulerTactics = ['halves', 'partitions', 'leaders'] as const
