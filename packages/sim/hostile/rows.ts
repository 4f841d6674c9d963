// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { fork } from 'node:child_process'
import type { Attack } from './attack.ts'
import { costsOf, medianOf } from './costs.ts'
import type { Costs } from './costs.ts'
import type { Extent, Measurement } from './measure.ts'

/** One attack on one network. */
export interface Row {
  readonly attack: Attack
  readonly voters: number
  /** The medians of several runs, or why there are none: the process did not survive it. */
  readonly result: Costs | string
  readonly runs: readonly Measurement[]
}

/** What a child process is asked to do. */
export interface Job extends Extent {
  readonly attack: string
  readonly voters: number
}

/** What the JavaScript heap of a whole network may take, in MiB: an attack that needs more ends its process. */
export const heapMiB = 512
/** How long one run may take, in seconds, on a machine that has much else to do. */
const longestRun = 1200

/** Attacks in processes of their own, with a bounded heap. */
export async function measureRow(attack: Attack, voters: number, extent: Extent, count: number): Promise<Row> {
  const runs: Measurement[] = []
  for (let i = 0; i < count; i++) {
    const result = await inChild({ ...extent, attack: attack.name, voters })
    if (typeof result === 'string') return { attack, voters, result, runs }
    runs.push(result)
  }
  return { attack, voters, result: medianOf(runs.map(costsOf)), runs }
}

/** The measurement, or what became of the process. Throws if it ended by an error that is no attack's doing. */
async function inChild(job: Job): Promise<Measurement | string> {
  const child = fork(new URL('child.ts', import.meta.url), {
    execArgv: [...process.execArgv, `--max-old-space-size=${String(heapMiB)}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: longestRun * 1000,
  })
  let errors = ''
  child.stderr?.on('data', (text: Buffer) => (errors += text.toString()))
  return new Promise((resolve, reject) => {
    let measurement: Measurement | undefined
    child.on('message', (message) => (measurement = message as Measurement))
    child.on('error', reject)
    child.on('close', (_code, signal) => {
      if (measurement !== undefined) resolve(measurement)
      else if (errors.includes('heap out of memory')) resolve('aborts')
      else if (signal === 'SIGTERM') resolve('does not end')
      else reject(new Error(`${job.attack}, ${String(job.voters)} voters: ${errors}`))
    })
    child.send(job)
  })
}
