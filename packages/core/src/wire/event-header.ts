// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { platform } from '#crypto'
import { Reader, toHex, Writer } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import type { PublicId } from '../base/public-id.ts'
import type { IdentityScheme } from '../crypto/identity.ts'
import { causeKinds, hashLength } from './cause.ts'
import type { CauseKind } from './cause.ts'
import { isVariant, variantLength } from './observation.ts'
import { signedBytes } from './signing.ts'

/**
 * What the header of an event tells: all that decides whether the event is refused, given the
 * ancestry of its parents (protocol.md section 8).
 */
export interface EventHeader {
  /** Who made and signed it. */
  readonly creator: PublicId
  /** Why it was made. */
  readonly cause: { readonly kind: CauseKind }
  /** The ids of the self-parent and the other-parent, in this order, if it has them. */
  readonly parents: readonly string[]
  /** The hash of the Genesis that it votes for; undefined if it does not vote for one. */
  readonly genesisHash: Uint8Array | undefined
}

/** Where the parts of an encoded event end, in bytes from its beginning. */
export interface EventLayout {
  /** Creator, cause and self-parent. */
  readonly prefix: number
  /** The observation, if it is a vote. */
  readonly observation: number
  /** All but the creator's signature. */
  readonly content: number
}

/**
 * The header (protocol.md section 2): what the hash of an event and its creator's signature are over.
 * It is the content, but with hashes in the place of what may be long. So whoever has the header can
 * check the signature without the rest.
 *
 * @param bytes - the content; what follows it is not looked at
 * @param observationHash - of a vote
 */
export function headerOf(
  kind: CauseKind,
  bytes: Uint8Array,
  { prefix, observation, content }: EventLayout,
  observationHash: Uint8Array | undefined,
): Uint8Array {
  if (observationHash !== undefined) {
    return new Writer()
      .fixed(bytes.subarray(0, prefix + variantLength))
      .fixed(observationHash)
      .fixed(platform.sha3(bytes.subarray(observation, content)))
      .finish()
  }
  if (kind !== 'CoinShares') return bytes.subarray(0, content)
  return new Writer()
    .fixed(bytes.subarray(0, prefix))
    .fixed(platform.sha3(bytes.subarray(prefix, content)))
    .finish()
}

/** The header of an event and its creator's signature, as an accusation carries them (section 8). */
export class SignedHeader implements EventHeader {
  readonly creator: PublicId
  readonly cause: { readonly kind: CauseKind }
  readonly parents: readonly string[]
  readonly genesisHash: Uint8Array | undefined
  /** SHA3-256 of the header, in hexadecimal: the id of the event. */
  readonly id: string
  readonly #header: Uint8Array
  readonly #signature: Uint8Array

  /**
   * Decodes a header and the signature behind it. It does not verify the signature.
   *
   * @param bytes - nothing else may be in them; kept
   * @throws ParsecError `MalformedEncoding`, `LimitExceeded` or `InvalidPublicId`
   */
  constructor(bytes: Uint8Array, identities: IdentityScheme) {
    const reader = new Reader(bytes)
    const hash = (what: string): Uint8Array => reader.fixed(hashLength, what)
    this.creator = identities.decodePublicId(reader)
    const kind = causeKinds[reader.u32()]
    if (kind === undefined) throw reader.malformed('the cause of an event')
    this.cause = { kind }
    const parents = kind === 'Initial' ? [] : [hash('the hash of the self-parent')]
    switch (kind) {
      case 'Requesting':
        identities.decodePublicId(reader)
        break
      case 'Request':
      case 'Response':
      case 'Conclusion':
        parents.push(hash('the hash of the other-parent'))
        break
      case 'Observation': {
        const isGenesis = isVariant(reader.u32(), 'Genesis')
        const observationHash = hash('the hash of an observation')
        if (isGenesis) this.genesisHash = observationHash
        hash('the hash of what stands beside an observation')
        break
      }
      case 'CoinShares':
        hash('the hash of coin shares')
        break
      case 'Initial':
        break
    }
    this.parents = parents.map(toHex)
    this.#header = reader.since(0)
    this.#signature = reader.fixed(identities.signatureLength, 'the signature of an event')
    reader.end()
    this.id = toHex(platform.sha3(this.#header))
  }

  /**
   * Checks the creator's signature.
   *
   * @throws ParsecError `SignatureFailure`
   */
  verify(): void {
    if (this.creator.verify(signedBytes('event', this.#header), this.#signature)) return
    throw new ParsecError({ code: 'SignatureFailure', event: this.id, signed: 'event' })
  }
}
