// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mockIdentity, stringCodec } from '@parsec-bft/core'
import { observationHash, toHex } from '@parsec-bft/core/internals'
import type { EventView, Inspection, Observation } from '@parsec-bft/core'
import { extrasHeading } from './dot-extras.ts'
import { DotNames, unescapeText } from './dot-names.ts'
import { dotCoinShares, dotObservation, dotVote, parseDotVote } from './dot-observation.ts'
import { EventLabels, eventColours } from './labels.ts'
import type { EventLabel, MetaVoteRow, PayloadLabel } from './labels.ts'

/**
 * Writes a gossip graph and its election under way in the format of the recorded graphs: a picture
 * for Graphviz, and the same facts in comments for programs. Names and payloads are escaped, so
 * that none breaks the file. What that format cannot say follows in a section at the end.
 */
export function writeDot(inspection: Inspection): string {
  return new DotWriter(inspection).write()
}

/** Was this file written by {@link writeDot}? Recorded graphs of other implementations lack the last section. */
export function isOurDot(text: string): boolean {
  return text.startsWith(firstLineStart) && text.includes(`\n${extrasHeading}\n`)
}

const firstLineStart = '/// our_id: '

class DotWriter {
  readonly #inspection: Inspection
  readonly #names = new DotNames()
  readonly #labels: EventLabels
  /** Per peer index. */
  readonly #peerNames: readonly string[]
  /** Peer indices: us first, then by name, as in the recorded graphs. */
  readonly #order: readonly number[]
  readonly #eventsOf: readonly EventView[][]
  readonly #lines: string[] = []

