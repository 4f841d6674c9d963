// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * A deterministic network of PARSEC peers in one process. Time is virtual and every random choice
 * comes from one seed. Messages get lost, peers crash and misbehave, and checkers watch whether the
 * network keeps the protocol's promises.
 *
 * ```ts
 * const { agreed, failure } = runScenario('mixed', 42)
 * if (failure !== undefined) console.error(failure.report)
 * else console.log(agreed.join('\n'))
 * ```
 *
 * @packageDocumentation
 */
export { strategyNames } from './options/strategy-names.ts'
export { electionRounds } from './run/election-rounds.ts'
export { runStall } from './run/run-stall.ts'
export type { StallResult } from './run/run-stall.ts'
export { stalled } from './scenarios/stall-plan.ts'
export type { StallPlan } from './scenarios/stall-plan.ts'
export type { StallOptions } from './options/options.ts'
export { CheckFailure } from './base/check-failure.ts'
export { livenessBoundRounds } from './checkers/liveness.ts'
export { joiningBoundRounds } from './checkers/nobody-is-stuck.ts'
export { commandFor } from './run/command.ts'
export { checkCounts, defaultCounts, fewestPeers, networkOf } from './scenarios/counts.ts'
export { peerName, peerNames } from './base/names.ts'
export type { Traffic } from './network/wire.ts'
export { OptionsError } from './options/options-error.ts'
export { checkOptions, simulationLimits } from './options/check-options.ts'
export { defaultOptions } from './options/options.ts'
export { mostCrashes, mostFaulty } from './options/fault-bounds.ts'
export { schedulerTactics } from './options/delay.ts'
export type { AdversarialDelay, Delay } from './options/delay.ts'
export type { AdversaryOptions, Crash, IdentityKind, NetworkCounts, SimulationOptions } from './options/options.ts'
export type { KeyTopic, MembershipTopic, PayloadTopic, Topic } from './options/topics.ts'
export { Random } from './base/random.ts'
export { runScenario } from './run/run-scenario.ts'
export { findScenario, scenarios } from './scenarios/scenarios.ts'
export type { Scenario } from './scenarios/scenario.ts'
export { simulate } from './run/simulate.ts'
export type {
  PeerResult,
  PeerStatus,
  RoundReport,
  SimulationFailure,
  SimulationHooks,
  SimulationResult,
} from './run/simulate.ts'
export { optionsOf, runAt, runsInShard } from './soak/plan.ts'
export type { Shard, SoakPlan, SoakRun } from './soak/plan.ts'
export { MergeError, SoakTally, mergeReports, runsDone } from './soak/report.ts'
export type { Elapsed, SoakReport } from './soak/report.ts'
export { performRun } from './soak/run.ts'
export type { SoakFailure, SoakJob, SoakOutcome } from './soak/run.ts'
export { shrink, shrinkLimits } from './soak/shrink.ts'
export type { Simulate } from './soak/shrink.ts'
