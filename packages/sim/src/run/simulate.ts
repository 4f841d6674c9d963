// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Block, DecisionView, Inspection } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import { Random } from '../base/random.ts'
import { Transcript } from '../base/transcript.ts'
import { checkOptions } from '../options/check-options.ts'
import type { SimulationOptions } from '../options/options.ts'
import { makeIdentities } from '../peers/identities.ts'
import type { SimPeer } from '../peers/sim-peer.ts'
import { maliceCounts } from '../adversaries/malice-ledger.ts'
import { Network } from '../network/network.ts'
import type { Traffic } from '../network/wire.ts'
import { accusationOnceChecker } from '../checkers/accusation-once.ts'
import { agreementChecker } from '../checkers/agreement.ts'
import type { Checker } from '../checkers/checker.ts'
import { evictionChecker, unpunished } from '../checkers/eviction.ts'
import { insertionChecker } from '../checkers/insertion.ts'
import { keysChecker } from '../checkers/keys.ts'
import { isFair, livenessChecker, promisedKeys } from '../checkers/liveness.ts'
import { noDuplicatesChecker } from '../checkers/no-duplicates.ts'
import { noFalseAccusationChecker } from '../checkers/no-false-accusation.ts'
import { nobodyIsStuckChecker } from '../checkers/nobody-is-stuck.ts'
import { outcomeChecker } from '../checkers/outcome.ts'
import { validityChecker } from '../checkers/validity.ts'
import { commandFor } from './command.ts'
import { ElectionTally } from './election-tally.ts'

/** A network goes on for this many rounds after everything is decided, to see that nothing more comes. */
const settlingRounds = 2

/** Where a run stands after a round. */
export interface RoundReport {
  readonly round: number
  readonly timeMs: number
  /** Names of the current voters that are up. */
  readonly liveVoters: readonly string[]
  /** The most blocks that any peer has put out, and the fewest that a live voter has. */
  readonly mostBlocks: number
  readonly fewestBlocks: number
}

/** Callbacks for those who watch a run. An error that one throws ends the run and reaches its caller. */
export interface SimulationHooks {
  onRound?(report: RoundReport): void
  /** @param key - the block's observation as text and, for a payload in single mode, whose vote it is. */
  onBlock?(peer: string, key: string, block: Block<string>, round: number): void
  /** Called before the election's state is dropped, so the inspection still shows how it was decided. */
  onDecision?(peer: string, decision: DecisionView, inspection: Inspection): void
  /** Everything that happens, line by line; the digest is computed from these lines. */
  onTranscript?(line: string): void
  /** For testing the checkers: what is taken for a peer's output instead of a block. */
  plant?(peer: string, block: Block<string>): readonly Block<string>[]
}

export type PeerStatus = 'voter' | 'joining' | 'removed' | 'crashed'

/** What a peer did in a run. */
export interface PeerResult {
  readonly name: string
  readonly status: PeerStatus
  /** What it voted for, in order. */
  readonly votes: readonly string[]
  /** What it put out, in order. */
  readonly blocks: readonly string[]
  readonly inspection: Inspection
}

export interface SimulationFailure {
  /**
   * Which promise was broken: `agreement`, `validity`, `no-duplicates`, `no-false-accusation`,
   * `accusation-once`, `insertion`, `liveness`, `nobody-is-stuck`, `keys`, `eviction`, `outcome`,
   * `refusals`, `conclusions`, `interface`, `max-rounds` (not done by then), `stall` (an attack
   * that could not begin) or `exception` (the library threw what it must not).
   */
  readonly checker: string
  readonly reason: string
  readonly peer: string | undefined
  readonly round: number
  /** For people: the reason, the seed, the options and the command that replays the run. */
  readonly report: string
}

export interface SimulationResult {
  readonly options: SimulationOptions
  readonly rounds: number
  readonly timeMs: number
  /** The correct peers, in order of coming. */
  readonly peers: readonly PeerResult[]
  /** What was agreed, in order; every peer's output is the start of it unless agreement failed. */
  readonly agreed: readonly string[]
  readonly traffic: Readonly<Traffic>
  /**
   * Per kind of malice and of report, how often: `committed.Fork`, `detected.Fork` (peers that
   * correct peers have accused of it), `evicted.Fork` (peers removed for it; for all events that are
   * refused it is `evicted.RefusedEvent`), `reported.Spam`. Per
   * run `elections.decided`, of these `elections.withKey` (with a key for the coin),
   * `elections.tossed` (that needed a coin) and `elections.tossedWithKey` (both), and
   * `elections.coins` (that they needed: one per subject and round after the first). Of keys for
   * the application `keys.generated`, of these `keys.beyondVoters` (not all participants were
   * voters then) and `keys.ofThoseLeft` (participants were removed since the key was asked for).
   */
  readonly counts?: Readonly<Record<string, number>>
  /** Fingerprint of all that happened: the same for the same options, on every machine. */
  readonly digest: string
  readonly failure: SimulationFailure | undefined
}

/**
 * Runs a network until everything that was to be decided is decided, and checks it during the run and
 * after it. A broken promise is no exception but part of the result: {@link SimulationResult.failure}.
 *
 * @throws {@link OptionsError} for options that describe no run.
 */
