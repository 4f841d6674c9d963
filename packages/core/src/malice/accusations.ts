// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import { toHex } from '../base/encoding.ts'
import type { PublicId } from '../base/public-id.ts'
import { causes } from '../wire/cause.ts'
import type { Observation } from '../wire/observation.ts'
import { FirstOnLine } from '../graph/ancestry.ts'
import type { Consensus } from '../consensus/consensus.ts'

/** An observation that accuses (protocol.md section 8). */
export type Accusation = Extract<Observation<never>, { kind: 'Accusation' }>

/** By the offender's id: it may be no peer yet for some. */
function carryingKey(accuser: number, offender: PublicId): string {
  return `${String(accuser)}/${toHex(offender.bytes)}`
}

/** Who has accused whom of what, in the graph; without what is unprovable. */
export class Accusations {
  readonly #consensus: Consensus
  /** Events that accuse, per creator, ascending. */
  readonly #by = new Map<number, IntList>()
  /** Those that accuse of one thing, by accuser and accusation. */
  readonly #ofOne: FirstOnLine<string>
  /** Those that carry an event, by accuser and offender. */
  readonly #carrying: FirstOnLine<string>
  /** Of these, the first of their line. */
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
    const list = this.#by.get(creator) ?? new IntList(4)
    list.push(x)
    this.#by.set(creator, list)
    this.#ofOne.add(`${String(creator)}/${toHex(hash)}`, x)
    if (!('eventBytes' in observation.malice)) return
    if (this.#carrying.add(carryingKey(creator, observation.offender), x)) this.#firstCarrying.add(x)
  }

  haveBeenMadeBy(creator: number): boolean {
    return this.#by.has(creator)
  }

  at(x: number): Accusation {
    const { graph, payloads } = this.#consensus
    return payloads.at(graph.payload[x] as number).observation as Accusation
  }

  /** Those by the creator of x, in order, that are x or self-ancestors of it, and come after `before`. */
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

  /** Has the creator of x accused of this, by x? */
  include(id: string, x: number): boolean {
    return this.#ofOne.precedes(`${String(this.#consensus.graph.creator[x])}/${id}`, x)
  }

  /** Has the creator of x, by x, made an accusation of a peer that carries an event? */
  carryEventOf(offender: PublicId, x: number): boolean {
    return this.#carrying.precedes(carryingKey(this.#consensus.graph.creator[x] as number, offender), x)
  }

  /** Is it the first on its line that carries an event of its offender? */
  isFirstCarrying(x: number): boolean {
    return this.#firstCarrying.has(x)
  }
}
