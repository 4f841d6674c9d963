// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { platform } from '#crypto'
import { GroupKeys } from './group-keys.ts'
import type { KeyScheme } from './key-scheme.ts'
import { mockGroup } from './mock-group.ts'

/**
 * BLS signatures over BLS12-381: public keys in G1 (48 bytes), signatures in G2 (96 bytes); native
 * where there is such a library.
 */
export const blsKeys: KeyScheme = platform.withBls((group) => new GroupKeys('bls12-381', group))

/**
 * For simulations and tests: all equations hold, wrong values are noticed, thousands of times
 * faster, and anyone can compute every secret.
 */
export const mockKeys: KeyScheme = new GroupKeys('mock', mockGroup)
