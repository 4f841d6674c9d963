// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import type { SimPeer } from '../peers/sim-peer.ts'

/**
 * Checks what a correct peer does with a message:
 *
 * - From a correct sender, it refuses a message only because the sender or the peer itself has been
 *   removed, or because the message does not show how its sender became a member. It never refuses
 *   one for its content.
 * - When it has taken in a correct sender's message, it has decided all that the sender had decided.
 * - From an adversary it may refuse a message for any reason.
 */
export class Reception {
  readonly #adversaries: ReadonlySet<string>

  /** @param adversaries - their names. */
  constructor(adversaries: ReadonlySet<string>) {
    this.#adversaries = adversaries
  }

  /**
   * @param elections - how many elections the sender had decided.
   * @throws CheckFailure if the recipient has taken in the message and not decided as many.
   */
  expectTaken(elections: number, from: string, to: SimPeer): void {
    if (this.#adversaries.has(from) || to.hasRemoved(to.name)) return
    const decided = to.parsec.inspect().election
    if (decided >= elections) return
    const taken = `taken in a message of ${from}, who had decided ${String(elections)}`
    const reason = `${to.name} has decided ${String(decided)} elections, and ${taken}`
    throw new CheckFailure('conclusions', reason, to.name)
  }

  /** Throws the error again if it is no ParsecError, and a CheckFailure if the peer had no reason to refuse. */
  expectRefused(error: unknown, kind: string, from: string, to: SimPeer): asserts error is ParsecError {
    if (!(error instanceof ParsecError)) throw error
    if (this.#isExpected(error, from, to)) return
    throw new CheckFailure('refusals', `${to.name} refused a ${kind} from ${from}: ${error.message}`, to.name)
  }

  #isExpected({ code }: ParsecError, from: string, to: SimPeer): boolean {
    // Nobody can sign for a correct peer.
    if (this.#adversaries.has(from)) return code !== 'UnknownOwnEvent'
    // A newcomer may have learnt that it was added from events that others do not take in
    // (protocol.md section 3, docs/membership.md).
    if (code === 'UnknownCreator' || code === 'PrematureCoinShares') return !to.knowsAsMember(from)
    // A peer that was removed itself does not put out which others were removed in the same election.
    if (code === 'InvalidPeerState') return to.hasRemoved(from) || to.hasRemoved(to.name)
    return code === 'InvalidSelfState' && to.hasRemoved(to.name)
  }
}
