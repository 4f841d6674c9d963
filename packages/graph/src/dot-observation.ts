// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { maliceText } from '@parsec-bft/core'
import { chargeOf, charges, isFaultyEventKind, isRefusedEventKind, toHex } from '@parsec-bft/core/internals'
import type { CoinShares, Malice, Observation, PublicId } from '@parsec-bft/core'
import { escapeText, unescapeText } from './dot-names.ts'

const noInfo = new Uint8Array(0)

/** The text of an observation in a DOT file; `payloadText` is the raw text of an opaque payload. */
export function dotObservation(
  observation: Observation<unknown>,
  nameOf: (id: PublicId) => string,
  payloadText: string,
): string {
  const names = (ids: readonly PublicId[]): string => `{${ids.map(nameOf).join(', ')}}`
  switch (observation.kind) {
    case 'Genesis':
      return `Genesis(${names(observation.group)})`
    case 'Add':
    case 'Remove': {
      const { kind, peerId, relatedInfo } = observation
      if (relatedInfo.length === 0) return `${kind}(${nameOf(peerId)})`
      return `${kind} { peer_id: ${nameOf(peerId)}, related_info: ${byteList(relatedInfo)} }`
    }
    case 'Accusation':
      return `Accusation(${nameOf(observation.offender)}, ${observation.charge})`
    case 'OpaquePayload':
      return `OpaquePayload(${escapeText(payloadText)})`
    case 'StartDkg':
    case 'DkgResult':
      return `${observation.kind}(${names(observation.participants)})`
    case 'DkgMessage':
      return `DkgMessage(${observation.text})`
  }
}

/** What is voted for; for an accusation also its grounds. */
export interface DotVote {
  readonly observation: Observation<string>
  readonly grounds?: Malice | undefined
}

/**
 * The text of a vote as a cause, so that it can be read back: of an internal message with its bytes,
 * of an accusation with its grounds.
 */
export function dotVote(text: string, observation: Observation<unknown>, grounds: Malice | undefined): string {
  if (observation.kind === 'DkgMessage') return `${text}, SerialisedDkgMessage(${byteList(observation.message)})`
  return grounds === undefined ? text : `${text}, ${dotMalice(grounds)}`
}

/** The text of the cause of an event that brings shares of coins. */
export function dotCoinShares({ election, attempt, shares }: CoinShares): string {
  const texts = shares.map(({ round, subject, share }) => `${String(round)}/${String(subject)}: ${toHex(share)}`)
  return `CoinShares(${String(election)}, ${String(attempt)}, [${texts.join(', ')}])`
}

/** Reads what {@link dotCoinShares} writes; undefined when it is something else. */
export function parseDotCoinShares(text: string): CoinShares | undefined {
  const [, election, attempt, list = ''] = /^CoinShares\((\d{1,9}), ([12]), \[(.+)\]\)$/.exec(text) ?? []
  const shares = list.split(', ').map((entry) => {
    const [, round, subject, hex] = /^(\d{1,9})\/(\d{1,9}): ((?:[0-9a-f]{2})*)$/.exec(entry) ?? []
    return hex === undefined
      ? undefined
      : { round: Number(round), subject: Number(subject), share: Uint8Array.from(Buffer.from(hex, 'hex')) }
  })
  if (election === undefined || !shares.every((share) => share !== undefined)) return undefined
  return { election: Number(election), attempt: attempt === '1' ? 1 : 2, shares }
}

/** Reads what {@link dotVote} writes; undefined when it is something else. */
export function parseDotVote(text: string, idOf: (name: string) => PublicId): DotVote | undefined {
  if (text.startsWith('Accusation(')) return parseAccusation(text, idOf)
  const observation = parseObservation(text, idOf)
  return observation && { observation }
}

