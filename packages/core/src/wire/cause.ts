// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** The length of an event hash, in bytes. */
export const hashLength = 32

/**
 * Why an event was made (protocol.md section 2), with the number that the canonical encoding and the
 * graph use for it.
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

/** The causes by their numbers. */
export const causeKinds = Object.keys(causes) as readonly CauseKind[]

/** Is it the number of the cause of a sync event: Requesting, Request or Response (section 2)? */
export function isSync(cause: number): boolean {
  return cause < causes.Observation
}

/** Is it the cause of a sync event: Requesting, Request or Response (section 2)? */
export function isSyncCause(cause: CauseKind): boolean {
  return isSync(causes[cause])
}
