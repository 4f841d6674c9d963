// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * PARSEC: peers exchange signed gossip events; each computes, alone, the same total order of blocks.
 *
 * @packageDocumentation
 */
export { isFaultyEventKind, isRefusedEventKind, maliceKinds } from './base/malice-kinds.ts'
export { coinKinds } from './election/coin.ts'
export { isSyncCause } from './wire/cause.ts'
export { maliceText } from './wire/malice.ts'
export type { FaultyEventKind, MaliceKind, RefusedEventKind } from './base/malice-kinds.ts'
export type { PublicId, RandomBytes } from './base/public-id.ts'
export { decodeAck, encodeAck, isWellFormedAck, keyThreshold } from './crypto/shared-key/dealing.ts'
export type { Ack, DkgGroup, Part, Row } from './crypto/shared-key/dealing.ts'
export type { KeyScheme, PublicKeySet, SecretKeyShare } from './crypto/shared-key/key-scheme.ts'
export { blsKeys, mockKeys } from './crypto/shared-key/keys.ts'
export type { CoinShare, CoinShares } from './wire/coin-shares.ts'
export { Block } from './wire/block.ts'
export type { Proof } from './wire/block.ts'
export { Consensus } from './consensus/consensus.ts'
export type { ConsensusOptions, EventInput } from './consensus/consensus.ts'
export type { Accusation } from './malice/accusations.ts'
export { ed25519Identity } from './crypto/identities/ed25519.ts'
export { Reader, Writer, compareBytes, toHex, utf8Bytes, utf8Text } from './base/encoding.ts'
export { ParsecError } from './base/errors.ts'
export type { ParsecErrorCode, ParsecErrorDetail } from './base/errors.ts'
export { Evidence } from './evidence.ts'
export { Event } from './wire/event.ts'
export type { Cause, EventFormat, Vote } from './wire/event.ts'
export type { IdentityScheme, SecretId } from './crypto/identity.ts'
export type * from './consensus/views.ts'
export type { CauseKind } from './wire/cause.ts'
export type { CoinKind } from './election/coin.ts'
export type { SeenThrough } from './election/voters.ts'
export { fallbackCoin } from './election/threshold-coin.ts'
export { limits } from './base/limits.ts'
export type { Malice } from './wire/malice.ts'
export { Message } from './wire/message.ts'
export { mockIdentity } from './crypto/identities/mock.ts'
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
} from './wire/observation.ts'
export type { ConsensusMode, DkgResult, Observation, PayloadCodec } from './wire/observation.ts'
export { Parsec } from './parsec.ts'
export type { ParsecOptions } from './parsec.ts'
export type { NetworkOptions } from './network-options.ts'
export { randomBytes } from './crypto/random.ts'
export type { Secret } from './crypto/shared-key/secret.ts'
export { PeerState } from './graph/peers.ts'
export type { Report } from './peer/report.ts'
