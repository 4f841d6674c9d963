// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * PARSEC: peers exchange signed gossip events; each computes, alone, the same total order of blocks.
 *
 * @packageDocumentation
 */
export { decodeAck, encodeAck, isWellFormedAck, keyThreshold } from './dealing.ts'
export type { Ack, KeyGroup, Part, Row } from './dealing.ts'
export type { KeyScheme, PublicKeySet, SecretKeyShare } from './key-scheme.ts'
export { blsKeys, mockKeys } from './keys.ts'
export type { CoinShare, CoinShares } from './coin-shares.ts'
export { Block } from './block.ts'
export type { Proof } from './block.ts'
export { Consensus } from './consensus.ts'
export type { ConsensusOptions, EventInput } from './consensus.ts'
export type { Accusation } from './accusations.ts'
export { ed25519Identity } from './ed25519-identity.ts'
export { Reader, Writer, compareBytes, toHex, utf8Bytes, utf8Text } from './encoding.ts'
export { ParsecError } from './errors.ts'
export type { ParsecErrorCode, ParsecErrorDetail } from './errors.ts'
export { Evidence } from './evidence.ts'
export { Event } from './event.ts'
export type { Cause, EventFormat, Vote } from './event.ts'
export type { IdentityScheme, PublicId, RandomBytes, SecretId } from './identity.ts'
export type * from './inspect.ts'
export { coinKinds, isSyncCause } from './inspect.ts'
export { fallbackCoin } from './threshold-coin.ts'
export { limits } from './limits.ts'
export { maliceText } from './malice-encoding.ts'
export { isFaultyEventKind, isRefusedEventKind, maliceKinds } from './malice.ts'
export type { FaultyEventKind, Malice, MaliceKind, RefusedEventKind } from './malice.ts'
export { Message } from './message.ts'
export { mockIdentity } from './mock-identity.ts'
export {
  add,
  bytesCodec,
  encodeObservation,
  genesis,
  isInternal,
  observationHash,
  observationText,
  opaque,
  remove,
  removedBy,
  sortedIds,
  startDkg,
  stringCodec,
  unprovable,
} from './observation.ts'
export type { ConsensusMode, KeyResult, Observation, PayloadCodec } from './observation.ts'
export { Parsec } from './parsec.ts'
export type { ParsecOptions } from './parsec.ts'
export type { NetworkOptions } from './network-options.ts'
export { randomBytes } from './random.ts'
export type { Secret } from './secret.ts'
export { PeerState } from './peers.ts'
export type { Report } from './report.ts'
