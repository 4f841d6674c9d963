// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Assault } from './assault.ts'
import type { Bounds } from './costs.ts'
import type { AttackedNetwork } from './network.ts'

/** One thing that an attacker can do. */
export interface Attack {
  readonly name: string
  readonly what: string
  /** Who does it. A stranger has no key of a member. */
  readonly by: 'honest peer' | 'stranger' | 'insider' | 'removed peer'
  /** @param voters - how many founding members the network has */
  bounds(voters: number): Bounds
  /** What must happen before the attack; it does not count. */
  prepare?(network: AttackedNetwork): void
  /** Yields after what is sent in one round of the others' gossip. */
  run(assault: Assault): Generator<void, void, undefined>
}
