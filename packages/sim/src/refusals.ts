// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '@parsec-bft/core'
import { CheckFailure } from './check-failure.ts'
import type { SimPeer } from './sim-peer.ts'

/** More messages in a row that one correct peer refuses of another as too early are too many: it would be for ever. */
const mostEarlyRefusals = 10

/** Which messages a correct peer may refuse: a correct sender's for who sent or got it, hardly ever for what is in it; an adversary's for anything. */
export class Refusals {
  readonly #adversaries: ReadonlySet<string>
  /** Per sender and receiver, correct both, how many messages in a row were refused as too early. */
  readonly #early = new Map<string, number>()

  /** @param adversaries - their names. */
  constructor(adversaries: ReadonlySet<string>) {
    this.#adversaries = adversaries
  }

  accepted(from: string, to: string): void {
    this.#early.delete(`${from} ${to}`)
  }

  /** Throws what is no error of a message's, and a CheckFailure for a refusal without reason. */
  expect(error: unknown, kind: string, from: string, to: SimPeer): asserts error is ParsecError {
    if (!(error instanceof ParsecError)) throw error
    if (this.#isExpected(error, from, to)) return
    throw new CheckFailure('refusals', `${to.name} refused a ${kind} from ${from}: ${error.message}`, to.name)
  }

  #isExpected({ code, message }: ParsecError, from: string, to: SimPeer): boolean {
    // Nobody can sign for a correct peer.
    if (this.#adversaries.has(from)) return code !== 'UnknownOwnEvent'
    // A removed peer does not put out who else was removed with it.
    if (code === 'InvalidPeerState') return to.hasRemoved(from) || to.hasRemoved(to.name)
    if (code === 'InvalidSelfState') return to.hasRemoved(to.name)
    if (this.#adversaries.size === 0) return false
    // It learnt of the sender's addition from an adversary, at an event that the sender does not know yet; or somebody's addition was decided at a branch of an adversary that it does not take in
    // before somebody has recorded it.
    if (code !== 'UnknownCreator' && !message.includes('how its sender was added')) return false
    const times = (this.#early.get(`${from} ${to.name}`) ?? 0) + 1
    this.#early.set(`${from} ${to.name}`, times)
    return times <= mostEarlyRefusals
  }
}
