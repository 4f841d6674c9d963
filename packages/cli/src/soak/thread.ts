// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { performRun, simulate } from '@parsec-bft/sim'
import type { SoakJob } from '@parsec-bft/sim'
import { parentPort } from 'node:worker_threads'

// A thread of `performAll`: a job comes in, an outcome goes out.
parentPort?.on('message', (job: SoakJob) => {
  parentPort?.postMessage(performRun(job, simulate))
})
