// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { withBls } from '../pairing/bls.ts'
import { mockGroup } from '../pairing/mock-group.ts'
import { GroupKeys } from './group-keys.ts'
import type { KeyScheme } from './key-scheme.ts'

/**
 * BLS signatures over BLS12-381: public keys in G1 (48 bytes), signatures in G2 (96 bytes); native
 * where there is such a library.
 */
export const blsKeys: KeyScheme = withBls((group) => new GroupKeys('bls12-381', group))

/**
 * For simulations and tests: all equations hold, wrong values are noticed, thousands of times
 * faster, and anyone can compute every secret.
 */
export const mockKeys: KeyScheme = new GroupKeys('mock', mockGroup)
