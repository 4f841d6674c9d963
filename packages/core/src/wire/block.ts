// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, readSet, Writer } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import type { PublicId } from '../base/public-id.ts'
import { isSupermajority } from '../base/quorum.ts'
import type { EventFormat } from './event.ts'
import { decodeObservation, encodeObservation, isSingle, signedEncoding } from './observation.ts'
import type { ConsensusMode, Observation, PayloadCodec } from './observation.ts'

/** A voter's signature over the canonical encoding of an observation. */
export interface Proof {
  readonly voter: PublicId
  readonly signature: Uint8Array
}

/**
 * What consensus puts out: an observation and votes for it, so that anyone who knows the voters can
 * check it. The set of proofs may differ from peer to peer; observation and place do not (section
 * 6).
 */
export class Block<P> {
  readonly observation: Observation<P>
  /** In ascending order of the voters. */
  readonly proofs: readonly Proof[]

  constructor(observation: Observation<P>, proofs: readonly Proof[]) {
    this.observation = observation
    this.proofs = [...proofs].sort((a, b) => a.voter.compareTo(b.voter))
  }

  /**
   * Checks the block against the voters of its time, from public data alone: distinct voters, valid
   * signatures, and a supermajority of them or, for what is decided singly, one. The result of a
   * key generation has no proofs and cannot be checked so.
   *
   * Throws `InvalidBlock`.
   */
  verify(voters: Iterable<PublicId>, mode: ConsensusMode, codec: PayloadCodec<P>): void {
    const known = [...voters]
    const message = signedEncoding(this.observation, codec)
    let previous: PublicId | undefined
    for (const { voter, signature } of this.proofs) {
      if (previous !== undefined && previous.compareTo(voter) >= 0) this.#fail(`two proofs of ${voter.name}`)
      if (!known.some((id) => id.compareTo(voter) === 0)) this.#fail(`${voter.name} is not a voter`)
      if (!voter.verify(message, signature)) this.#fail(`signature of ${voter.name}`)
      previous = voter
    }
    const enough = isSingle(this.observation.kind, mode)
      ? this.proofs.length > 0
      : isSupermajority(this.proofs.length, known.length)
    if (!enough) this.#fail(`${String(this.proofs.length)} votes of ${String(known.length)} voters`)
  }

  /** Canonical encoding: the observation, then the proofs as a set. */
  toBytes(codec: PayloadCodec<P>): Uint8Array {
    const writer = new Writer().fixed(encodeObservation(this.observation, codec)).length(this.proofs.length)
    for (const { voter, signature } of this.proofs) writer.fixed(voter.bytes).fixed(signature)
    return writer.finish()
  }

  /** Reads what {@link Block.toBytes} writes; throws what decoding an observation throws. Does not verify. */
  static decode<P>(bytes: Uint8Array, { codec, identities }: EventFormat<P>): Block<P> {
    const reader = new Reader(bytes.slice())
    const observation = decodeObservation(reader, codec, identities)
    const proofs = readSet(reader, 'proofs', () => {
      const voter = identities.decodePublicId(reader)
      const signature = reader.fixed(identities.signatureLength, 'the signature of a vote')
      return { voter, signature, compareTo: (other: Proof) => voter.compareTo(other.voter) }
    })
    reader.end()
    return new Block(
      observation,
      proofs.map(({ voter, signature }) => ({ voter, signature })),
    )
  }

  #fail(reason: string): never {
    throw new ParsecError({ code: 'InvalidBlock', reason })
  }
}
