// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Random } from '../base/random.ts'
import { deliverAll, pass, passAlong, sendAll } from './post.ts'
import type { Post } from './post.ts'

/**
 * Who estimates what at a step of the binary agreement. In each camp those who know of no other's
 * estimate at the step come first, f or more of them.
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
  /** Two less than needed beside the exception; each knows the aux of those before it. */
  readonly chain: readonly string[]
  /** The rest. They have no aux yet; the chain's last makes them have the other value. */
  readonly late: readonly string[]
}

/**
 * The smallest and the largest camp from which the split can be kept, of 3f + 1 peers: from f + 1
 * on a camp's value spreads, and one that 2f + 1 hold is the only one that all can be made to hold.
 */
export function campSizes(peers: number): { readonly least: number; readonly most: number } {
  const faults = Math.floor((peers - 1) / 3)
  return { least: faults + 1, most: 2 * faults }
}

/** Where a step leads. */
export interface Parted {
  /** Who takes the coin: none of them knows of another's estimate at the next step. */
  readonly takers: readonly string[]
  /** Who keeps the other value. */
  readonly keepers: {
    /** None of them knows of another's estimate at the next step. */
    readonly first: readonly string[]
    /** They know of one keeper's. */
    readonly rest: readonly string[]
  }
}

/**
 * Leads peers whose estimates are split through one step so that they are split in the next one,
 * too, and nothing is decided: one peer's aux is the coin, everyone else's the other value. Who
 * sees 2f + 1 others' aux keeps the other value; who sees 2f of them and that peer's takes the
 * coin.
 *
 * Before and after, everyone is at the same step, without aux, and knows of no estimate there but
 * those of its own camp.
 *
 * @param confirms - has the step a confirmation phase (protocol.md section 11)? Then one peer
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
 * The exception and the first of the chain get their aux, each by enough peers of the other camp
 * who learn of its own camp's value. No peer learns of a supermajority for both values: it would
 * prefer true. So no more of the coin camp than f may be known to those of the other camp who come
 * early in the chain.
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

/** The exception and some of the chain see a mixture and take the coin, everyone else sees one value and keeps it. */
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
