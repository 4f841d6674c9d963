// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { performRun, simulate } from '@parsec-bft/sim'
import type { SoakJob, SoakOutcome } from '@parsec-bft/sim'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/** Performs jobs, one at a time. */
interface Hand {
  perform(job: SoakJob): Promise<SoakOutcome>
  close(): Promise<unknown>
}

/** Performs them in this thread. Between runs it lets Node handle whatever else has come: signals, output. */
function thisThread(): Hand {
  return {
    perform: async (job) => {
      await setImmediate()
      return performRun(job, simulate)
    },
    close: () => Promise.resolve(),
  }
}

const isSource = import.meta.url.endsWith('.ts')

function otherThread(): Hand {
  const worker = new Worker(new URL(isSource ? './thread.ts' : './thread.js', import.meta.url), {
    execArgv: isSource ? [...process.execArgv, '--conditions=@parsec-bft/source'] : process.execArgv,
  })
  return {
    perform: async (job) => {
      worker.postMessage(job)
      // Rejects if the thread fails.
      const [outcome] = (await once(worker, 'message')) as [SoakOutcome]
      return outcome
    },
    close: () => worker.terminate(),
  }
}

/**
 * Performs jobs, several at a time.
 *
 * @param workers - how many threads; 1 is this one.
 * @param nextJob - asked whenever a worker has nothing to do; undefined: no more.
 */
export async function performAll(
  workers: number,
  nextJob: () => SoakJob | undefined,
  onOutcome: (outcome: SoakOutcome) => void,
): Promise<void> {
  const hands = workers === 1 ? [thisThread()] : Array.from({ length: workers }, otherThread)
  const work = async (hand: Hand): Promise<void> => {
    for (let job = nextJob(); job !== undefined; job = nextJob()) onOutcome(await hand.perform(job))
  }
  try {
    await Promise.all(hands.map(work))
  } finally {
    await Promise.all(hands.map((hand) => hand.close()))
  }
}
