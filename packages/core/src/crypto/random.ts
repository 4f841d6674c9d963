// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import type { RandomBytes } from '../base/public-id.ts'

/**
 * Secret random bytes from the machine's own source: Node's `crypto` or the browser's WebCrypto.
 * Pass it where a {@link RandomBytes} is asked for.
 *
 * @example
 * const us = ed25519Identity.secretIdFromSeed(randomBytes(32))
 */
export const randomBytes: RandomBytes = (length) => platform.randomBytes(length)
