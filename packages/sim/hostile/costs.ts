// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Measurement } from './measure.ts'

/** What an attack costs, made comparable. Costs per byte are per byte that the attacker sent. */
export interface Costs {
  /** Computing of all correct peers together because of it, in milliseconds of the processor per 10⁶ bytes. */
  readonly cpu: number
  /** The largest growth of a peer's memory while it handled one message, in bytes per byte; NaN if not measured. */
  readonly peak: number
  /** Memory that all correct peers together kept, in bytes per byte. */
  readonly kept: number
  /** Bytes that were answered, per byte. */
  readonly answered: number
  /** Bytes that correct peers sent each other because of it, per byte. */
  readonly relayed: number
  /** Computing of one correct peer in a round of gossip during the attack, in milliseconds of the processor. */
  readonly load: number
  /** Blocks of accusations. */
  readonly accusations: number
  /** Rounds of gossip that the others need for a block, as a multiple of what they need in peace. */
  readonly delay: number
  /** Computing of one correct peer for a block, in milliseconds of the processor, in peace and during the attack. */
  readonly blockBefore: number
  readonly blockDuring: number
}

/** Bounds of some of the costs. Those of `cpu` and `load` are multiples of what an honest busy peer costs. */
export type Bounds = Readonly<Partial<Record<Bounded, number>>>

/** The costs that can be bounded, in the order of the table. */
export const bounded = ['cpu', 'load', 'peak', 'kept', 'answered', 'relayed', 'accusations', 'delay'] as const
export type Bounded = (typeof bounded)[number]

export function costsOf(measurement: Measurement): Costs {
  const { voters, sentBytes, before, during } = measurement
  const usual = during.rounds / before.rounds
  const correct = voters - 1
  return {
    cpu: Math.max(0, during.cpuMs - before.cpuMs * usual) / (sentBytes / 1e6),
    load: during.cpuMs / during.rounds / correct,
    peak: measurement.peakPerByte ?? NaN,
    kept: measurement.keptBytes / sentBytes,
    answered: measurement.answeredBytes / sentBytes,
    relayed: (during.bytes - before.bytes * usual) / sentBytes,
    accusations: measurement.accusations,
    delay: during.rounds / during.blocks / (before.rounds / before.blocks),
    blockBefore: before.cpuMs / before.blocks / correct,
    blockDuring: during.cpuMs / during.blocks / correct,
  }
}

/** The median of each cost. */
export function medianOf(runs: readonly Costs[]): Costs {
  const of = (cost: keyof Costs): number => {
    const values = runs.map((run) => run[cost]).sort((a, b) => a - b)
    return values[values.length >> 1] ?? NaN
  }
  return {
    cpu: of('cpu'),
    load: of('load'),
    peak: of('peak'),
    kept: of('kept'),
    answered: of('answered'),
    relayed: of('relayed'),
    accusations: of('accusations'),
    delay: of('delay'),
    blockBefore: of('blockBefore'),
    blockDuring: of('blockDuring'),
  }
}

/** Is the cost bounded as a multiple of what an honest busy peer costs? */
export function isRelative(cost: Bounded): boolean {
  return cost === 'cpu' || cost === 'load'
}

/** What is compared with the bound of a cost. `honest` is what the same costs beside an honest busy peer. */
export function comparedWithBound(cost: Bounded, costs: Costs, honest: Costs): number {
  return isRelative(cost) ? costs[cost] / honest[cost] : costs[cost]
}
