// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { blsKeys, mockKeys } from '@parsec-bft/core'
import { compareBytes, toHex } from '@parsec-bft/core/internals'
import type { CoinKind, KeyScheme, PublicId, SeenThrough } from '@parsec-bft/core'
import type { DotLines } from './dot-lines.ts'
import { unescapeText } from './dot-names.ts'
import { isName } from './dot-observation.ts'

/**
 * Heading of a section at the end of our dumps, which the recorded graphs do not have and their
 * readers do not reach. It holds what a replay needs where ids are keys, and payloads no texts.
 */
export const extrasHeading = '/// ===== parsec-bft ====='

export interface Extras {
  /** `peers` for recorded graphs, which have no such section. */
  readonly seenThrough: SeenThrough
  /** `predictable` for files that do not say. */
  readonly coin: CoinKind
  /** With the threshold coin: the kind of the keys. */
  readonly keys: KeyScheme | undefined
  /** Per name the id, unless it is the mock identity of that name. */
  readonly ids: ReadonlyMap<string, PublicId>
  /** Per name of an event the hash of its observation, hexadecimal, where it cannot be computed from the text. */
  readonly hashes: ReadonlyMap<string, string>
}

/** An id of which only name and bytes are known: it can be compared, but verifies and encrypts nothing. */
class RecordedId implements PublicId {
  readonly name: string
  readonly bytes: Uint8Array

  constructor(name: string, bytes: Uint8Array) {
    this.name = name
    this.bytes = bytes
  }

  get key(): string {
    return toHex(this.bytes)
  }

  equals(other: PublicId): boolean {
    return this.key === other.key
  }

  compareTo(other: PublicId): number {
    return compareBytes(this.bytes, other.bytes)
  }

  verify(): boolean {
    return false
  }

  encrypt(): never {
    throw new Error(`the key of ${this.name} is not known`)
  }
}

export function readExtras(lines: DotLines): Extras {
  const ofRecordedGraphs: Extras = {
    seenThrough: 'peers',
    coin: 'predictable',
    keys: undefined,
    ids: new Map(),
    hashes: new Map(),
  }
  return lines.behind(extrasHeading, () => readSection(lines)) ?? ofRecordedGraphs
}

function readSection(lines: DotLines): Extras {
  const seenThrough = lines.expect('/// seen_through: ')
  if (seenThrough !== 'voters' && seenThrough !== 'peers') lines.fail('voters or peers', lines.at - 1)
  const coin = lines.after('/// coin: threshold') === undefined ? 'predictable' : 'threshold'
  const keys = coin === 'threshold' ? readKeys(lines) : undefined
  const ids = new Map<string, PublicId>()
  for (const [name, hex] of readEntries(lines, 'public_ids')) {
    if (!isName(name)) lines.fail('the name of a peer', lines.at - 1)
    ids.set(name, new RecordedId(unescapeText(name), bytesOfHex(hex)))
  }
  const hashes = new Map<string, string>()
  for (const [event, hex] of readEntries(lines, 'observation_hashes')) {
    if (hex.length !== 64) lines.fail('hashes of 64 hexadecimal digits', lines.at - 1)
    hashes.set(event, hex)
  }
  return { seenThrough, coin, keys, ids, hashes }
}

function readKeys(lines: DotLines): KeyScheme | undefined {
  const name = lines.expect('/// keys: ')
  const known = [blsKeys, mockKeys]
  const scheme = known.find((candidate) => candidate.name === name)
  if (scheme === undefined && name !== 'none') {
    lines.fail(`one of none, ${known.map((each) => each.name).join(', ')}`, lines.at - 1)
  }
  return scheme
}

function readEntries(lines: DotLines, heading: string): [string, string][] {
  const entries: [string, string][] = []
  lines.expect(`/// ${heading}: {`)
  while (lines.after('/// }') === undefined) {
    const entry = /^(\S+): ((?:[0-9a-f]{2})*)$/.exec(lines.expect('///   '))
    if (entry === null) lines.fail('a name and hexadecimal digits', lines.at - 1)
    entries.push([entry[1] ?? '', entry[2] ?? ''])
  }
  return entries
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}
