// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { SeenThrough } from '../../src/election/voters.ts'
import { TwinGraph, compareKeys, keyOf } from './twin-graph.ts'
import type { TwinEvent, TwinPayload } from './twin-graph.ts'
import { firstMetaVote, isSupermajority, nextMetaVotes } from './twin-votes.ts'
import type { TwinMetaVote } from './twin-votes.ts'

export interface TwinMetaEvent {
  readonly isObserver: boolean
  /** Of an observer; else empty. */
  readonly observees: ReadonlySet<string>
  /** Keys. */
  readonly interestingContent: readonly string[]
  /** Per subject; empty before the observer. */
  readonly metaVotes: ReadonlyMap<string, readonly TwinMetaVote[]>
  /** Which attempt these are of (section 5.4). */
  readonly attempt: 1 | 2
  /** Does it end the first attempt? */
  readonly endsAttempt: boolean
}

export interface TwinDecision {
  readonly event: number
  readonly subjects: ReadonlyMap<string, boolean>
  /** Keys in decided order. */
  readonly payloads: readonly string[]
}

export interface TwinOptions {
  readonly voters: readonly string[]
  /** Default voters. */
  readonly seenThrough?: SeenThrough
  /**
   * Of those whom an event takes for observed, the ones that it estimates true when its meta-votes begin:
   * a rule that only tests use, to see elections that decide nothing at first.
   */
  readonly initialEstimates?: (
    observed: ReadonlySet<string>,
    x: number,
    attempt: 1 | 2,
    graph: TwinGraph,
  ) => ReadonlySet<string>
  /** Called while the election that fell is still there. */
  readonly onDecision?: (decision: TwinDecision, twin: Twin) => void
}

/**
 * The plain twin of the election: sections 4 to 6 of the protocol read literally, over lists, sets
 * and maps, and slow. What the optimised election is compared with; it shares no code with it.
 */
export class Twin {
  readonly graph = new TwinGraph()
  readonly decisions: TwinDecision[] = []
  /** Keys in decided order. */
  readonly history: string[] = []
  voters: readonly string[]
  readonly #options: TwinOptions
  readonly #removed = new Set<string>()
  /** Events carrying a payload not yet decided, in order: void ones too. */
  #unconsensused: number[] = []
  /** Interesting content per event: computed once, kept when the event is processed again. */
  readonly #content = new Map<number, readonly string[]>()
  /** Of the election under way. */
  readonly metaEvents = new Map<number, TwinMetaEvent>()
  #cursor = 0

  constructor(options: TwinOptions) {
    this.#options = options
    this.voters = options.voters
  }

  /** Adds an event whose parents are there, and processes it. */
  insert(event: TwinEvent): void {
    const x = this.graph.insert(event)
    if (event.payload !== undefined && !this.history.includes(keyOf(event.payload))) this.#unconsensused.push(x)
    while (this.#cursor < this.graph.events.length) this.#process(this.#cursor++)
  }

  insertAll(events: readonly TwinEvent[]): this {
    for (const event of events) this.insert(event)
    return this
  }

  #process(x: number): void {
    const { creator } = this.graph.at(x)
    if (!this.graph.isSync(x) || !this.voters.includes(creator)) return
    const content = this.#content.get(x) ?? this.#interestingContent(x)
    this.#content.set(x, content)
    this.metaEvents.set(x, withContent(content))
    const before = this.#nearestSyncSelfAncestor(x)
    const line = before === undefined ? undefined : this.metaEvents.get(before)
    const follows = [...this.graph.ancestorsOf(x)].some((y) => y !== x && this.metaEvents.get(y)?.endsAttempt === true)
    const isOn = line !== undefined && line.metaVotes.size > 0
    const observees = follows || isOn ? new Set<string>() : this.#observees(x)
    const isObserver = isSupermajority(observees.size, this.voters.length)
    const meta = { isObserver, observees: isObserver ? observees : new Set<string>(), interestingContent: content }
    if (!isObserver && !isOn && !follows) return
    if (!follows) {
      const start = isObserver
        ? this.#beginWith(x, 1, observees)
        : (line?.metaVotes ?? new Map<string, TwinMetaVote[]>())
      const metaVotes = this.#nextMetaVotes(x, start, 1)
      const decisions = [...metaVotes.values()].map((list) => list.at(-1)?.decision)
      const endsAttempt = decisions.every((decision) => decision === false)
      this.metaEvents.set(x, { ...meta, metaVotes, attempt: 1, endsAttempt })
      if (!endsAttempt) {
        if (!decisions.includes(undefined)) this.#decide(x, metaVotes)
        return
      }
    }
    const start = line?.attempt === 2 ? line.metaVotes : this.#beginWith(x, 2, this.#observedBefore(x))
    const metaVotes = this.#nextMetaVotes(x, start, 2)
    this.metaEvents.set(x, { ...meta, metaVotes, attempt: 2, endsAttempt: !follows })
    const decisions = [...metaVotes.values()].map((list) => list.at(-1)?.decision)
    if (!decisions.includes(undefined) && decisions.includes(true)) this.#decide(x, metaVotes)
  }

