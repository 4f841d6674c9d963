// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { isInternal, isSupermajority, leastSupermajority } from '@parsec-bft/core/internals'
import type { DecisionView, Inspection, MetaVoteView } from '@parsec-bft/core'
import type { EventLabels } from './labels.ts'
import { latestSyncsOfOthers } from './others.ts'

/**
 * Why a decision fell, in words: protocol.md section 6, line by line, with the state of this
 * election. Without a decision, how far the election has come.
 */

export interface StoryLine {
  readonly text: string
  /** `minor`: small and grey, for what matters less. */
  readonly role: 'title' | 'heading' | 'line' | 'minor'
  /** All of a text that is shortened, for those who hover over it. */
  readonly whole?: string | undefined
}

/** More lines than these say less, not more. */
const maxPayloadLines = 24
const maxListTexts = 8
const maxInternalTexts = 6
const hashDigits = 8

export function storyOf(
  inspection: Inspection,
  labels: EventLabels,
  decision: DecisionView | undefined,
  title: string | undefined,
): StoryLine[] {
  const own = inspection.ourIndex
  const whose = own === undefined ? 'Gossip graph' : `Gossip graph of ${peerName(inspection, own)}`
  const which =
    decision === undefined
      ? `election ${String(inspection.election)} under way`
      : `decision of election ${String(decision.election)}`
  const lines: StoryLine[] = [{ text: title ?? `${whose}: ${which}`, role: 'title' }]
  const counts = `${counted(inspection.eventCount, 'event')}, ${counted(inspection.peers().length, 'peer')}`
  lines.push(line(`${title === undefined ? '' : `${whose}: ${which}; `}${counts}, ${inspection.mode} mode`))
  return lines.concat(
    decision === undefined ? underWay(inspection) : new DecisionStory(inspection, labels, decision).lines(),
  )
}

function underWay(inspection: Inspection): StoryLine[] {
  const voters = inspection.voters().map((peer) => peerName(inspection, peer))
  const decided = counted(inspection.history().length, 'payload')
  const open = inspection.unconsensusedEvents().length
  return [
    line(`Voters: ${voters.join(', ')}`),
    line(
      `${decided} decided so far, ${counted(open, 'event')} ${open === 1 ? 'carries' : 'carry'} one that is not yet`,
    ),
  ]
}

class DecisionStory {
  readonly #inspection: Inspection
  readonly #labels: EventLabels
  readonly #decision: DecisionView
  readonly #voters: readonly number[]
  /** In which attempt of the election it was decided. */
  readonly #attempt: 1 | 2

  constructor(inspection: Inspection, labels: EventLabels, decision: DecisionView) {
    this.#inspection = inspection
    this.#labels = labels
    this.#decision = decision
    this.#voters = [...decision.subjects.keys()]
    this.#attempt = inspection.metaEvent(decision.event)?.attempt ?? 1
  }

