// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * Gossip graphs as files and pictures: DOT in the format of the recorded graphs, SVG, and replay.
 *
 * @packageDocumentation
 */
export { DotError } from './dot-lines.ts'
export type { RecordedElection, RecordedMetaEvent, RecordedMetaVote } from './dot-meta.ts'
export { parseDot, readRecordedGraph } from './dot-reader.ts'
export type { RecordedCause, RecordedEvent, RecordedGraph, RecordedPeer } from './dot-reader.ts'
export { isOurDot, writeDot } from './dot-writer.ts'
export { metaVoteSteps } from './meta-vote-steps.ts'
export type { MetaVoteLetters } from './labels.ts'
export type { MetaVoteStep } from './meta-vote-steps.ts'
export { firstDifference, replay, topologicalOrder } from './replay.ts'
export type { Replay, ReplayOptions } from './replay.ts'
export { isOurSvg, writeSvg } from './svg.ts'
export type { SvgOptions } from './svg.ts'
export { firstDrawnEvent } from './svg-range.ts'