export function simulate(options: SimulationOptions, hooks: SimulationHooks = {}): SimulationResult {
  checkOptions(options)
  const checkers = [
    noFalseAccusationChecker(),
    agreementChecker(),
    noDuplicatesChecker(),
    validityChecker(),
    accusationOnceChecker(),
    insertionChecker(),
    livenessChecker(),
    nobodyIsStuckChecker(),
    keysChecker(),
    evictionChecker(),
    outcomeChecker(),
  ]
  const watchers = new Watchers(hooks)
  const transcript = new Transcript((line) => {
    watchers.tell(() => hooks.onTranscript?.(line))
  })
  const elections = new ElectionTally()
  const random = new Random(options.seed)
  const network = new Network(options, makeIdentities(options.identities, random.fork('keys')), random, transcript, {
    onBlocks: (peer, blocks) => {
      for (const checker of checkers) checker.onBlocks?.(network, peer, blocks)
      for (const { key, block, round } of blocks) watchers.tell(() => hooks.onBlock?.(peer.name, key, block, round))
    },
    onDecision: (...seen) => {
      elections.decided(seen[1], seen[2])
      watchers.tell(() => hooks.onDecision?.(...seen))
    },
    plant: (peer, block) => hooks.plant?.(peer, block) ?? [block],
  })
  let failure: SimulationFailure | undefined
  try {
    run(network, checkers, watchers)
  } catch (error) {
    if (error === watchers.thrown) throw error
    failure = failureOf(error, network)
  }
  const { round: rounds, timeMs, traffic, leader } = network
  const peers = network.peers.map((peer) => peerResult(peer, network))
  const agreed = leader.blocks.map(({ key }) => key)
  const counts = { ...elections.counts, ...keyCounts(leader), ...maliceCounts(network.ledger, leader.blocks) }
  return { options, rounds, timeMs, peers, agreed, traffic, counts, digest: transcript.digest, failure }
}

function keyCounts({ keys }: SimPeer): Record<string, number> {
  const beyondVoters = keys.filter(({ participants, voters }) => participants.some((name) => !voters.includes(name)))
  const ofThoseLeft = keys.filter(({ participants, asked }) => participants.length < asked)
  if (keys.length === 0) return {}
  return {
    'keys.generated': keys.length,
    'keys.beyondVoters': beyondVoters.length,
    'keys.ofThoseLeft': ofThoseLeft.length,
  }
}

/** Calls the hooks. An error that a hook throws is remembered, so that it is not taken for a failure of the run. */
class Watchers {
  thrown: unknown = undefined
  readonly #hooks: SimulationHooks

  constructor(hooks: SimulationHooks) {
    this.#hooks = hooks
  }

  tell(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.thrown = error
      throw error
    }
  }

  onRound(network: Network): void {
    if (this.#hooks.onRound === undefined) return
    const { round, timeMs, liveVoters, leader } = network
    const mostBlocks = leader.blocks.length
    const fewestBlocks = Math.min(mostBlocks, ...liveVoters.map((peer) => peer.blocks.length))
    const report = { round, timeMs, liveVoters: liveVoters.map(({ name }) => name), mostBlocks, fewestBlocks }
    this.tell(() => {
      this.#hooks.onRound?.(report)
    })
  }
}

function run(network: Network, checkers: readonly Checker[], watchers: Watchers): void {
  const endRound = (): void => {
    for (const checker of checkers) checker.onRound?.(network)
    watchers.onRound(network)
  }
  network.start()
  endRound()
  for (let settled = 0; settled < settlingRounds; settled = isDone(network) ? settled + 1 : 0) {
    if (network.round >= network.options.maxRounds) throw new CheckFailure('max-rounds', unfinished(network))
    network.runRound()
    endRound()
  }
  for (const checker of checkers) checker.onEnd?.(network)
}

/** Has everyone voted for everything and put everything out that must come? */
function isDone(network: Network): boolean {
  const { leader, liveVoters } = network
  if (!network.isMaliceOver || unpunished(network).length > 0) return false
  if (!isFair(network) || liveVoters.some((peer) => network.isOpen(peer))) return false
  if (liveVoters.some((peer) => peer.blocks.length < leader.blocks.length)) return false
  const promised = [...promisedKeys(network)]
  return liveVoters.every((peer) => promised.every((key) => peer.hasPutOut(key)))
}

function unfinished(network: Network): string {
  const { leader, liveVoters, options } = network
  const blocks = liveVoters.map((peer) => `${peer.name} ${String(peer.blocks.length)}`).join(', ')
  const waiting = [...promisedKeys(network)].filter((key) => !leader.hasPutOut(key))
  const missing = waiting.length === 0 ? '' : `; nobody has put out ${waiting.slice(0, 10).join(', ')}`
  return `not done after ${String(options.maxRounds)} rounds: blocks put out: ${blocks}${missing}`
}

function failureOf(error: unknown, network: Network): SimulationFailure {
  const { options, round } = network
  const isCheck = error instanceof CheckFailure
  const checker = isCheck ? error.checker : 'exception'
  const reason = isCheck ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  const report = [
    `${checker}, round ${String(round)}: ${reason}`,
    `seed: ${options.seed}`,
    `options: ${JSON.stringify(options)}`,
    `replay: ${commandFor(options)}`,
  ].join('\n')
  return { checker, reason, peer: isCheck ? error.peer : undefined, round, report }
}

function peerResult(peer: SimPeer, network: Network): PeerResult {
  const votes = peer.votes.map(({ key }) => key)
  const blocks = peer.blocks.map(({ key }) => key)
  return { name: peer.name, status: statusOf(peer, network), votes, blocks, inspection: peer.parsec.inspect() }
}

function statusOf(peer: SimPeer, { leader }: Network): PeerStatus {
  if (peer.crashed) return 'crashed'
  if (leader.voters.includes(peer.name)) return 'voter'
  const wasVoter = leader.blocks.some((record) => record.voters.includes(peer.name))
  return wasVoter ? 'removed' : 'joining'
}
