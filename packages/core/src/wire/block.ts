// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { copyOf, Reader, readSet, Writer } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import type { PublicId } from '../base/public-id.ts'
import { isSupermajority } from '../base/quorum.ts'
import { completeFormat } from './format.ts'
import type { ConsensusMode, Format } from './format.ts'
import { decodeObservation, encodeObservation, isOutput, isSingle } from './observation.ts'
import type { Output } from './observation.ts'
import { signedBytes } from './signing.ts'

/** A voter's signature on what a block carries. */
export interface Proof {
  /** Who voted. */
  readonly voter: PublicId
  /** Of the observation, as `signedBytes` says. */
  readonly signature: Uint8Array
}

/**
 * What consensus puts out (protocol.md section 6): something decided, its place in the order, and
 * votes for it. All peers have the same observation at the same index; which votes came along may
 * differ from peer to peer.
 *
 * @example
 * for (const block of parsec.blocks()) {
 *   if (block.observation.kind === 'OpaquePayload') apply(block.index, block.observation.payload)
 * }
 */
export class Block<P> {
  /** Place in the order, from 0 on. The votes do not cover it. */
  readonly index: number
  /** What was decided. */
  readonly observation: Output<P>
  /** The votes for it, in ascending order of the voters. */
  readonly proofs: readonly Proof[]
  /**
   * In single mode, whose payload it is; undefined for everything else. Of a block that was decoded,
   * it is true only once {@link Block.verify} has passed.
   */
  readonly submitter: PublicId | undefined

  constructor(index: number, observation: Output<P>, proofs: readonly Proof[], mode: ConsensusMode) {
    this.index = index
    this.observation = observation
    this.proofs = [...proofs].sort((a, b) => a.voter.compareTo(b.voter))
    this.submitter = isSingle(observation.kind, mode) ? this.proofs[0]?.voter : undefined
  }

  /**
   * Checks the votes, from public data alone: valid signatures of distinct voters, and a
   * supermajority of the voters or, for a payload in single mode, exactly one: that of the submitter.
   * It does not check the index.
   * The result of a key generation has no votes, so this always refuses it.
   *
   * @param voters - who the voters were when it was decided
   * @param format - the network's codec and mode
   * @throws {@link ParsecError} `InvalidBlock`
   */
  verify(voters: Iterable<PublicId>, format: Format<P>): void {
    const { codec, mode } = completeFormat(format)
    const known = [...voters]
    const message = signedBytes('vote', encodeObservation(this.observation, codec))
    let previous: PublicId | undefined
    for (const { voter, signature } of this.proofs) {
      if (previous !== undefined && previous.compareTo(voter) >= 0) this.#fail(`two proofs of ${voter.name}`)
      if (!known.some((id) => id.equals(voter))) this.#fail(`${voter.name} is not a voter`)
      if (!voter.verify(message, signature)) this.#fail(`signature of ${voter.name}`)
      previous = voter
    }
    const enough = isSingle(this.observation.kind, mode)
      ? this.proofs.length === 1
      : isSupermajority(this.proofs.length, known.length)
    if (!enough) this.#fail(`${String(this.proofs.length)} votes of ${String(known.length)} voters`)
  }

  /**
   * Canonical encoding: the observation, then the proofs as a set. The index is not in it: no vote
   * covers it, so whoever stores a block notes its index beside it.
   *
   * @param format - the network's codec
   */
  toBytes({ codec }: Format<P>): Uint8Array {
    const writer = new Writer().fixed(encodeObservation(this.observation, codec)).length(this.proofs.length)
    for (const { voter, signature } of this.proofs) writer.fixed(voter.bytes).fixed(signature)
    return writer.finish()
  }

  /**
   * Reads what {@link Block.toBytes} writes. Call {@link Block.verify} on it before you believe it.
   *
   * @param bytes - not kept
   * @param options - the network's codec, identities and mode; and the block's index
   * @throws {@link ParsecError} `MalformedEncoding`, `LimitExceeded`, `MalformedPayload`,
   *   `InvalidPublicId`
   */
  static decode<P>(bytes: Uint8Array, options: Format<P> & { readonly index: number }): Block<P> {
    const { codec, identities, mode } = completeFormat(options)
    const reader = new Reader(bytes)
    const observation = decodeObservation(reader, codec, identities)
    if (!isOutput(observation)) throw reader.malformed('what a block can carry')
    const proofs = readSet(reader, 'proofs', () => {
      const voter = identities.decodePublicId(reader)
      const signature = copyOf(reader.fixed(identities.signatureLength, 'the signature of a vote'))
      return { voter, signature, compareTo: (other: Proof) => voter.compareTo(other.voter) }
    })
    reader.end()
    const plainProofs = proofs.map(({ voter, signature }) => ({ voter, signature }))
    return new Block(options.index, observation, plainProofs, mode)
  }

  #fail(reason: string): never {
    throw new ParsecError({ code: 'InvalidBlock', reason })
  }
}
