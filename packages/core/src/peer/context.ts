// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { EventFormat } from '../wire/event.ts'
import type { KnownEvents } from '../graph/known-events.ts'
import type { Consensus } from '../consensus/consensus.ts'
import type { Detection } from '../malice/detection.ts'
import type { Report } from './report.ts'
import type { Window } from './window.ts'

/** What the parts of one peer share. */
export interface PeerContext<P> {
  /** Our own peer index. */
  readonly ourIndex: number
  readonly format: EventFormat<P>
  readonly consensus: Consensus
  readonly events: KnownEvents<P>
  readonly detection: Detection<P>
  readonly window: Window
  /** Tells the application of what looks like malice and cannot be proven. */
  readonly report: (report: Report) => void
}
