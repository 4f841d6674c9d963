// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { measureKeys, measureTosses, mostTossing } from './bench-keys.ts'
import type { KeyMeasurement } from './bench-keys.ts'
import { blsKeys, mockKeys, mockIdentity, opaque, stringCodec } from '@parsec-bft/core'
import { Consensus, PeerState, genesis, observationHash } from '@parsec-bft/core/internals'
import type { ConsensusMode, Observation, SeenThrough } from '@parsec-bft/core'
import type { EventInput } from '@parsec-bft/core/internals'
import { wholeNumber } from './numbers.ts'
import { readRecordedGraph, topologicalOrder } from '@parsec-bft/graph'
import type { RecordedGraph } from '@parsec-bft/graph'
import { Random, peerNames } from '@parsec-bft/sim'
import { Command } from 'commander'
import { performance } from 'node:perf_hooks'

/** Events whose processing is measured: graph, election, membership. No signatures, no hashing, no parsing. */
interface Workload {
  readonly file: string
  readonly mode: ConsensusMode
  readonly seenThrough: SeenThrough
  readonly peers: readonly string[]
  readonly voters: readonly number[]
  readonly events: readonly WorkloadEvent[]
}

interface WorkloadEvent extends Omit<EventInput, 'payload'> {
  readonly vote?: { readonly observation: Observation<string>; readonly hash: Uint8Array } | undefined
}

interface Measurement {
  readonly file: string
  readonly events: number
  readonly medianMs: number
  readonly eventsPerSecond: number
}

/** The first runs, of this duration, let the compiler settle; the median is over the later ones. */
const warmUpMs = 1000
const measuredMs = 2000
const fewestRuns = 5

function vote(observation: Observation<string>): WorkloadEvent['vote'] {
  return { observation, hash: observationHash(observation, stringCodec) }
}

function recordedWorkload(file: string, graph: RecordedGraph): Workload {
  const names = [...new Set([...graph.peers.map(({ name }) => name), ...graph.events.map(({ creator }) => creator)])]
  const peer = new Map(names.map((name, i) => [name, i]))
  const place = new Map<string, number>()
  const events = topologicalOrder(graph).map((event, i): WorkloadEvent => {
    place.set(event.name, i)
    const { cause } = event
    return {
      creator: peer.get(event.creator) ?? 0,
      cause: cause.kind,
      selfParent: event.selfParent === undefined ? undefined : place.get(event.selfParent),
      otherParent: event.otherParent === undefined ? undefined : place.get(event.otherParent),
      vote: cause.kind === 'Observation' ? vote(cause.observation) : undefined,
    }
  })
  const founding = events.find((event) => event.vote?.observation.kind === 'Genesis')?.vote?.observation
  const voters = founding?.kind === 'Genesis' ? founding.group.map((id) => peer.get(id.name) ?? 0) : []
  return { file, mode: graph.mode, seenThrough: graph.seenThrough, peers: names, voters, events }
}

/** Random gossip of `peers` peers, of whom one votes for a new payload every few exchanges. */
function generatedWorkload(peerCount: number, eventCount: number): Workload {
  const random = new Random('bench')
  const peers = peerNames(peerCount)
  const founders = vote(genesis(peers.map((name) => mockIdentity.publicId(name))))
  const events: WorkloadEvent[] = []
  const last: number[] = []
  const append = (creator: number, event: Omit<WorkloadEvent, 'creator' | 'selfParent'>): void => {
    events.push({ ...event, creator, selfParent: last[creator] })
    last[creator] = events.length - 1
  }
  for (let peer = 0; peer < peerCount; peer++) {
    append(peer, { cause: 'Initial' })
    append(peer, { cause: 'Observation', vote: founders })
  }
  for (let payload = 0; events.length < eventCount;) {
    const asking = random.integer(0, peerCount - 1)
    const asked = (asking + 1 + random.integer(0, peerCount - 2)) % peerCount
    append(asking, { cause: 'Requesting', recipient: asked })
    append(asked, { cause: 'Request', otherParent: last[asking] })
    append(asking, { cause: 'Response', otherParent: last[asked] })
    if (random.integer(0, 3) === 0) append(asking, { cause: 'Observation', vote: vote(opaque(String(payload++))) })
  }
  const file = `generated: ${String(peerCount)} peers`
  const voters = peers.map((_, peer) => peer)
  return { file, mode: 'single', seenThrough: 'voters', peers, voters, events }
}

function begin({ mode, seenThrough, peers, voters }: Workload): Consensus {
  const consensus = new Consensus({ mode, seenThrough })
  for (const name of peers) consensus.addPeer(mockIdentity.publicId(name), PeerState.ACTIVE)
  consensus.setVoters(voters)
  return consensus
}

function feed(consensus: Consensus, events: readonly WorkloadEvent[], from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const event = events[i]
    if (event === undefined) return
    const { creator, cause, selfParent, otherParent, recipient } = event
    const payload = event.vote && consensus.addPayload(event.vote.observation, creator, event.vote.hash)
    consensus.insert({ creator, cause, selfParent, otherParent, recipient, payload })
    consensus.decide()
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
}

function measure(workload: Workload): Measurement {
  const { file, events } = workload
  const runMs = (): number => {
    const consensus = begin(workload)
    const startMs = performance.now()
    feed(consensus, events, 0, events.length)
    return performance.now() - startMs
  }
  for (let spentMs = 0; spentMs < warmUpMs;) spentMs += runMs()
  const runs: number[] = []
  for (let spentMs = 0; spentMs < measuredMs || runs.length < fewestRuns; spentMs += runs.at(-1) ?? 0)
    runs.push(runMs())
  const medianMs = median(runs)
  return { file, events: events.length, medianMs, eventsPerSecond: Math.round((1000 * events.length) / medianMs) }
}

