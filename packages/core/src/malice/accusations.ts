// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import { toHex } from '../base/encoding.ts'
import type { PublicId } from '../base/public-id.ts'
import { causes } from '../wire/cause.ts'
import type { Malice } from '../wire/malice.ts'
import type { Accusation } from '../wire/observation.ts'
import { FirstOnLine } from '../graph/ancestry.ts'
import type { Consensus } from '../consensus/consensus.ts'

/** What an accusation carries that others need to be told: a refused event, or which share is wrong. */
export type Carried = 'event' | 'share'

export function carriedBy(malice: Malice): Carried | undefined {
  if ('eventBytes' in malice) return 'event'
  return malice.kind === 'WrongCoinShare' ? 'share' : undefined
}

/** The offender is named by id, not by index: it may be accused before we have met it. */
function carryingKey(accuser: number, offender: PublicId, carried: Carried): string {
  return `${String(accuser)}/${offender.key}/${carried}`
}

const nobody: ReadonlySet<number> = new Set()

/**
 * The accusations in the graph: who accuses whom of what. Those of `Unprovable` malice are left
 * out.
 */
export class Accusations {
  readonly #consensus: Consensus
  /** The accusers of each offender, by the key of the offender's id. */
  readonly #accusers = new Map<string, Set<number>>()
  /** Per creator, its events that accuse, ascending. */
  readonly #by = new Map<number, IntList>()
  /** The first event per accuser and accusation. */
  readonly #ofOne: FirstOnLine<string>
  /** The first event per accuser, offender and what is {@link Carried}. */
  readonly #carrying: FirstOnLine<string>
  /** All events in {@link #carrying}. */
  readonly #firstCarrying = new Set<number>()

  constructor(consensus: Consensus) {
    this.#consensus = consensus
    this.#ofOne = new FirstOnLine(consensus.graph)
    this.#carrying = new FirstOnLine(consensus.graph)
  }

  /** Takes in the newest event of the graph. */
  added(x: number): void {
    const { graph, payloads } = this.#consensus
    if (graph.cause[x] !== causes.Observation) return
    const { observation, hash } = payloads.at(graph.payload[x] as number)
    if (observation.kind !== 'Accusation' || observation.malice.kind === 'Unprovable') return
    const creator = graph.creator[x] as number
    const accusers = this.#accusers.get(observation.offender.key) ?? new Set()
    this.#accusers.set(observation.offender.key, accusers.add(creator))
    const list = this.#by.get(creator) ?? new IntList(4)
    list.push(x)
    this.#by.set(creator, list)
    this.#ofOne.add(`${String(creator)}/${toHex(hash)}`, x)
    const carried = carriedBy(observation.malice)
    if (carried === undefined) return
    if (this.#carrying.add(carryingKey(creator, observation.offender, carried), x)) this.#firstCarrying.add(x)
  }

  /** The peer indices of those who accuse a peer. */
  accusersOf(offender: PublicId): ReadonlySet<number> {
    return this.#accusers.get(offender.key) ?? nobody
  }

  /** Has this peer accused anybody? */
  haveBeenMadeBy(creator: number): boolean {
    return this.#by.has(creator)
  }

  /** The accusation that an event makes. */
  at(x: number): Accusation {
    const { graph, payloads } = this.#consensus
    return payloads.at(graph.payload[x] as number).observation as Accusation
  }

  /** The events that accuse, among x and its self-ancestors after `before`, in order. */
  since(before: number, x: number): number[] {
    const { graph } = this.#consensus
    const list = this.#by.get(graph.creator[x] as number)
    const since: number[] = []
    if (list === undefined) return since
    for (let i = list.length - 1; i >= 0 && list.at(i) > before; i--) {
      if (graph.isSelfAncestor(x, list.at(i))) since.push(list.at(i))
    }
    return since.reverse()
  }

  /**
   * Does x or a self-ancestor of it make this accusation?
   *
   * @param id - the accusation's hash in hexadecimal
   */
  include(id: string, x: number): boolean {
    return this.#ofOne.precedes(`${String(this.#consensus.graph.creator[x])}/${id}`, x)
  }

  /** Does x or a self-ancestor of it accuse this offender by an accusation that carries such a thing? */
  carry(carried: Carried, offender: PublicId, x: number): boolean {
    return this.#carrying.precedes(carryingKey(this.#consensus.graph.creator[x] as number, offender, carried), x)
  }

  /** Is it the first event of its line that accuses its offender by an accusation that carries the like? */
  isFirstCarrying(x: number): boolean {
    return this.#firstCarrying.has(x)
  }
}
