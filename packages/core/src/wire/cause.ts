// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Bytes of an event hash. */
export const hashLength = 32

/**
 * Why an event was made (protocol.md section 2), as numbers: the variants of the canonical encoding,
 * which is also how the graph stores them.
 */
export const causes = {
  Requesting: 0,
  Request: 1,
  Response: 2,
  Observation: 3,
  Initial: 4,
  CoinShares: 5,
  Conclusion: 6,
} as const

/** Why an event was made (protocol.md section 2). */
export type CauseKind = keyof typeof causes

/** The cause of each number. */
export const causeKinds = Object.keys(causes) as readonly CauseKind[]

/** Requesting, Request and Response (section 2), by number. */
export function isSync(cause: number): boolean {
  return cause < causes.Observation
}

/** Is it the cause of a sync event (section 2)? */
export function isSyncCause(cause: CauseKind): boolean {
  return isSync(causes[cause])
}