function parseObservation(text: string, idOf: (name: string) => PublicId): Observation<string> | undefined {
  const open = /^(Genesis|Add|Remove|OpaquePayload|StartDkg|DkgMessage)( \{ |\()/.exec(text)
  if (open === null) return undefined
  const [head, kind, bracket] = open
  const body = text.slice(head.length)
  if (bracket !== '(') return kind === 'Add' || kind === 'Remove' ? parseWithInfo(kind, body, idOf) : undefined
  if (kind === 'DkgMessage') return parseDkgMessage(body)
  if (!body.endsWith(')')) return undefined
  const inside = body.slice(0, -1)
  if (kind === 'OpaquePayload') return { kind, payload: unescapeText(inside) }
  if (kind === 'Add' || kind === 'Remove') {
    return isName(inside) ? { kind, peerId: idOf(inside), relatedInfo: noInfo } : undefined
  }
  const names = parseNameSet(inside)
  if (names === undefined) return undefined
  const ids = names.map(idOf)
  return kind === 'StartDkg' ? { kind, participants: ids } : { kind: 'Genesis', group: ids, relatedInfo: noInfo }
}

/** Names in a list like `{Alice, Bob}`; undefined when it is something else. */
export function parseNameSet(text: string): string[] | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined
  const names = text === '{}' ? [] : text.slice(1, -1).split(', ')
  return names.every(isName) ? names : undefined
}

/** A word that can stand for a peer. */
export function isName(text: string): boolean {
  return /^[^\s"'{}()[\]<>,:\\]+$/.test(text)
}

function parseWithInfo(
  kind: 'Add' | 'Remove',
  body: string,
  idOf: (name: string) => PublicId,
): Observation<string> | undefined {
  const match = /^peer_id: (\S+), related_info: (\[[0-9, ]*\]) \}$/.exec(body)
  const relatedInfo = parseByteList(match?.[2])
  const name = match?.[1] ?? ''
  return relatedInfo === undefined || !isName(name) ? undefined : { kind, peerId: idOf(name), relatedInfo }
}

/** With whole hashes and headers, so that the same malice is read back. */
function dotMalice(malice: Malice): string {
  return malice.kind === 'Unprovable' ? `Unprovable(${escapeText(malice.reason)})` : maliceText(malice, 'whole')
}

function parseAccusation(text: string, idOf: (name: string) => PublicId): DotVote | undefined {
  const match = /^Accusation\((\S+), (\w+)\)(?:, (\w+)\((.*)\))?$/.exec(text)
  const [, name = '', charged = '', kind, inside = ''] = match ?? []
  const charge = charges.find((known) => known === charged)
  if (charge === undefined || !isName(name)) return undefined
  const observation = { kind: 'Accusation', offender: idOf(name), charge } as const
  if (kind === undefined) return { observation }
  const grounds = parseMalice(kind, inside)
  return grounds !== undefined && chargeOf(grounds.kind) === charge ? { observation, grounds } : undefined
}

function parseMalice(kind: string, inside: string): Malice | undefined {
  if (kind === 'Unprovable') return { kind, reason: unescapeText(inside) }
  const [firstText = '', secondText = ''] = inside.split(', ')
  const [first, second] = [parseHex(firstText), parseHex(secondText)]
  if (first === undefined) return undefined
  if (isFaultyEventKind(kind)) return { kind, eventHash: first }
  if (isRefusedEventKind(kind)) return { kind, signedHeader: first }
  switch (kind) {
    case 'DuplicateVote':
      return second && { kind, firstHash: first, secondHash: second }
    case 'Accomplice':
      return second && { kind, eventHash: first, accusationHash: second }
    case 'WrongCoinShare':
      return /^\d{1,10}$/.test(secondText) ? { kind, eventHash: first, place: Number(secondText) } : undefined
    case 'Fork':
      return { kind, selfParentHash: first }
    default:
      return undefined
  }
}

function parseHex(text: string): Uint8Array | undefined {
  return /^([0-9a-f]{2})+$/.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : undefined
}

function parseDkgMessage(body: string): Observation<string> | undefined {
  const middle = body.indexOf('), SerialisedDkgMessage(')
  if (middle < 0 || !body.endsWith(')')) return undefined
  const message = parseByteList(body.slice(middle + '), SerialisedDkgMessage('.length, -1))
  return message && { kind: 'DkgMessage', text: body.slice(0, middle), message }
}

function byteList(bytes: Uint8Array): string {
  return `[${bytes.join(', ')}]`
}

function parseByteList(text: string | undefined): Uint8Array | undefined {
  if (text?.startsWith('[') !== true || !text.endsWith(']')) return undefined
  const numbers = text === '[]' ? [] : text.slice(1, -1).split(', ')
  const areBytes = numbers.every((number) => /^(0|[1-9][0-9]{0,2})$/.test(number) && Number(number) < 256)
  return areBytes ? Uint8Array.from(numbers, Number) : undefined
}
