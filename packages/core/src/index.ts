// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * PARSEC: peers that do not trust each other agree on one order of blocks, while fewer than a third
 * of them are Byzantine. Each peer is a {@link Parsec}, a state machine that you drive.
 *
 * # What you owe it
 *
 * 1. **One key, one peer.** Make a key pair, `ed25519Identity.secretIdFromSeed(seed)`, and keep its
 *    seed secret. Never run two peers with one key, and never start a peer anew with a key that was
 *    in use: both look like a fork, and the others will remove you.
 * 2. **The same rules for all.** Every peer of a network is made with the same `codec`, `mode`,
 *    `coin`, `identities`, `keys` and founders.
 * 3. **Know who is talking.** Hand a message to {@link Parsec.handleMessage} with the id of the peer
 *    that sent it; the transport must have authenticated that peer.
 * 4. **Send what you create.** {@link Parsec.createGossip} appends an event each time. Send the
 *    message once, to that recipient; if it is lost, just create another one later.
 * 5. **Answer.** Send what {@link Parsec.handleMessage} returns back to the sender, whatever came in:
 *    a long message comes in slices, each of which is answered.
 * 6. **Keep gossiping.** Agreement needs traffic: pick a random recipient a few times a second while
 *    {@link Parsec.hasUnpolledObservations}, now and then otherwise.
 * 7. **Take the blocks** after every call, {@link Parsec.blocks}, and apply them in order: every peer
 *    gets the same ones at the same indices.
 * 8. **Expect errors.** What a remote peer can cause is a {@link ParsecError}: log it, drop the
 *    message, go on. Any other error is a bug.
 * 9. **Do not call back** from `onDecision` and `onReport`. An error that they throw comes out of the
 *    call, once the peer has finished its work.
 * 10. **Stop when you are done.** Once {@link Parsec.status} is `removed`, nobody needs the peer any
 *    more: switch it off. Until then go on gossiping, also while it is `leaving`.
 *
 * What is not needed to write an application, such as encodings and the engine under `Parsec`, is
 * in `@parsec-bft/core/internals`.
 *
 * @example
 * ```ts
 * const options = { founders: [us.publicId, bob, carol], codec: stringCodec }
 * const peer = Parsec.fromGenesis(us, options)
 * peer.voteFor(opaque('tea'))
 * // on a timer:
 * const recipients = peer.gossipRecipients()
 * const recipient = recipients[Math.floor(Math.random() * recipients.length)]
 * if (recipient !== undefined) send(recipient, peer.createGossip(recipient).toBytes())
 * // when a message arrives:
 * const reply = peer.handleMessage(sender, bytes)
 * if (reply !== undefined) send(sender, reply.toBytes())
 * // after each of these:
 * for (const block of peer.blocks()) console.log(block.index, block.observation)
 * ```
 *
 * @packageDocumentation
 */
export { Parsec } from './parsec.ts'
export type { FounderOptions, JoinerOptions, ParsecOptions } from './parsec.ts'
export type { NetworkOptions } from './network-options.ts'
export { bytesCodec, stringCodec } from './wire/format.ts'
export type { ConsensusMode, Format, PayloadCodec } from './wire/format.ts'
export type { CoinKind } from './election/coin.ts'

export { add, observationText, opaque, remove, startDkg, unprovable } from './wire/observation.ts'
export type {
  Accusation,
  Add,
  DkgResult,
  DkgVote,
  Genesis,
  Observation,
  OpaquePayload,
  Output,
  Proposal,
  Remove,
  StartDkg,
  Unprovable,
} from './wire/observation.ts'
export { Block } from './wire/block.ts'
export type { Proof } from './wire/block.ts'
export { Message } from './wire/message.ts'
export type { MessageKind, Receipt } from './wire/message.ts'
export type { Event } from './wire/event.ts'

export { ed25519Identity } from './crypto/identities/ed25519.ts'
export { mockIdentity } from './crypto/identities/mock.ts'
export type { PublicId, RandomBytes } from './base/public-id.ts'
export type { IdentityScheme, SecretId } from './crypto/identity.ts'
export type { Reader } from './base/encoding.ts'
export { randomBytes } from './crypto/random.ts'
export { blsKeys, mockKeys } from './crypto/shared-key/keys.ts'
export type { KeyScheme, PublicKeySet, SecretKeyShare } from './crypto/shared-key/key-scheme.ts'
export type { Secret } from './crypto/shared-key/secret.ts'

export { ParsecError } from './base/errors.ts'
export type { ParsecErrorCode, ParsecErrorDetail } from './base/errors.ts'
export { limits } from './base/limits.ts'
export { Evidence } from './evidence.ts'
export type { EvidenceOptions } from './evidence.ts'
export type { Report } from './peer/report.ts'
export type { PeerStatus } from './peer/status.ts'
export { maliceText } from './wire/malice.ts'
export type { Malice } from './wire/malice.ts'
export type { Charge, FaultyEventKind, MaliceKind, RefusedEventKind } from './base/malice-kinds.ts'

export type * from './consensus/views.ts'
export type { CauseKind } from './wire/cause.ts'
export type { CoinShares } from './wire/coin-shares.ts'
export type { PeerState } from './graph/peers.ts'
export type { SeenThrough } from './election/voters.ts'