  constructor(inspection: Inspection) {
    this.#inspection = inspection
    const peers = inspection.peers()
    this.#peerNames = peers.map(({ id }) => this.#names.of(id))
    this.#labels = new EventLabels(inspection, this.#peerNames, (payload) => this.#payloadText(payload))
    const eventsOf: EventView[][] = peers.map(() => [])
    for (let i = 0; i < inspection.eventCount; i++) {
      const event = inspection.event(i)
      eventsOf[event.creator]?.push(event)
    }
    for (const events of eventsOf) events.sort((a, b) => a.indexByCreator - b.indexByCreator || a.branch - b.branch)
    this.#eventsOf = eventsOf
    const us = inspection.ourIndex
    this.#order = [
      ...(us === undefined ? [] : [us]),
      ...this.#byName(peers.map(({ index }) => index)).filter((index) => index !== us),
    ]
  }

  write(): string {
    this.#header()
    this.#clusters()
    this.#ranks()
    this.#put('/// ===== details of events =====')
    for (const peer of this.#order) for (const event of this.#eventsOf[peer] ?? []) this.#details(event)
    this.#put('}', '')
    this.#election()
    this.#extras()
    return `${this.#lines.join('\n')}\n`
  }

  #put(...lines: string[]): void {
    this.#lines.push(...lines)
  }

  #name(peer: number): string {
    return this.#peerNames[peer] ?? ''
  }

  #byName(peers: Iterable<number>): number[] {
    return [...peers].sort((a, b) => (this.#name(a) < this.#name(b) ? -1 : 1))
  }

  #nameSet(peers: Iterable<number>): string {
    return `{${this.#byName(peers)
      .map((peer) => this.#name(peer))
      .join(', ')}}`
  }

  #payloadText(payload: number): string {
    const { observation, text } = this.#inspection.payload(payload)
    return dotObservation(observation, (id) => this.#names.of(id), rawPayload(observation, text))
  }

  #header(): void {
    const peers = this.#inspection.peers()
    this.#put(`${firstLineStart}${this.#name(this.#inspection.ourIndex ?? 0)}`, '/// peer_list: {')
    for (const peer of this.#order) this.#put(`///   ${this.#name(peer)}: ${String(peers[peer]?.state)}`)
    this.#put('/// }', `/// consensus_mode: ${this.#inspection.mode === 'single' ? 'Single' : 'Supermajority'}`)
    this.#put('digraph GossipGraph {', '  splines=false', '  rankdir=BT', '')
  }

  #clusters(): void {
    const rows = rowsOf(this.#inspection)
    const name = (index: number): string => `"${this.#labels.name(index)}"`
    for (const peer of this.#order) {
      const events = this.#eventsOf[peer] ?? []
      const quoted = `"${this.#name(peer)}"`
      this.#put(
        '  style=invis',
        `  subgraph ${clusterId(this.#name(peer))} {`,
        `    label=${quoted}`,
        `    ${quoted} [style=invis]`,
      )
      for (const { index, selfParent } of events) {
        if (selfParent === undefined) this.#put(`    ${quoted} -> ${name(index)} [style=invis]`)
        else {
          const minlen = (rows[index] ?? 0) - (rows[selfParent] ?? 0)
          this.#put(`    ${name(selfParent)} -> ${name(index)} [minlen=${String(minlen)}]`)
        }
      }
      this.#put('  }')
      for (const { index, otherParent } of events) {
        if (otherParent !== undefined) this.#put(`  ${name(otherParent)} -> ${name(index)} [constraint=false]`)
      }
      this.#put('')
    }
  }

  #ranks(): void {
    const quoted = this.#byName(this.#order).map((peer) => `"${this.#name(peer)}"`)
    if (this.#eventsOf[this.#order.at(-1) ?? 0]?.every(({ otherParent }) => otherParent === undefined) === true)
      this.#put('')
    this.#put('  {', '    rank=same', ...quoted.map((peer) => `    ${peer} [style=filled, color=white]`), '  }')
    this.#put(`  ${quoted.join(' -> ')} [style=invis]`, '')
  }

  #details(event: EventView): void {
    const label = this.#labels.label(event.index)
    const fill = label.kind === 'plain' ? 'fillcolor=white' : `style=filled, fillcolor=${eventColours[label.kind]}`
    const shape = label.kind !== 'plain' || label.hasMetaEvent ? ', shape=rectangle' : ''
    const table = '<table border="0" cellborder="0" cellpadding="0" cellspacing="0">'
    this.#put(`  "${label.name}" [${fill}${shape}, label=<${table}`, `<tr><td colspan="6">${label.name}</td></tr>`)
    if (label.payload !== undefined) this.#put(`<tr><td colspan="6">${label.payload.text}</td></tr>`)
    const last = annotations(label, this.#confirms)
    this.#put(`${last}</table>>]`, `/// cause: ${this.#cause(event)}`)
    const ancestors = this.#byName(event.lastAncestors.keys()).map(
      (peer) => `${this.#name(peer)}: ${String(event.lastAncestors.get(peer))}`,
    )
    this.#put(`/// last_ancestors: {${ancestors.join(', ')}}`, '')
  }

  /** Do meta-votes have confirmations? */
  get #confirms(): boolean {
    return this.#inspection.coin === 'threshold'
  }

  #cause({ cause, payload, recipient, coins, grounds }: EventView): string {
    if (coins !== undefined) return dotCoinShares(coins)
    if (cause === 'Requesting') return `Requesting(${recipient === undefined ? '%' : this.#name(recipient)})`
    if (payload === undefined) return cause
    const { observation } = this.#inspection.payload(payload)
    return `Observation(${dotVote(this.#payloadText(payload), observation, grounds)})`
  }

  #election(): void {
    const inspection = this.#inspection
    const eventNames = (events: Iterable<number>): string =>
      [...events].map((i) => `"${this.#labels.name(i)}"`).join(', ')
    this.#put('/// ===== meta-elections =====', '/// consensus_history:')
    for (const payload of inspection.history()) this.#put(`/// ${inspection.payload(payload).hash}`)
    this.#put('', '/// interesting_events: {')
    const interesting = inspection.interestingEvents()
    for (const peer of this.#byName(interesting.keys())) {
      this.#put(`///   ${this.#name(peer)} -> [${eventNames(interesting.get(peer) ?? [])}]`)
    }
    this.#put('/// }', `/// all_voters: ${this.#nameSet(inspection.voters())}`)
    this.#put(
      `/// unconsensused_events: {${eventNames(this.#sorted(inspection.unconsensusedEvents()))}}`,
      '/// meta_events: {',
    )
    for (const index of this.#sorted(inspection.metaEvents())) this.#metaEvent(index)
    this.#put('/// }')
  }

  /** By creator's name, then by index and branch. */
  #sorted(events: readonly number[]): number[] {
    const wanted = new Set(events)
    const all = this.#byName(this.#order).flatMap((peer) => this.#eventsOf[peer] ?? [])
    return all.filter(({ index }) => wanted.has(index)).map(({ index }) => index)
  }

  #metaEvent(index: number): void {
    const meta = this.#inspection.metaEvent(index)
    const label = this.#labels.label(index)
    this.#put(`///   ${label.name} -> {`, `///     observees: ${this.#nameSet(meta?.observees ?? [])}`)
    this.#put(`///     interesting_content: [${textsOf(label.interesting)}]`)
    if (label.endsAttempt) this.#put('///     ends_attempt: 1')
    if (label.attempt === 2) this.#put('///     attempt: 2')
    if (label.metaVotes.length > 0) {
      this.#put(
        '///     meta_votes: {',
        `///         stage est bin aux dec${this.#confirms ? ' conf' : ''}`,
        ...label.metaVotes.map((row) => commentRow(row, this.#confirms)),
        '///     }',
      )
    }
    this.#put('///   }')
  }

  #extras(): void {
    this.#put('', extrasHeading, `/// seen_through: ${this.#inspection.seenThrough}`)
    if (this.#confirms) this.#put('/// coin: threshold', `/// keys: ${this.#inspection.keys ?? 'none'}`)
    const hashes = this.#underivableHashes()
    this.#put('/// public_ids: {')
    for (const [name, id] of this.#names.entries()) {
      const mock = mockIdentity.publicId(unescapeText(name))
      if (toHex(mock.bytes) !== toHex(id.bytes)) this.#put(`///   ${name}: ${toHex(id.bytes)}`)
    }
    this.#put('/// }', '/// observation_hashes: {', ...hashes, '/// }')
  }

  /** Lines for the events whose observation would have another hash when it is read back from its text. */
  #underivableHashes(): string[] {
    const lines: string[] = []
    const isDerivable = new Map<number, boolean>()
    for (const { index, payload } of this.#order.flatMap((peer) => this.#eventsOf[peer] ?? [])) {
      if (payload === undefined) continue
      const { hash, observation } = this.#inspection.payload(payload)
      if (!isDerivable.has(payload)) {
        const read = parseDotVote(dotVote(this.#payloadText(payload), observation, undefined), (name) =>
          mockIdentity.publicId(unescapeText(name)),
        )
        const derived = read && toHex(observationHash(read.observation, stringCodec))
        isDerivable.set(payload, derived === hash)
      }
      if (isDerivable.get(payload) === false) lines.push(`///   ${this.#labels.name(index)}: ${hash}`)
    }
    return lines
  }
}