  lines(): StoryLine[] {
    const { event, subjects } = this.#decision
    const counting = [...subjects].filter(([, counts]) => counts).length
    const creator = peerName(this.#inspection, this.#inspection.event(event).creator)
    const needed = leastSupermajority(subjects.size)
    return [
      line(`A supermajority of the ${counted(subjects.size, 'voter')} is ${String(needed)}`),
      heading(
        `1. ${this.#labels.name(event)} by ${creator} finished it: ` +
          'there the last meta-votes of all subjects are decided',
      ),
      ...(this.#attempt === 1 ? [] : [line('This is the second attempt: the first one decided all subjects false')]),
      ...[...subjects].flatMap(([subject, counts]) => this.#subjectLines(subject, counts)),
      heading(
        `2. The opinions of ${String(counting)} of ${String(subjects.size)} voters count: ` +
          "each one's first interesting event gives its list of payloads",
      ),
      ...[...this.#decision.firstInteresting].map(([subject, first]) => this.#listLine(subject, first)),
      heading('3. Order: smallest position in a list, then how many lists hold it, then the smaller key'),
      ...this.#payloadLines(),
    ]
  }

  /** How the meta-votes about one subject were decided. */
  #subjectLines(subject: number, counts: boolean): StoryLine[] {
    const verdict = `${peerName(this.#inspection, subject)}: ${counts ? 'counts (true)' : 'does not count (false)'}`
    const where = this.#firstDecided(subject)
    if (where === undefined) return [line(verdict)]
    const { round, step } = where.entry
    const stage = `round ${String(round)}, step ${String(step)} (${stepNames[step]})`
    return [line(`${verdict}, since ${this.#labels.name(where.event)} in ${stage}: ${this.#reason(subject, where)}`)]
  }

  /** The earliest self-ancestor of the deciding event, or itself, at which the subject was decided. */
  #firstDecided(subject: number): DecidedAt | undefined {
    let found: DecidedAt | undefined
    for (
      let at: number | undefined = this.#decision.event;
      at !== undefined;
      at = this.#inspection.event(at).selfParent
    ) {
      const meta = this.#inspection.metaEvent(at)
      if (meta === undefined) continue
      if (meta.attempt !== this.#attempt) break
      const entry = meta.metaVotes.get(subject)?.at(-1)
      if (entry?.decision === undefined) break
      found = { event: at, entry, decision: entry.decision }
    }
    return found
  }

  /** By its own count (section 5.3, update, rule 4), or because another voter's meta-vote was decided already. */
  #reason(subject: number, { event, entry, decision }: DecidedAt): string {
    const others = this.#othersAt(subject, event, entry)
    const holders = others.filter((other) => (other.entry.decision ?? other.entry.aux) === decision).length
    const own = entry.aux === decision ? 1 : 0
    const total = holders + own
    const formed = entry.step !== 2 && decision === (entry.step === 0) && isSupermajority(total, this.#voters.length)
    if (formed) return `${String(total)} of ${String(this.#voters.length)} voters hold aux ${String(decision)}`
    const source = others.find((other) => other.entry.decision === decision)
    return source === undefined ? 'decided' : `taken over from ${this.#labels.name(source.event)}`
  }

  /**
   * What the other voters' latest sync events in the ancestry of the event hold about the subject
   * at the same stage.
   */
  #othersAt(subject: number, event: number, entry: MetaVoteView): { event: number; entry: MetaVoteView }[] {
    const found = []
    for (const latest of latestSyncsOfOthers(this.#inspection, this.#voters, event)) {
      const meta = this.#inspection.metaEvent(latest)
      const list = (meta?.attempt === this.#attempt ? meta.metaVotes.get(subject) : undefined) ?? []
      const same = list.find((other) => other.round === entry.round && other.step === entry.step)
      if (same !== undefined) found.push({ event: latest, entry: same })
    }
    return found
  }

  /** Internal messages are only counted; where a list has some, each payload says its position. */
  #listLine(subject: number, first: number): StoryLine {
    const list = this.#listAt(first)
    const places = list.map((payload, position) => ({ payload, position }))
    const internal = places.filter(({ payload }) => this.#isInternal(payload))
    const texts = places
      .filter((place) => !internal.includes(place))
      .map(({ payload, position }) =>
        internal.length === 0 ? this.#payloadText(payload) : `${String(position)}: ${this.#payloadText(payload)}`,
      )
    const shown = texts.slice(0, maxListTexts)
    if (shown.length < texts.length) shown.push(`${String(texts.length - shown.length)} more`)
    const head = `${peerName(this.#inspection, subject)}: ${this.#labels.name(first)} `
    const parts = [
      ...(shown.length > 0 ? [`[${shown.join(', ')}]`] : []),
      ...(internal.length > 0 ? [counted(internal.length, 'internal message')] : []),
    ]
    const text = head + parts.join(' and ')
    if (shown.length === texts.length && internal.length === 0) return line(text)
    return { ...line(text), whole: `${head}[${list.map((payload) => this.#payloadText(payload)).join(', ')}]` }
  }

  #listAt(event: number): readonly number[] {
    return this.#inspection.metaEvent(event)?.interestingContent ?? []
  }

  /** The application's payloads first, whatever their place; internal messages in one small line. */
  #payloadLines(): StoryLine[] {
    const lists = [...this.#decision.firstInteresting.values()].map((first) => this.#listAt(first))
    const { payloads } = this.#decision
    const places = payloads.map((payload) => placeIn(lists, payload))
    const texts = payloads.map((payload, i) => {
      const [place, before] = [places[i], places[i - 1]]
      const text = `#${String(i + 1)} ${this.#payloadText(payload)}`
      if (place === undefined || place.lists === 0) return text
      const held = `smallest position ${String(place.position)}, in ${counted(place.lists, 'list')}`
      const tie = before?.position === place.position && before.lists === place.lists
      return `${text}: ${held}${tie ? `, as #${String(i)}, whose key is smaller: ${this.#keysText(i)}` : ''}`
    })
    const isInternal = payloads.map((payload) => this.#isInternal(payload))
    const own = texts.filter((_, i) => isInternal[i] !== true)
    const lines = own.slice(0, maxPayloadLines).map(line)
    const more = own.slice(maxPayloadLines)
    if (more.length > 0) lines.push({ ...line(`and ${String(more.length)} more`), whole: more.join('\n') })
    const internal = texts.filter((_, i) => isInternal[i] === true)
    return internal.length === 0 ? lines : [...lines, this.#internalLine(isInternal, internal.join('\n'))]
  }

  /** Which places of the order internal messages have. */
  #internalLine(isInternal: readonly boolean[], whole: string): StoryLine {
    const { payloads } = this.#decision
    const numbered = payloads.flatMap((payload, i) =>
      isInternal[i] === true ? [`#${String(i + 1)} ${this.#payloadText(payload)}`] : [],
    )
    const shown = numbered.slice(0, maxInternalTexts)
    if (shown.length < numbered.length) shown.push(`${String(numbered.length - shown.length)} more`)
    return { text: `internal, in no block: ${shown.join(', ')}`, role: 'minor', whole }
  }

  #isInternal(payload: number): boolean {
    return isInternal(this.#inspection.payload(payload).observation.kind)
  }

  #payloadText(payload: number): string {
    const { text, voter } = this.#inspection.payload(payload)
    return voter === undefined ? text : `${text} by ${peerName(this.#inspection, voter)}`
  }

  /** The keys of a payload and of the one before it, as far as needed to tell them apart. */
  #keysText(place: number): string {
    const [smaller, larger] = [place - 1, place].map((i) => this.#inspection.payload(this.#decision.payloads[i] ?? 0))
    if (smaller === undefined || larger === undefined) return ''
    if (smaller.hash === larger.hash) return 'the same hash, then the order of the voters'
    return `${smaller.hash.slice(0, hashDigits)}… < ${larger.hash.slice(0, hashDigits)}…`
  }
}

interface DecidedAt {
  readonly event: number
  readonly entry: MetaVoteView
  readonly decision: boolean
}

const stepNames = { 0: 'forced true', 1: 'forced false', 2: 'genuine flip' } as const

/** Smallest position of the payload in the lists, and how many hold it. */
function placeIn(lists: readonly (readonly number[])[], payload: number): { position: number; lists: number } {
  const positions = lists.map((list) => list.indexOf(payload)).filter((position) => position >= 0)
  return { position: Math.min(...positions), lists: positions.length }
}

function peerName(inspection: Inspection, peer: number): string {
  return inspection.peers()[peer]?.name ?? ''
}

/** `1 peer`, `2 peers` */
export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`
}

function line(text: string): StoryLine {
  return { text, role: 'line' }
}

function heading(text: string): StoryLine {
  return { text, role: 'heading' }
}
