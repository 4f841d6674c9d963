// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { IntList } from '../base/arrays.ts'
import type { Charge } from '../base/malice-kinds.ts'
import type { PublicId } from '../base/public-id.ts'
import { causes } from '../wire/cause.ts'
import type { Malice } from '../wire/malice.ts'
import type { Accusation } from '../wire/observation.ts'
import { FirstOnLine } from '../graph/ancestry.ts'
import type { Consensus } from '../consensus/consensus.ts'

/** The offender is named by id, not by index: it may be accused before we have met it. */
function keyOf(offender: PublicId, charge: Charge): string {
  return `${charge}/${offender.key}`
}

const nobody: ReadonlySet<number> = new Set()

/**
 * The accusations in the graph: who accuses whom of what, and on which grounds. Those of `Unprovable`
 * malice are left out. So are those that repeat a charge on their line: they are DuplicateVotes.
 */
export class Accusations {
  readonly #consensus: Consensus
  /** The accusers of each offender, by the key of the offender's id. */
  readonly #accusers = new Map<string, Set<number>>()
  /** Per creator, its events that accuse, ascending. */
  readonly #by = new Map<number, IntList>()
  /** Per offender and charge, the events that accuse, ascending. */
  readonly #of = new Map<string, number[]>()
  /** The first event per accuser, offender and charge. */
  readonly #first: FirstOnLine<string>

  constructor(consensus: Consensus) {
    this.#consensus = consensus
    this.#first = new FirstOnLine(consensus.graph)
  }

  /** Takes in the newest event of the graph. */
  added(x: number): void {
    const { graph, payloads } = this.#consensus
    if (graph.cause[x] !== causes.Observation) return
    const { observation } = payloads.at(graph.payload[x] as number)
    if (observation.kind !== 'Accusation' || observation.charge === 'Unprovable') return
    const { offender, charge } = observation
    const creator = graph.creator[x] as number
    const key = keyOf(offender, charge)
    if (!this.#first.add(`${String(creator)}/${key}`, x)) return
    const accusers = this.#accusers.get(offender.key) ?? new Set()
    this.#accusers.set(offender.key, accusers.add(creator))
    const list = this.#by.get(creator) ?? new IntList(4)
    list.push(x)
    this.#by.set(creator, list)
    this.#of.set(key, [...(this.#of.get(key) ?? []), x])
  }

  /** The peer indices of those who accuse a peer. */
  accusersOf(offender: PublicId): ReadonlySet<number> {
    return this.#accusers.get(offender.key) ?? nobody
  }

  /** Has this peer accused anybody? */
  haveBeenMadeBy(creator: number): boolean {
    return this.#by.has(creator)
  }

  /** Whom an accusing event accuses, and on which grounds. */
  at(x: number): { readonly offender: PublicId; readonly grounds: Malice } {
    const { graph, payloads } = this.#consensus
    const { offender } = payloads.at(graph.payload[x] as number).observation as Accusation
    return { offender, grounds: this.#consensus.groundsOf(x) as Malice }
  }

  /** The grounds on which an accusation is made in the graph, in the order in which they arrived. */
  groundsOf({ offender, charge }: Accusation): Malice[] {
    return (this.#of.get(keyOf(offender, charge)) ?? []).map((x) => this.at(x).grounds)
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

  /** Does x or a self-ancestor of it make this accusation? */
  include({ offender, charge }: Accusation, x: number): boolean {
    return this.#first.precedes(`${String(this.#consensus.graph.creator[x])}/${keyOf(offender, charge)}`, x)
  }
}
