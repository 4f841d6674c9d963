// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** A meta-vote as section 5.3 has it. */
export interface TwinMetaVote {
  readonly round: number
  readonly step: 0 | 1 | 2
  readonly estimates: ReadonlySet<boolean>
  readonly binValues: ReadonlySet<boolean>
  readonly aux: boolean | undefined
  readonly decision: boolean | undefined
  /** The aux values that it confirms (section 11); empty where it does not. */
  readonly confirmed: ReadonlySet<boolean>
}

/** The coins of one subject at one event. */
export interface TwinCoin {
  /** Is the coin that of section 11: does it need confirmations? */
  readonly confirms: boolean
  /** The coin of a round, if it is known. */
  readonly toss: (round: number) => boolean | undefined
}

/** The first implementation's. */
export const twinPredictableCoin: TwinCoin = { confirms: false, toss: (round) => round % 2 === 1 }

export function isSupermajority(count: number, voters: number): boolean {
  return 3 * count > 2 * voters
}

export function isAtLeastOneThird(count: number, voters: number): boolean {
  return 3 * count >= voters
}

/** What an observer starts from. */
export function firstMetaVote(isObservee: boolean): TwinMetaVote {
  return startOf(0, 0, new Set([isObservee]))
}

function startOf(round: number, step: 0 | 1 | 2, estimates: ReadonlySet<boolean>): TwinMetaVote {
  return { round, step, estimates, binValues: new Set(), aux: undefined, decision: undefined, confirmed: new Set() }
}

/**
 * The list of meta-votes for one subject.
 *
 * @param start - the list of the nearest sync self-ancestor.
 * @param others - the lists of the other voters.
 */
export function nextMetaVotes(
  start: readonly TwinMetaVote[],
  others: readonly (readonly TwinMetaVote[])[],
  voters: number,
  coin = twinPredictableCoin,
): TwinMetaVote[] {
  if (coin.confirms) return listFrom(start, others, voters, coin)
  const withoutCoins = listFrom(start, others, voters, { confirms: false, toss: () => undefined })
  return listFrom(withoutCoins, [], voters, coin)
}

function listFrom(
  start: readonly TwinMetaVote[],
  others: readonly (readonly TwinMetaVote[])[],
  voters: number,
  coin: TwinCoin,
): TwinMetaVote[] {
  const list: TwinMetaVote[] = []
  const add = (vote: TwinMetaVote): void => {
    list.push(updated(vote, othersAt(vote, others), voters, coin))
  }
  for (const vote of start) {
    add(vote)
    // The first implementation's second pass is what stops at a decision made in the first one.
    if ((coin.confirms ? list.at(-1) : vote)?.decision !== undefined) break
  }
  for (let last = list.at(-1); last !== undefined; last = list.at(-1)) {
    const held = [last, ...othersAt(last, others)]
    if (last.decision !== undefined) break
    const mayFollow = ({ aux, confirmed }: TwinMetaVote): boolean =>
      coin.confirms && last.step === 2 ? confirmed.size > 0 : aux !== undefined
    if (!isSupermajority(held.filter(mayFollow).length, voters)) break
    add(following(last, held, voters, coin))
  }
  return list
}

function othersAt({ round, step }: TwinMetaVote, others: readonly (readonly TwinMetaVote[])[]): TwinMetaVote[] {
  return others.flatMap((list) => list.filter((vote) => vote.round === round && vote.step === step))
}

function updated(vote: TwinMetaVote, others: readonly TwinMetaVote[], voters: number, coin: TwinCoin): TwinMetaVote {
  if (vote.decision !== undefined) return vote
  const { round, step } = vote
  const estimates = new Set(vote.estimates)
  const binValues = new Set(vote.binValues)
  let { aux } = vote
  const tossed = estimates.size === 0 ? coin.toss(round) : undefined
  if (tossed !== undefined) estimates.add(tossed)
  if (estimates.size > 0 && (tossed === undefined || coin.confirms)) {
    for (const value of [true, false]) {
      const count = others.filter((other) => other.estimates.has(value)).length + (estimates.has(value) ? 1 : 0)
      if (isAtLeastOneThird(count, voters)) estimates.add(value)
    }
  }
  for (const value of [true, false]) {
    const count = others.filter((other) => other.estimates.has(value)).length + (estimates.has(value) ? 1 : 0)
    if (isSupermajority(count, voters)) binValues.add(value)
  }
  if (aux === undefined && vote.binValues.size === 0 && binValues.size > 0) aux = binValues.has(true)
  const auxHolders = (value: boolean): number =>
    others.filter((other) => other.aux === value).length + (aux === value ? 1 : 0)
  let decision: boolean | undefined
  if (step === 0 && binValues.has(true) && isSupermajority(auxHolders(true), voters)) decision = true
  else if (step === 1 && binValues.has(false) && isSupermajority(auxHolders(false), voters)) decision = false
  else decision = others.find((other) => other.decision !== undefined)?.decision
  const confirmed = coin.confirms && step === 2 ? confirmation({ ...vote, aux }, others, voters) : vote.confirmed
  if (decision === undefined) return { round, step, estimates, binValues, aux, decision, confirmed }
  const only = new Set([decision])
  return { round, step, estimates: only, binValues: only, aux: decision, decision, confirmed }
}

/** Of the first event that sees a supermajority of aux values: those that it sees. */
function confirmation(vote: TwinMetaVote, others: readonly TwinMetaVote[], voters: number): ReadonlySet<boolean> {
  const seen = [vote, ...others].flatMap(({ aux }) => (aux === undefined ? [] : [aux]))
  return vote.confirmed.size === 0 && isSupermajority(seen.length, voters) ? new Set(seen) : vote.confirmed
}

/** The entry after the last one, before its first update. */
function following(last: TwinMetaVote, held: readonly TwinMetaVote[], voters: number, coin: TwinCoin): TwinMetaVote {
  const agree = (value: boolean): boolean => isSupermajority(held.filter(({ aux }) => aux === value).length, voters)
  switch (last.step) {
    case 0:
      return startOf(last.round, 1, new Set([!agree(false)]))
    case 1:
      return startOf(last.round, 2, new Set([agree(true)]))
    case 2: {
      const confirmed = new Set(held.flatMap((vote) => [...vote.confirmed]))
      const all = coin.confirms ? [...confirmed] : [true, false].filter(agree)
      return startOf(last.round + 1, 0, new Set(all.length === 1 ? all : []))
    }
  }
}