/** The text of an opaque payload without the `OpaquePayload(…)` around it. */
function rawPayload(observation: Observation<unknown>, text: string): string {
  return observation.kind === 'OpaquePayload' ? text.slice('OpaquePayload('.length, -1) : ''
}

/** Quoted if Graphviz would not take it as one word. */
function clusterId(name: string): string {
  return /^[A-Za-z0-9]*$/.test(name) ? `cluster_${name}` : `"cluster_${name}"`
}

function textsOf(payloads: readonly PayloadLabel[]): string {
  return payloads.map(({ text }) => text).join(', ')
}

/** The rows of a label after name and payload, as one text without a last end of line. */
function annotations({ interesting, metaVotes, attempt, endsAttempt }: EventLabel, confirms: boolean): string {
  const spanning = [
    ...(interesting.length === 0 ? [] : [`[${textsOf(interesting)}]`]),
    ...(endsAttempt ? ['ends the first attempt'] : []),
    ...(attempt === 2 ? ['second attempt'] : []),
  ]
  const content = spanning.map((text) => `<tr><td colspan="6">${text}</td></tr>`).join('')
  if (metaVotes.length === 0) return content
  const titles = ['stage', 'est', 'bin', 'aux', 'dec', ...(confirms ? ['conf'] : [])].map(
    (title, i) => `<td width="${i === 0 ? '50' : '30'}">${title}</td>`,
  )
  const rows = metaVotes.map(({ name, stage, estimates, binValues, aux, decision, confirmed }) => {
    const values = [stage, estimates, binValues, aux, decision, ...(confirms ? [confirmed] : [])]
    const cells = [name === '' ? '   ' : `${name}: `, ...values]
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  return [`${content}<tr><td></td>${titles.join('')}</tr>`, ...rows].join('\n')
}

function commentRow(row: MetaVoteRow, confirms: boolean): string {
  const { name, stage, estimates, binValues, aux, decision, confirmed } = row
  const columns = [stage, estimates, binValues, aux, decision, ...(confirms ? [confirmed] : [])].join('   ')
  return `///       ${name === '' ? '   ' : `${name}: `}${columns} `
}

/** Row of each event in a drawing: one more than the highest of its parents. */
function rowsOf(inspection: Inspection): number[] {
  const rows: number[] = []
  for (let i = 0; i < inspection.eventCount; i++) {
    const { selfParent, otherParent } = inspection.event(i)
    const row = (parent: number | undefined): number => (parent === undefined ? -1 : (rows[parent] ?? 0))
    rows.push(1 + Math.max(row(selfParent), row(otherParent)))
  }
  return rows
}
