// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Is the count a supermajority of n: more than two thirds (protocol.md section 1)? */
export function isSupermajority(count: number, n: number): boolean {
  return 3 * count > 2 * n
}

/** The smallest supermajority of n. */
export function leastSupermajority(n: number): number {
  return Math.floor((2 * n) / 3) + 1
}

/** Is the count at least one third of n (section 1)? */
export function isOneThird(count: number, n: number): boolean {
  return 3 * count >= n
}

/** The smallest count that is at least one third of n. */
export function leastThird(n: number): number {
  return Math.ceil(n / 3)
}

/** How many of n may be faulty: the largest count that is less than a third of n, or 0 if n is 0. */
export function mostFaulty(n: number): number {
  return Math.max(0, leastThird(n) - 1)
}
