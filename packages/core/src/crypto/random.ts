// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import type { RandomBytes } from '../base/public-id.ts'

/**
 * The machine's own source of secret random bytes: to hand to whatever takes a `RandomBytes`, which
 * draws none by itself.
 */
export const randomBytes: RandomBytes = (length) => platform.randomBytes(length)
