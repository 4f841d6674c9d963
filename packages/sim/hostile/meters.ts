// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { readFileSync, writeFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Time of the processor in milliseconds, of all threads of this process: other processes do not count. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

let collect: (() => void) | undefined

/** Collects garbage, so that what is in use afterwards is what is kept. */
function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}

/** Native objects are freed only between turns of the event loop. */
export async function eventLoopTurn(): Promise<void> {
  await setImmediate()
}

/** Bytes that are kept, inside and outside of the JavaScript heap, after garbage is collected. */
export async function keptBytes(): Promise<number> {
  // What one collection finds unused may let go of more.
  for (let i = 0; i < 3; i++) {
    collectGarbage()
    await eventLoopTurn()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/**
 * Measures how many bytes the process grew by, at the most, during a call. It collects garbage
 * first. Undefined where the system cannot tell: only Linux can forget its earlier peak.
 */
export function peakBytesOf(call: () => void): number | undefined {
  collectGarbage()
  if (!forgetPeak()) {
    call()
    return undefined
  }
  const before = process.memoryUsage.rss()
  call()
  const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return peak === undefined ? undefined : Math.max(0, 1024 * Number(peak) - before)
}

function forgetPeak(): boolean {
  if (process.platform !== 'linux') return false
  try {
    writeFileSync('/proc/self/clear_refs', '5')
    return true
  } catch {
    return false
  }
}
