// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '@parsec-bft/core'
import { CheckFailure } from '../base/check-failure.ts'
import type { SimPeer } from '../peers/sim-peer.ts'

/**
 * What comes of a message. A correct peer refuses a correct sender's for who sent or got it, never
 * for what is in it, unless it is a stranger's that does not show how the stranger became a member;
 * an adversary's for anything. And when it has taken in a correct sender's, it has decided all that
 * the sender had decided.
 */
export class Reception {
  readonly #adversaries: ReadonlySet<string>

  /** @param adversaries - their names. */
  constructor(adversaries: ReadonlySet<string>) {
    this.#adversaries = adversaries
  }

  /**
   * Throws a CheckFailure if somebody has taken in a message of a peer that had decided so many
   * elections, and not decided as many.
   */
  expectTaken(elections: number, from: string, to: SimPeer): void {
    if (this.#adversaries.has(from) || to.hasRemoved(to.name)) return
    const decided = to.parsec.inspect().election
    if (decided >= elections) return
    const reason = `${to.name} has decided ${String(decided)} elections, and taken in a message of ${from}, who had decided ${String(elections)}`
    throw new CheckFailure('conclusions', reason, to.name)
  }

  /** Throws what is no error of a message's, and a CheckFailure for a refusal without reason. */
  expectRefused(error: unknown, kind: string, from: string, to: SimPeer): asserts error is ParsecError {
    if (!(error instanceof ParsecError)) throw error
    if (this.#isExpected(error, from, to)) return
    throw new CheckFailure('refusals', `${to.name} refused a ${kind} from ${from}: ${error.message}`, to.name)
  }

  #isExpected({ code }: ParsecError, from: string, to: SimPeer): boolean {
    // Nobody can sign for a correct peer.
    if (this.#adversaries.has(from)) return code !== 'UnknownOwnEvent'
    // A newcomer may have learnt of its admission by what others do not take in (protocol.md
    // section 3, docs/membership.md).
    if (code === 'UnknownCreator' || code === 'PrematureCoinShares') return !to.knowsAsMember(from)
    // A removed peer does not put out who else was removed with it.
    if (code === 'InvalidPeerState') return to.hasRemoved(from) || to.hasRemoved(to.name)
    return code === 'InvalidSelfState' && to.hasRemoved(to.name)
  }
}
