// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { ConsensusMode } from '../../src/wire/format.ts'
import type { SeenThrough } from '../../src/election/voters.ts'
import { Consensus } from '../../src/consensus/consensus.ts'
import type { DecisionView, Inspection, MetaVoteView } from '../../src/consensus/views.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'
import { add } from '../../src/wire/observation.ts'
import type { Observation } from '../../src/wire/observation.ts'
import { PeerState } from '../../src/graph/peers.ts'
import { Twin } from './twin.ts'
import type { TwinDecision, TwinOptions } from './twin.ts'
import { keyOf } from './twin-graph.ts'
import type { TwinEvent, TwinPayload } from './twin-graph.ts'

/** What an election makes of a list of events: what twin and optimised election must have in common. */
export interface Outcome {
  /** Keys in decided order. */
  readonly history: readonly string[]
  /** Per decision the lines that say what was decided and what the election looked like just before. */
  readonly decisions: readonly (readonly string[])[]
}

export interface ElectionInput {
  readonly mode: ConsensusMode
  /** The first voters. */
  readonly founders: readonly string[]
  readonly events: readonly TwinEvent[]
  /** Default voters. */
  readonly seenThrough?: SeenThrough
}

function metaVoteText(vote: MetaVoteView): string {
  const set = (values: ReadonlySet<boolean>): string => `{${[...values].sort().join(' ')}}`
  const { round, step, estimates, binValues, aux, decision } = vote
  return `${String(round)}/${String(step)} ${set(estimates)} ${set(binValues)} ${String(aux)} ${String(decision)}`
}

function metaEventText(
  event: number,
  observees: Iterable<string>,
  content: readonly string[],
  metaVotes: Iterable<readonly [string, readonly MetaVoteView[]]>,
  attempt: number,
): string {
  const votes = [...metaVotes].map(([subject, list]) => `${subject}: ${list.map(metaVoteText).join('; ')}`).sort()
  const observed = [...observees].sort().join(' ')
  const seen = `observes ${observed} interesting ${content.join(' ')}`
  return `${String(event)} ${seen} attempt ${String(attempt)} votes ${votes.join(', ')}`
}

function decisionText(
  event: number,
  subjects: Iterable<readonly [string, boolean]>,
  payloads: readonly string[],
): string {
  const texts = [...subjects].map(([subject, value]) => `${subject}=${String(value)}`).sort()
  return `${String(event)} decides ${texts.join(' ')}: ${payloads.join(' ')}`
}

/**
 * @param TwinKind - a twin of another kind, such as one with a bug.
 * @param initialEstimates - see {@link TwinOptions}.
 */
export function twinOutcome(
  input: ElectionInput,
  TwinKind: typeof Twin = Twin,
  initialEstimates?: TwinOptions['initialEstimates'],
): Outcome {
  const decisions: string[][] = []
  const twin = new TwinKind({
    voters: input.founders,
    ...(input.seenThrough === undefined ? {} : { seenThrough: input.seenThrough }),
    ...(initialEstimates === undefined ? {} : { initialEstimates }),
    onDecision({ event, subjects, payloads }: TwinDecision, { metaEvents }: Twin) {
      const lines = [...metaEvents]
        .sort(([a], [b]) => a - b)
        .map(([x, meta]) => metaEventText(x, meta.observees, meta.interestingContent, meta.metaVotes, meta.attempt))
      decisions.push([decisionText(event, subjects, payloads), ...lines])
    },
  })
  return { history: twin.insertAll(input.events).history, decisions }
}

/** What is left of a payload in the optimised election: its hash is given, so its content is of no account. */
function observationOf({ hash, voter, isInternal, effect }: TwinPayload, mode: ConsensusMode): Observation<string> {
  if (isInternal === true) return { kind: 'DkgMessage', text: hash, message: new Uint8Array() }
  const relatedInfo = new Uint8Array()
  if (effect !== undefined) return { kind: effect.kind, peerId: mockIdentity.publicId(effect.peer), relatedInfo }
  return mode === 'single' && voter === undefined
    ? { kind: 'Genesis', group: [], relatedInfo }
    : { kind: 'OpaquePayload', payload: hash }
}

/**
 * The same of the optimised election.
 *
 * @param watch - called after each event; then the election is that of a peer without events of its
 *   own, to whom those of the first founder do not show how it was admitted.
 */
export function consensusOutcome(
  { mode, founders, events, seenThrough }: ElectionInput,
  watch?: (consensus: Consensus) => void,
): Outcome {
  const names = [...new Set([...founders, ...events.map(({ creator }) => creator)])]
  const decisions: string[][] = []
  const keys: string[] = []
  const nameOf = (peer: number): string => names[peer] ?? ''
  const keysOf = (payloads: readonly number[]): string[] => payloads.map((payload) => keys[payload] ?? '')
  const consensus: Consensus = new Consensus({
    mode,
    seenThrough,
    ourIndex: watch && names.length,
    onDecision({ event, subjects, payloads }: DecisionView, inspection: Inspection) {
      const lines = inspection.metaEvents().map((x) => {
        const meta = inspection.metaEvent(x)
        const votes = [...(meta?.metaVotes ?? [])].map(([subject, list]) => [nameOf(subject), list] as const)
        const observees = [...(meta?.observees ?? [])].map(nameOf)
        return metaEventText(x, observees, keysOf(meta?.interestingContent ?? []), votes, meta?.attempt ?? 1)
      })
      const decided = [...subjects].map(([subject, value]) => [nameOf(subject), value] as const)
      decisions.push([decisionText(event, decided, keysOf(payloads)), ...lines])
    },
  })
  const peers = new Map(
    names.map((name) => [name, consensus.addPeer(mockIdentity.publicId(name), PeerState.NONE)] as const),
  )
  consensus.setVoters(founders.map((name) => peers.get(name) ?? NaN))
  if (watch !== undefined) {
    consensus.addPeer(mockIdentity.publicId('who watches'), PeerState.NONE)
    // Nobody has voted for it, so no ancestor shows it.
    const payload = consensus.addPayload(add(mockIdentity.publicId(names[0] ?? '')), 0, new Uint8Array(32))
    consensus.peers.setMember(0, { payload, voters: [0] })
  }
  for (const { payload, ...event } of events) {
    const creator = peers.get(event.creator) ?? NaN
    let number: number | undefined
    if (payload !== undefined) {
      const hash = Uint8Array.from(payload.hash.match(/../g) ?? [], (byte) => parseInt(byte, 16))
      number = consensus.addPayload(observationOf(payload, mode), creator, hash)
      keys[number] = keyOf(payload)
    }
    consensus.insert({ ...event, creator, payload: number })
    consensus.decide()
    watch?.(consensus)
  }
  return { history: keysOf(consensus.history()), decisions }
}
