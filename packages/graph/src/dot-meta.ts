// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { DotLines } from './dot-lines.ts'
import { parseNameSet } from './dot-observation.ts'
import type { MetaVoteLetters } from './labels.ts'

/** An entry as in the file; what it confirms is `-` in files without this column. */
export interface RecordedMetaVote extends MetaVoteLetters {
  readonly round: number
  readonly step: number
}

export interface RecordedMetaEvent {
  /** Name of the event. */
  readonly event: string
  /** Names of peers. */
  readonly observees: readonly string[]
  /** Texts of payloads. */
  readonly interestingContent: readonly string[]
  /** Which attempt of the election its meta-votes are of. */
  readonly attempt: number
  /** Does it end the first attempt? */
  readonly endsAttempt: boolean
  /** Per subject, by the short form of its name. */
  readonly metaVotes: ReadonlyMap<string, readonly RecordedMetaVote[]>
}

/** The section of a dump about the elections. */
export interface RecordedElection {
  /** Hexadecimal observation hashes in decided order. */
  readonly history: readonly string[]
  /** Per peer the names of its events with interesting content. */
  readonly interestingEvents: ReadonlyMap<string, readonly string[]>
  readonly voters: readonly string[]
  readonly unconsensusedEvents: readonly string[]
  readonly metaEvents: readonly RecordedMetaEvent[]
}

/** Reads the section; `events` are the names of the events of the file. */
export function readMetaElection(lines: DotLines, events: ReadonlySet<string>): RecordedElection {
  lines.skipBlank()
  lines.expect('/// ===== meta-elections =====')
  lines.expect('/// consensus_history:')
  const history: string[] = []
  for (let line = lines.after('/// '); line !== undefined; line = lines.after('/// ')) {
    if (!/^[0-9a-f]{64}$/.test(line)) lines.fail('a hash of 64 hexadecimal digits', lines.at - 1)
    history.push(line)
  }
  lines.skipBlank()
  const interestingEvents = readInterestingEvents(lines, events)
  const voters = parseNameSet(lines.expect('/// all_voters: ')) ?? lines.fail('a list like {Alice, Bob}', lines.at - 1)
  const open = lines.expect('/// unconsensused_events: ')
  if (!open.startsWith('{') || !open.endsWith('}')) lines.fail('a list like {"A_1", "B_1"}', lines.at - 1)
  const unconsensusedEvents = eventList(lines, open.slice(1, -1), events)
  lines.expect('/// meta_events: {')
  const metaEvents: RecordedMetaEvent[] = []
  while (lines.after('/// }') === undefined) metaEvents.push(readMetaEvent(lines, events))
  return { history, interestingEvents, voters, unconsensusedEvents, metaEvents }
}

/** Events in a list like `"A_1", "B_1"`. */
function eventList(lines: DotLines, text: string, events: ReadonlySet<string>): string[] {
  const names =
    text === ''
      ? []
      : text.split('", "').map((part, i, all) => part.slice(i === 0 ? 1 : 0, i === all.length - 1 ? -1 : undefined))
  if (!names.every((name) => events.has(name))) lines.fail('a list of events of this file', lines.at - 1)
  return names
}

function readInterestingEvents(lines: DotLines, events: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const interesting = new Map<string, readonly string[]>()
  lines.expect('/// interesting_events: {')
  while (lines.after('/// }') === undefined) {
    const entry = /^(\S+) -> \[(.*)\]$/.exec(lines.expect('///   '))
    if (entry === null) lines.fail('a peer and its events, like Alice -> ["A_3"]', lines.at - 1)
    interesting.set(entry[1] ?? '', eventList(lines, entry[2] ?? '', events))
  }
  return interesting
}

function readMetaEvent(lines: DotLines, events: ReadonlySet<string>): RecordedMetaEvent {
  const event = /^(\S+) -> \{$/.exec(lines.expect('///   '))?.[1] ?? ''
  if (!events.has(event)) lines.fail('a meta-event of an event of this file', lines.at - 1)
  const observees =
    parseNameSet(lines.expect('///     observees: ')) ?? lines.fail('a list like {Alice, Bob}', lines.at - 1)
  const content = lines.expect('///     interesting_content: ')
  if (!content.startsWith('[') || !content.endsWith(']')) lines.fail('a list of payloads in brackets', lines.at - 1)
  const interestingContent = splitPayloads(content.slice(1, -1))
  const endsAttempt = lines.after('///     ends_attempt: 1') === ''
  const attempt = lines.after('///     attempt: 2') === '' ? 2 : 1
  const metaVotes = new Map<string, RecordedMetaVote[]>()
  if (lines.after('///     meta_votes: {') !== undefined) {
    const columns = lines.expect('///         stage est bin aux dec')
    if (columns !== '' && columns !== ' conf') lines.fail('no other column than conf', lines.at - 1)
    let entries: RecordedMetaVote[] | undefined
    while (lines.after('///     }') === undefined) {
      const row =
        /^(?: {2}(\S+): | {3,})(\d{1,9})\/([012]) +([tfb-]) +([tfb-]) +([tf-]) +([tf-])(?: +([tfb-]))? *$/.exec(
          lines.expect('///     '),
        )
      if (row?.[1] !== undefined) metaVotes.set(row[1], (entries = []))
      if (row === null || entries === undefined) lines.fail('a row like A: 0/0   t   -   -   -', lines.at - 1)
      const [, , round, step, estimates = '', binValues = '', aux = '', decision = '', confirmed = '-'] = row
      entries.push({ round: Number(round), step: Number(step), estimates, binValues, aux, decision, confirmed })
    }
  }
  lines.expect('///   }')
  return { event, observees, interestingContent, attempt, endsAttempt, metaVotes }
}

/** Splits at commas that are not inside brackets. */
function splitPayloads(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i)
    if ('({['.includes(character)) depth++
    else if (')}]'.includes(character)) depth--
    else if (depth === 0 && text.startsWith(', ', i)) {
      parts.push(text.slice(start, i))
      start = i + 2
    }
  }
  return text === '' ? [] : [...parts, text.slice(start)]
}
