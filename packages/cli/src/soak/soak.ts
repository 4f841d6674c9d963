// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { SoakTally, runAt, runsInShard } from '@parsec-bft/sim'
import type { SoakJob, SoakOutcome, SoakPlan, SoakReport } from '@parsec-bft/sim'
import { ProgressLine, painter } from '../io.ts'
import type { Io, Signal } from '../io.ts'
import { counted } from '../narration.ts'
import { version } from '../version.ts'
import { failureText, mostTold } from './summary.ts'
import { performAll } from './perform-all.ts'

/** For so many failures a smaller run is looked for, which costs many runs each. */
export const mostShrunk = mostTold

export interface Soaked {
  readonly report: SoakReport
  /** The signal that stopped it, if any did. */
  readonly signal: Signal | undefined
}

/**
 * Makes the runs of a plan, tells how far they are, and shrinks the first failures. A signal stops
 * it as soon as the runs under way have ended; the report is then about those.
 */
export async function soak(plan: SoakPlan, workers: number, io: Io): Promise<Soaked> {
  const tally = new SoakTally(plan)
  const progress = new Progress(plan, io)
  const interrupt = new AbortController()
  let stoppedBy: Signal | undefined
  const stopListening = io.onSignal((signal) => {
    stoppedBy = signal
    interrupt.abort()
    progress.onStopping(signal)
  })
  try {
    const planned = runsInShard(plan)
    let place = 0
    const nextRun = (): SoakJob | undefined => {
      if (interrupt.signal.aborted || place >= planned || progress.elapsedMs >= (plan.forMs ?? Infinity))
        return undefined
      return { ...runAt(plan, place++), shrinks: false }
    }
    await performAll(Math.min(workers, Math.max(1, planned)), nextRun, (outcome) => {
      tally.add(outcome)
      progress.onRun(outcome)
    })
    // A signal that comes while smaller runs are looked for interrupts nothing of the plan.
    const interrupted = interrupt.signal.aborted && place < planned
    await shrinkFailures(tally, workers, progress, interrupt.signal)
    const elapsed = { ms: Math.round(progress.elapsedMs), workers }
    return { report: tally.report({ version: version(), interrupted, elapsed }), signal: stoppedBy }
  } finally {
    stopListening()
    progress.end()
  }
}

async function shrinkFailures(
  tally: SoakTally,
  workers: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const failures = tally.failures.slice(0, mostShrunk)
  if (failures.length === 0) return
  let begun = 0
  const next = (): SoakJob | undefined => {
    const failure = signal.aborted ? undefined : failures[begun]
    if (failure === undefined) return undefined
    progress.onShrinking(++begun, failures.length)
    const { scenario, seed, coin } = failure
    return { scenario, seed, coin, shrinks: true }
  }
  await performAll(Math.min(workers, failures.length), next, ({ failure }) => {
    if (failure !== null) tally.addFailure(failure)
  })
}

/** Where no line can be written over, a new one is added so often. */
const plainEveryMs = 60_000

/** Tells how far the runs are, in one line that is written over, and the first failures as they come. */
class Progress {
  readonly #plan: SoakPlan
  readonly #io: Io
  readonly #line: ProgressLine
  readonly #startMs: number
  #runs = 0
  #failures = 0
  #nextPlainMs = plainEveryMs

  constructor(plan: SoakPlan, io: Io) {
    this.#plan = plan
    this.#io = io
    this.#line = new ProgressLine(io.stderr)
    this.#startMs = io.clockMs()
  }

  get elapsedMs(): number {
    return this.#io.clockMs() - this.#startMs
  }

  onRun({ failure }: SoakOutcome): void {
    this.#runs++
    if (failure !== null && ++this.#failures <= mostTold) {
      this.#line.clear()
      this.#io.stderr.write(`${failureText(failure, painter(this.#io.stderr))}\n`)
    }
    const { elapsedMs } = this
    const { forMs } = this.#plan
    const runs =
      forMs === null ? `${String(this.#runs)} of ${String(runsInShard(this.#plan))} runs` : counted(this.#runs, 'run')
    const left = forMs === null ? '' : `, ${String(Math.max(0, Math.ceil((forMs - elapsedMs) / 1000)))} s to go`
    const perSecond = ((1000 * this.#runs) / Math.max(1, elapsedMs)).toFixed(1)
    const text = `${runs}, ${perSecond}/s, ${counted(this.#failures, 'failure')}${left}`
    if (this.#io.stderr.isTTY === true) this.#line.show(text)
    else if (elapsedMs >= this.#nextPlainMs) {
      this.#io.stderr.write(`${text}\n`)
      this.#nextPlainMs = elapsedMs + plainEveryMs
    }
  }

  onStopping(signal: Signal): void {
    this.#line.clear()
    this.#io.stderr.write(`${signal}: stopping after the runs under way; once more stops at once\n`)
  }

  onShrinking(begun: number, count: number): void {
    this.#line.show(`looking for a smaller run that fails likewise: failure ${String(begun)} of ${String(count)}`)
  }

  end(): void {
    this.#line.clear()
  }
}
