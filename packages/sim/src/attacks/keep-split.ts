// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { mostFaulty } from '@parsec-bft/core/internals'
import type { Random } from '../base/random.ts'
import { deliverAll, pass, passAlong, sendAll } from './post.ts'
import type { Post } from './post.ts'

/**
 * Who estimates what at a step of the binary agreement. In each camp those come first who know of
 * nobody else's estimate at this step; there are at least f of them.
 */
export interface Camps {
  /** Those whose estimate is the coin: at step 0 true, at step 1 false, at step 2 the toss. */
  readonly coin: readonly string[]
  readonly other: readonly string[]
}

/** The roles of a step: who has which aux, and who learns of it in which order. */
interface Roles {
  /** The one whose aux is the coin. */
  readonly exception: string
  /** 2f others, who have the other value as aux; each knows the aux of those before it. */
  readonly chain: readonly string[]
  /** The rest. They have no aux yet; the last of the chain will make theirs the other value. */
  readonly late: readonly string[]
}

/**
 * The smallest and the largest camp with which the split can be kept, of 3f + 1 peers. A value spreads
 * only if f + 1 peers hold it; once 2f + 1 hold it, the other value can spread no more.
 */
export function campSizes(peers: number): { readonly least: number; readonly most: number } {
  const faults = mostFaulty(peers)
  return { least: faults + 1, most: 2 * faults }
}

/** The state after a step. */
export interface Parted {
  /** Who takes the coin. None of them knows anybody else's estimate at the next step. */
  readonly takers: readonly string[]
  /** Who keeps the other value. */
  readonly keepers: {
    /** None of them knows anybody else's estimate at the next step. */
    readonly first: readonly string[]
    /** Each of them knows the estimate of one keeper. */
    readonly rest: readonly string[]
  }
}

/**
 * Leads peers whose estimates are split through one step, so that nothing is decided and their
 * estimates are split in the next step, too. One peer, the exception, has the coin as its aux, all
 * others have the other value. A peer that sees the aux of 2f + 1 of the others keeps the other value;
 * one that sees the aux of 2f of them and of the exception takes the coin.
 *
 * Before and after, everyone is at the same step and has no aux there, and knows of no estimates there
 * but those of its own camp.
 *
 * @param confirms - does the step have a confirmation phase (protocol.md section 11)? Then one peer
 *   confirms both values, everyone else the other value.
 */
export function keepSplit(post: Post, camps: Camps, confirms: boolean, random: Random): Parted {
  const roles = giveAux(post, camps, random)
  const { exception } = roles
  let { chain, late } = roles
  passAlong(post, chain)
  if (confirms) {
    const [first = '', ...rest] = late
    deliverAll(post, sendAll(post, chain.slice(-1), [exception, ...late]))
    const confirming = random.shuffle([...chain, ...rest])
    late = confirming.splice(chain.length - 1)
    chain = [first, ...confirming]
    passAlong(post, chain)
  }
  return part(post, { exception, chain, late }, random)
}

/**
 * Gives the exception and the first of the chain their aux: each hears from enough peers of the other
 * camp, who have learnt the value of its own camp. No peer may learn of a supermajority for both
 * values, since its aux would then be true. So those of the other camp who come early in the chain may
 * know of at most f of the coin camp.
 */
function giveAux(post: Post, camps: Camps, random: Random): Roles {
  const { most } = campSizes(camps.coin.length + camps.other.length)
  const coin = [...camps.coin]
  const other = random.shuffle(camps.other)
  const towardsCoin = other.splice(0, most + 1 - coin.length)
  const towardsOther = coin.splice(0, most + 1 - camps.other.length)
  // Everyone tells its estimate before it learns of another.
  const news = [
    ...sendAll(post, camps.coin, towardsCoin.slice(0, 1)),
    ...sendAll(post, camps.other, towardsOther.slice(0, 1)),
  ]
  deliverAll(post, news)
  passAlong(post, towardsCoin)
  passAlong(post, towardsOther)
  const exception = towardsCoin.pop() ?? ''
  const first = towardsOther.pop() ?? ''
  // Those who may have learnt of the coin camp come after those who must not.
  const last = random.shuffle([...coin, ...towardsOther, ...towardsCoin])
  const chain = [first, ...other, ...last.splice(0, most - 1 - other.length)]
  return { exception, chain, late: last }
}

/** The exception and some of the chain see both values and take the coin. All others see one value and keep it. */
function part(post: Post, { exception, chain, late }: Roles, random: Random): Parted {
  const { least, most } = campSizes(1 + chain.length + late.length)
  const last = chain.slice(-1)
  const rest = random.shuffle(chain.slice(0, -1))
  const joining = rest.splice(0, random.integer(least, most) - 2)
  const fromChain = sendAll(post, last, [exception, ...joining, ...late])
  const fromException = sendAll(post, [exception], [...last, ...joining])
  deliverAll(post, fromChain)
  deliverAll(post, fromException)
  for (const peer of rest) pass(post, late[0] ?? '', peer)
  return { takers: random.shuffle([exception, ...last, ...joining]), keepers: { first: random.shuffle(late), rest } }
}
