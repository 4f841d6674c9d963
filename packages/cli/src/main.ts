#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { exitCodes, processIo, tellError } from './io.ts'
import { run } from './run.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  const reason = error.code === 'EPIPE' ? 'whoever was to read it stopped reading' : error.message
  tellError(processIo, `the output could not be written: ${reason}`)
  process.exit(exitCodes.output)
})
// Where nothing can be said, there is nothing to say about it either; the exit code tells.
process.stderr.on('error', () => {
  process.exitCode = exitCodes.output
})
process.exitCode = await run(process.argv.slice(2), processIo)
