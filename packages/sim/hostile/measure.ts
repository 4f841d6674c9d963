// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Assault } from './assault.ts'
import type { Attack } from './attack.ts'
import { eventLoopTurn, keptBytes } from './meters.ts'
import { AttackedNetwork } from './network.ts'
import type { Work } from './network.ts'

/** What an attack did to the correct peers of one network. */
export interface Measurement {
  readonly attack: string
  readonly voters: number
  readonly sentBytes: number
  readonly answeredBytes: number
  /** Spent on the attacker's messages as they came in, in milliseconds of the processor. */
  readonly cpuMs: number
  /** The most memory per byte that one message took while it was handled; undefined if it was not measured. */
  readonly peakPerByte: number | undefined
  /** Memory that all correct peers together kept beyond what their own gossip takes. */
  readonly keptBytes: number
  /** The work of the correct peers while nobody attacked. */
  readonly before: Work
  /** Their work from the beginning of the attack until as many blocks were decided as before. */
  readonly during: Work
  /** Blocks of accusations that came of it. */
  readonly accusations: number
  /** How often correct peers refused messages of the attacker, by the code of the error. */
  readonly refusals: Readonly<Record<string, number>>
  /** How often correct peers refused messages of each other, by the code of the error. */
  readonly quarrels: Readonly<Record<string, number>>
}

/** How much is measured. */
export interface Extent {
  /** By how much what attackers send is multiplied. */
  readonly scale: number
  /** Blocks that the others decide before the attack, and should decide during it. */
  readonly blocks: number
}

/**
 * The others are given up on if they have not decided their blocks after so many times as many rounds
 * as before, or after so much computing since the end of the attack.
 */
const mostTimesRounds = 5
const mostCpuMs = 20_000

/** Lets a network decide some blocks, then attacks it while it decides as many again. */
export async function measure(
  attack: Attack,
  voters: number,
  { scale, blocks }: Extent,
  seed = 'attack costs',
): Promise<Measurement> {
  const network = new AttackedNetwork(voters, seed)
  network.found()
  const keptAtStart = await keptBytes()
  const start = network.work
  while (network.work.blocks < start.blocks + blocks) network.round()
  const before = difference(network.work, start)

  network.meetInsider()
  attack.prepare?.(network)
  const keptBefore = await keptBytes()
  const begun = network.work
  const assault = new Assault(network, scale)
  await fight(attack, assault, blocks, before)
  const during = difference(network.work, begun)
  const kept = (await keptBytes()) - keptBefore
  const usual = during.rounds / before.rounds
  return {
    attack: attack.name,
    voters,
    sentBytes: assault.sentBytes,
    answeredBytes: assault.answeredBytes,
    cpuMs: assault.cpuMs,
    peakPerByte: assault.peakPerByte,
    keptBytes: kept - (keptBefore - keptAtStart) * usual,
    before,
    during,
    accusations: network.accusations,
    refusals: Object.fromEntries(assault.refusals),
    quarrels: Object.fromEntries(network.quarrels),
  }
}

/** The attack, between rounds of the others' gossip. Returns when both are done, or when the others do not get on. */
async function fight(attack: Attack, assault: Assault, blocks: number, before: Work): Promise<void> {
  const { network } = assault
  const begun = network.work
  const nextRound = async (): Promise<void> => {
    network.round()
    await eventLoopTurn()
  }
  for (const attacking = attack.run(assault); attacking.next().done !== true;) await nextRound()
  const mostWork = network.work.cpuMs + mostCpuMs
  for (;;) {
    const { rounds, blocks: decided } = difference(network.work, begun)
    if (decided >= blocks || rounds >= mostTimesRounds * before.rounds || network.work.cpuMs > mostWork) return
    await nextRound()
  }
}

function difference(after: Work, before: Work): Work {
  return {
    cpuMs: after.cpuMs - before.cpuMs,
    bytes: after.bytes - before.bytes,
    rounds: after.rounds - before.rounds,
    blocks: after.blocks - before.blocks,
  }
}
