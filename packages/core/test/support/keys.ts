// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { ParsecError } from '../../src/base/errors.ts'
import type { RandomBytes } from '../../src/base/public-id.ts'
import type { Ack, DkgGroup, Part } from '../../src/crypto/shared-key/dealing.ts'
import { isWellFormedAck, keyThreshold } from '../../src/crypto/shared-key/dealing.ts'
import { platform } from '../../src/crypto/platform/node.ts'
import { utf8Bytes } from '../../src/base/encoding.ts'
import type { SecretId } from '../../src/crypto/identity.ts'
import type { KeyScheme, PublicKeySet, SecretKeyShare } from '../../src/crypto/shared-key/key-scheme.ts'
import type { Secret } from '../../src/crypto/shared-key/secret.ts'
import { mockIdentity } from '../../src/crypto/identities/mock.ts'

/** A reproducible source of bytes: hashes of a seed and a counter. */
export function seededRandom(seed: string | number): RandomBytes {
  let count = 0
  return (length) => {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      const block = platform.sha3(utf8Bytes(`${String(seed)} ${String(count++)}`))
      bytes.set(block.subarray(0, length - at), at)
    }
    return bytes
  }
}

/** Participants in ascending order. */
export function participantsOf(
  count: number,
  secretId = (name: string): SecretId => mockIdentity.secretId(name),
): SecretId[] {
  return Array.from({ length: count }, (_, i) => secretId(`peer ${String(i).padStart(3, '0')}`)).sort((a, b) =>
    a.publicId.compareTo(b.publicId),
  )
}

export function groupOf(participants: readonly SecretId[], context = 'generation 0'): DkgGroup {
  return { participants: participants.map(({ publicId }) => publicId), context: utf8Bytes(context) }
}

/** What a faulty participant does: changes what it sends, or sends nothing. */
export interface Fault {
  readonly part?: (part: Part) => Part | undefined
  readonly ack?: (ack: Ack) => Ack | undefined
}

export interface Outcome {
  readonly group: DkgGroup
  readonly publicKeySet: PublicKeySet | undefined
  /** Undefined for who cannot tell its share. */
  readonly shares: readonly (SecretKeyShare | undefined)[]
  /** "reader: dealer's row" and "reader: acknowledger's value of a dealer", as each reader found them wrong. */
  readonly complaints: readonly string[]
  readonly complete: readonly Part[]
}

/** A whole key generation, all messages in one order that everybody sees: protocol.md section 9 without the graph. */
export function generateKeys(
  scheme: KeyScheme,
  us: readonly SecretId[],
  random: RandomBytes,
  faults: ReadonlyMap<number, Fault> = new Map(),
): Outcome {
  const group = groupOf(us)
  const threshold = keyThreshold(us.length)
  const complaints: string[] = []
  const complete: Part[] = []
  const values: Map<number, Secret>[][] = us.map(() => [])
  for (const dealer of us.keys()) {
    const dealt = scheme.deal(group, dealer, random)
    const sent = faults.get(dealer)?.part === undefined ? dealt : faults.get(dealer)?.part?.(dealt)
    if (sent === undefined) continue
    const part = readable(() => scheme.decodePart(scheme.encodePart(sent)))
    if (part?.dealer !== dealer || !scheme.isWellFormed(part, group)) {
      complaints.push(`all: part of ${String(dealer)}`)
      continue
    }
    const acks = new Map<number, Ack>()
    for (const [index, secretId] of us.entries()) {
      const row = scheme.readRow(part, group, index, secretId)
      if (row === undefined) complaints.push(`${String(index)}: row of ${String(dealer)}`)
      const honest = row && scheme.acknowledge(row, group, random)
      const ack = honest && faults.get(index)?.ack !== undefined ? faults.get(index)?.ack?.(honest) : honest
      if (ack === undefined) continue
      if (isWellFormedAck(ack, group)) acks.set(index, ack)
      else complaints.push(`all: ack of ${String(index)} to ${String(dealer)}`)
    }
    if (acks.size <= 2 * threshold) continue
    complete.push(part)
    for (const [index, secretId] of us.entries()) {
      const ours = new Map<number, Secret>()
      for (const [acknowledger, ack] of acks) {
        const value = scheme.readValue(part, ack, acknowledger, group, index, secretId)
        if (value !== undefined) ours.set(acknowledger, value)
        else complaints.push(`${String(index)}: value of ${String(acknowledger)} for ${String(dealer)}`)
      }
      values[index]?.push(ours)
    }
  }
  const ready = complete.length > threshold
  return {
    group,
    publicKeySet: ready ? scheme.publicKeySetOf(complete) : undefined,
    shares: values.map((ofUs, index) => (ready ? scheme.secretKeyShareOf(index, threshold, ofUs) : undefined)),
    complaints,
    complete,
  }
}

/** Bytes that are no message are passed over. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (ParsecError.is(error)) return undefined
    throw error
  }
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16))
}
