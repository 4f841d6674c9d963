// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Reporter, TestModule } from 'vitest/node'

/** Ends a test run with one plain line of counts, which any CI can read. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    let broken = 0
    for (const module of modules) {
      const before = counts.failed
      for (const test of module.children.allTests()) counts[test.result().state]++
      if (module.state() === 'failed' && counts.failed === before) broken++
    }
    const { passed, failed, skipped } = counts
    console.log(`${String(passed)} passed, ${String(failed + broken)} failed, ${String(skipped)} skipped`)
  }
}
