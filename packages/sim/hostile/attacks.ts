// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Attack } from './attack.ts'
import { insiders } from './insiders.ts'
import { honestBusyPeer, removedPeer } from './others.ts'
import { strangers } from './strangers.ts'

/** All attacks; first what they are compared with. */
export const attacks: readonly Attack[] = [honestBusyPeer, ...strangers, ...insiders, removedPeer]