  #beginWith(x: number, attempt: 1 | 2, observed: ReadonlySet<string>): Map<string, readonly TwinMetaVote[]> {
    const estimated = this.#options.initialEstimates?.(observed, x, attempt, this.graph) ?? observed
    return new Map(this.voters.map((subject) => [subject, [firstMetaVote(estimated.has(subject))]]))
  }

  /** Whom the observers among the ancestors observe. */
  #observedBefore(x: number): Set<string> {
    return new Set([...this.graph.ancestorsOf(x)].flatMap((y) => [...(this.metaEvents.get(y)?.observees ?? [])]))
  }

  #nextMetaVotes(
    x: number,
    start: ReadonlyMap<string, readonly TwinMetaVote[]>,
    attempt: 1 | 2,
  ): Map<string, TwinMetaVote[]> {
    return new Map(
      this.voters.map((subject) => {
        const others = this.#othersMetaVotes(x, subject, attempt)
        return [subject, nextMetaVotes(start.get(subject) ?? [], others, this.voters.length)]
      }),
    )
  }

  /** Section 5.1. */
  #interestingContent(x: number): readonly string[] {
    const { graph } = this
    const already = new Set([...this.already(x)].flatMap((y) => this.#content.get(y) ?? []))
    const carriers = new Map<string, number[]>()
    for (const y of this.#unconsensused) {
      const { payload } = graph.at(y)
      if (payload === undefined || this.#isVoid(payload) || already.has(keyOf(payload)) || !graph.descends(x, y))
        continue
      carriers.set(keyOf(payload), [...(carriers.get(keyOf(payload)) ?? []), y])
    }
    const creators = graph.creatorsBefore(x)
    const present = this.voters.filter((voter) => creators.has(voter)).length
    const ownPlace = new Map<string, number>()
    const interesting: string[] = []
    for (const [key, events] of carriers) {
      const voted = new Set(events.map((y) => graph.at(y).creator))
      const count = key.endsWith('/') ? this.voters.filter((voter) => voted.has(voter)).length : present
      if (!isSupermajority(count, this.voters.length)) continue
      interesting.push(key)
      const own = events.filter((y) => graph.selfAncestorsOf(x).has(y))
      ownPlace.set(key, Math.min(...own.map((y) => graph.indexByCreator(y))))
    }
    const place = (key: string): number => ownPlace.get(key) ?? Infinity
    return interesting.sort((a, b) => (place(a) === place(b) ? compareKeys(a, b) : place(a) - place(b)))
  }

  /** In single mode nobody but a voter can stand for a block; and nobody is added twice. */
  #isVoid({ voter, isInternal, effect }: TwinPayload): boolean {
    if (effect?.kind === 'Add') return this.#removed.has(effect.peer) || this.voters.includes(effect.peer)
    return voter !== undefined && isInternal !== true && !this.voters.includes(voter)
  }

  /** Events whose content is not interesting again at x. */
  protected already(x: number): Iterable<number> {
    return [...this.graph.selfAncestorsOf(x)].filter((y) => y !== x && this.#content.has(y))
  }

  #nearestSyncSelfAncestor(x: number): number | undefined {
    let at = this.graph.at(x).selfParent
    while (at !== undefined && !this.graph.isSync(at)) at = this.graph.at(at).selfParent
    return at
  }

  /** Section 5.2. */
  #observees(x: number): Set<string> {
    return new Set(
      this.voters.filter((voter) => {
        const first = this.firstInteresting(x, voter)
        return first !== undefined && this.stronglySees(x, first)
      }),
    )
  }

  /** The earliest event with content on the branch of the peer in x's ancestry. */
  protected firstInteresting(x: number, peer: string): number | undefined {
    const latest = this.latestBy(x, peer)
    if (latest === undefined) return undefined
    // Self-ancestors are kept from the first on.
    for (const y of this.graph.selfAncestorsOf(latest)) if (this.isInteresting(y)) return y
    return undefined
  }

  protected isInteresting(y: number): boolean {
    return this.metaEvents.has(y) && (this.#content.get(y) ?? []).length > 0
  }

  protected latestBy(x: number, peer: string): number | undefined {
    return this.graph.latestBy(x, peer)
  }

  /** Section 4. */
  stronglySees(x: number, y: number): boolean {
    const through = this.#options.seenThrough === 'peers' ? this.graph.creatorsBefore(x) : this.voters
    const count = [...through].filter((peer) => {
      const z = this.latestBy(x, peer)
      return z !== undefined && this.graph.sees(z, y)
    }).length
    return isSupermajority(count, this.voters.length)
  }

  #othersMetaVotes(x: number, subject: string, attempt: 1 | 2): (readonly TwinMetaVote[])[] {
    return this.voters.flatMap((voter) => {
      if (voter === this.graph.at(x).creator) return []
      const latest = this.latestBy(x, voter)
      const sync =
        latest === undefined ? undefined : [...this.graph.selfAncestorsOf(latest)].findLast((y) => this.graph.isSync(y))
      const meta = sync === undefined ? undefined : this.metaEvents.get(sync)
      const votes = meta?.attempt === attempt ? meta.metaVotes.get(subject) : undefined
      return votes === undefined ? [] : [votes]
    })
  }

  /** Section 6. */
  #decide(x: number, metaVotes: ReadonlyMap<string, readonly TwinMetaVote[]>): void {
    const subjects = new Map([...metaVotes].map(([subject, list]) => [subject, list.at(-1)?.decision === true]))
    const chosen = [...subjects].filter(([, isChosen]) => isChosen).map(([subject]) => subject)
    const lists = chosen.map((subject) => this.#content.get(this.decidingEvent(x, subject)) ?? [])
    const payloads = inDecidedOrder(lists)
    if (payloads.length === 0) throw new Error(`the election at ${String(x)} decides nothing`)
    const decision = { event: x, subjects, payloads }
    this.#options.onDecision?.(decision, this)
    this.decisions.push(decision)
    this.history.push(...payloads)
    this.#startAnew(new Set(payloads))
  }

  /** The subject's first interesting event that the decision is about: by the lemma all observers see the same. */
  protected decidingEvent(x: number, subject: string): number {
    const observed = new Set<number>()
    for (const y of this.graph.ancestorsOf(x)) {
      if (this.metaEvents.get(y)?.observees.has(subject) !== true) continue
      const first = this.firstInteresting(y, subject)
      if (first !== undefined) observed.add(first)
    }
    const [first] = observed
    if (first === undefined || observed.size > 1) {
      throw new Error(`observers before ${String(x)} take ${[...observed].join(' and ')} for the first of ${subject}`)
    }
    return first
  }

  #startAnew(decided: ReadonlySet<string>): void {
    const before = this.voters
    const keyAt = (y: number): string => {
      const { payload } = this.graph.at(y)
      return payload === undefined ? '' : keyOf(payload)
    }
    for (const key of decided) {
      const carrier = this.#unconsensused.find((y) => keyAt(y) === key)
      if (carrier !== undefined) this.#applyEffect(this.graph.at(carrier).payload?.effect)
    }
    this.#unconsensused = this.#unconsensused.filter((y) => !decided.has(keyAt(y)))
    const open = this.#unconsensused.find((y) => {
      const { payload } = this.graph.at(y)
      return payload !== undefined && !this.#isVoid(payload)
    })
    const newStart = open ?? this.graph.events.length
    const observers = [...this.metaEvents].filter(([, { isObserver }]) => isObserver).map(([y]) => y)
    if (this.voters !== before) {
      this.metaEvents.clear()
      this.#content.clear()
      this.#cursor = newStart
      return
    }
    this.#cursor = Math.max(newStart, Math.min(...observers))
    for (const [y, content] of this.#content) {
      if (y < newStart) this.#content.delete(y)
      else
        this.#content.set(
          y,
          content.filter((key) => !decided.has(key)),
        )
    }
    for (const y of [...this.metaEvents.keys()]) {
      this.metaEvents.delete(y)
      const interestingContent = this.#content.get(y)
      if (y >= this.#cursor || interestingContent === undefined) continue
      this.metaEvents.set(y, withContent(interestingContent))
    }
  }

  #applyEffect(effect: { readonly kind: 'Add' | 'Remove'; readonly peer: string } | undefined): void {
    if (effect?.kind === 'Remove') {
      this.#removed.add(effect.peer)
      if (this.voters.includes(effect.peer)) this.voters = this.voters.filter((voter) => voter !== effect.peer)
    } else if (effect?.kind === 'Add' && !this.#removed.has(effect.peer) && !this.voters.includes(effect.peer)) {
      this.voters = [...this.voters, effect.peer]
    }
  }
}

/** Of an event that does not observe. */
function withContent(interestingContent: readonly string[]): TwinMetaEvent {
  const none = { observees: new Set<string>(), metaVotes: new Map<string, TwinMetaVote[]>() }
  return { ...none, isObserver: false, interestingContent, attempt: 1, endsAttempt: false }
}

/** By smallest position in any list, then by how many lists hold it, then by key. */
function inDecidedOrder(lists: readonly (readonly string[])[]): string[] {
  const keys = [...new Set(lists.flat())]
  const holding = (key: string): (readonly string[])[] => lists.filter((list) => list.includes(key))
  const position = (key: string): number => Math.min(...holding(key).map((list) => list.indexOf(key)))
  return keys.sort((a, b) => position(a) - position(b) || holding(b).length - holding(a).length || compareKeys(a, b))
}
