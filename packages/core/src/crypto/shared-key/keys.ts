// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { withBls } from '../pairing/bls.ts'
import { mockGroup } from '../pairing/mock-group.ts'
import { GroupKeys } from './group-keys.ts'
import type { KeyScheme } from './key-scheme.ts'

/**
 * Keys for BLS signatures over BLS12-381, the default. Public keys are in G1 (48 bytes), signatures
 * in G2 (96 bytes). A native library does the work where there is one for the machine.
 */
export const blsKeys: KeyScheme = withBls((group) => new GroupKeys('bls12-381', group))

/**
 * Keys for simulations and tests: thousands of times as fast and not secure, as anyone can compute
 * every secret. Otherwise they behave like real keys; wrong shares, for instance, are noticed.
 */
export const mockKeys: KeyScheme = new GroupKeys('mock', mockGroup)
