// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * What tools around the protocol use and applications do not need: the engine under `Parsec`, the
 * canonical encodings, the lists of names. It may change with any version.
 *
 * @packageDocumentation
 */
export { compareBytes, Reader, toHex, utf8Bytes, utf8Text, Writer } from './base/encoding.ts'
export {
  chargeOf,
  charges,
  isFaultyEventKind,
  isRefusedEventKind,
  maliceKinds,
  refusedEventKinds,
} from './base/malice-kinds.ts'
export { isSupermajority, leastSupermajority, leastThird, mostFaulty } from './base/quorum.ts'
export { decodeAck, encodeAck, isWellFormedAck, keyThreshold } from './crypto/shared-key/dealing.ts'
export type { Ack, DkgGroup, Part, Row } from './crypto/shared-key/dealing.ts'
export { isSyncCause } from './wire/cause.ts'
export type { CoinShare } from './wire/coin-shares.ts'
export { Event, signVote } from './wire/event.ts'
export type { Cause, EventFormat, Vote } from './wire/event.ts'
export { signedBytes } from './wire/signing.ts'
export {
  accusationOf,
  encodeObservation,
  genesis,
  isInternal,
  isOutput,
  observationHash,
  removedBy,
  sortedIds,
} from './wire/observation.ts'
export { PeerState } from './graph/peers.ts'
export { coinKinds } from './election/coin.ts'
export { fallbackCoin } from './election/threshold-coin.ts'
export { Consensus } from './consensus/consensus.ts'
export type { ConsensusOptions, EventInput } from './consensus/consensus.ts'