/** Does an event cost more the older the network is? Speed in ten stretches of one long run. */
function measureStretches(workload: Workload): Measurement[] {
  const { events } = workload
  feed(begin(workload), events, 0, Math.min(events.length, 100_000))
  const consensus = begin(workload)
  const length = Math.ceil(events.length / 10)
  return Array.from({ length: 10 }, (_, stretch) => {
    const from = stretch * length
    const to = Math.min(from + length, events.length)
    const startMs = performance.now()
    feed(consensus, events, from, to)
    const medianMs = performance.now() - startMs
    const file = `${workload.file}, events ${String(from)} to ${String(to)}`
    return { file, events: to - from, medianMs, eventsPerSecond: Math.round((1000 * (to - from)) / medianMs) }
  })
}

function print(measurements: readonly Measurement[], json: boolean): void {
  if (json) console.log(JSON.stringify(measurements, undefined, 2))
  else {
    for (const { file, events, medianMs, eventsPerSecond } of measurements) {
      const speed = `${String(eventsPerSecond).padStart(9)} events/s`
      console.log(`${speed}  ${medianMs.toFixed(2).padStart(9)} ms  ${String(events)} events  ${file}`)
    }
  }
}

type Column = readonly [name: string, of: (cost: KeyMeasurement) => number]

function printCosts(costs: readonly KeyMeasurement[], columns: readonly Column[]): void {
  const row = (name: string, cells: readonly string[]): void => {
    const padded = cells.map((cell, i) => cell.padStart(2 + Math.max(8, columns[i]?.[0].length ?? 0)))
    console.log(name.padEnd(26) + padded.join(''))
  }
  row(
    'ms per participant',
    columns.map(([name]) => name),
  )
  for (const cost of costs) {
    row(
      `${cost.keys}, ${String(cost.participants)} participants`,
      columns.map(([, of]) => of(cost).toFixed(3)),
    )
  }
}

function printKeys(sizes: readonly number[], json: boolean): void {
  const costs = [blsKeys, mockKeys].flatMap((scheme) => sizes.map((size) => measureKeys(scheme, size)))
  const tosses = sizes
    .filter((size) => size <= mostTossing)
    .flatMap((size) => [measureTosses(size, 'fair'), measureTosses(size, 'adversarial')])
  if (json) {
    console.log(JSON.stringify({ costs, tosses }, undefined, 2))
    return
  }
  printCosts(costs, [
    ['generation', ({ generation }) => generation],
    ['sign share', ({ signShare }) => signShare],
    ['verify share', ({ verifyShare }) => verifyShare],
    ['verify all', ({ verifyShares }) => verifyShares],
    ['combine', ({ combine }) => combine],
    ['coin in all', ({ coin }) => coin],
  ])
  console.log()
  printCosts(costs, [
    ['encrypt', ({ encrypt }) => encrypt],
    ['share in opening', ({ decryptionShare }) => decryptionShare],
    ['verify it', ({ verifyDecryptionShare }) => verifyDecryptionShare],
    ['open', ({ decrypt }) => decrypt],
  ])
  if (tosses.length === 0) return
  console.log('\nscheduler                   elections  need a coin  coins each  ms each')
  for (const { participants, schedule, elections, tossed, coins } of tosses) {
    const coinMs = costs.find((cost) => cost.participants === participants)?.coin ?? NaN
    const share = `${((100 * tossed) / elections).toFixed(1)} %`
    const each = coins / elections
    const name = `${schedule}, ${String(participants)} participants`
    const cells = [String(elections).padStart(9), share.padStart(13), each.toFixed(2).padStart(12)]
    console.log(`${name.padEnd(28)}${cells.join('')}${(each * coinMs).toFixed(2).padStart(9)}`)
  }
}

new Command('bench')
  .description('Measures how fast events are processed: gossip graph and election, without signatures.')
  .argument('[file...]', 'recorded graphs; without any, graphs are generated')
  .option('--json', 'print [{file, events, medianMs, eventsPerSecond}]', false)
  .option('--peers <n>', 'generate a graph of so many peers', wholeNumber(1))
  .option('--events <n>', 'events of a generated graph', wholeNumber(1), 20_000)
  .option(
    '--keys',
    'measure instead what key generations, coins and encryption cost, with 4, 7, 10 and 31 participants, ' +
      'and how many elections need a coin, with up to 10',
    false,
  )
  .option('--stretches', 'one run of the generated graph in ten stretches: does the age of the network matter?', false)
  .addHelpText(
    'after',
    [
      '\nExamples:',
      '  npm run bench',
      '  npm run bench -- --json graphs/n4.dot graphs/n16.dot',
      '  npm run bench -- --peers 8 --events 1000000 --stretches',
      '  npm run bench -- --keys',
    ].join('\n'),
  )
  .action(
    (
      files: string[],
      options: { json: boolean; keys: boolean; peers?: number; events: number; stretches: boolean },
    ) => {
      if (options.keys) {
        printKeys(options.peers === undefined ? [4, 7, 10, 31] : [options.peers], options.json)
        return
      }
      const sizes = options.peers === undefined ? [4, 8, 16, 32] : [options.peers]
      if (options.stretches) print(measureStretches(generatedWorkload(sizes.at(-1) ?? 8, options.events)), options.json)
      else if (files.length > 0)
        print(
          files.map((file) => measure(recordedWorkload(file, readRecordedGraph(file)))),
          options.json,
        )
      else
        print(
          sizes.map((peers) => measure(generatedWorkload(peers, options.events))),
          options.json,
        )
    },
  )
  .parse()
