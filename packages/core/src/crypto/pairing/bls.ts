// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { nativeBls } from './bls-native.ts'
import { nobleBls } from './bls-noble.ts'
import type { PairingGroup } from './group.ts'

/**
 * Passes on the fastest implementation of BLS12-381 that this machine has. All of them give the same
 * bytes and accept the same bytes.
 */
export function withBls<T>(use: <P, Q>(group: PairingGroup<bigint, P, Q>) => T): T {
  return platform.blst === undefined ? use(nobleBls) : use(nativeBls(platform.blst))
}
