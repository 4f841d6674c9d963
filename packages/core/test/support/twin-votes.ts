// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** A meta-vote as section 5.3 has it. */
export interface TwinMetaVote {
  readonly round: number
  readonly step: 0 | 1 | 2
  readonly estimates: ReadonlySet<boolean>
  readonly binValues: ReadonlySet<boolean>
  readonly aux: boolean | undefined
  readonly decision: boolean | undefined
}

/** The coin of a round, if it is known. */
export type Coin = (round: number) => boolean | undefined

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
  return { round, step, estimates, binValues: new Set(), aux: undefined, decision: undefined }
}

/**
 * The list of meta-votes for one subject.
 *
 * @param start - the list of the nearest sync self-ancestor.
 * @param others - the lists of the other voters.
 * @param coin - default the first implementation's.
 */
export function nextMetaVotes(
  start: readonly TwinMetaVote[],
  others: readonly (readonly TwinMetaVote[])[],
  voters: number,
  coin: Coin = (round) => round % 2 === 1,
): TwinMetaVote[] {
  const withoutCoins = listFrom(start, others, voters, () => undefined)
  return listFrom(withoutCoins, [], voters, coin)
}

function listFrom(
  start: readonly TwinMetaVote[],
  others: readonly (readonly TwinMetaVote[])[],
  voters: number,
  coin: Coin,
): TwinMetaVote[] {
  const list: TwinMetaVote[] = []
  const add = (vote: TwinMetaVote): void => {
    list.push(updated(vote, othersAt(vote, others), voters, coin))
  }
  for (const vote of start) {
    add(vote)
    if (vote.decision !== undefined) break
  }
  for (let last = list.at(-1); last !== undefined; last = list.at(-1)) {
    const held = [last, ...othersAt(last, others)]
    if (last.decision !== undefined) break
    if (!isSupermajority(held.filter(({ aux }) => aux !== undefined).length, voters)) break
    add(following(last, held, voters, coin))
  }
  return list
}

function othersAt({ round, step }: TwinMetaVote, others: readonly (readonly TwinMetaVote[])[]): TwinMetaVote[] {
  return others.flatMap((list) => list.filter((vote) => vote.round === round && vote.step === step))
}

function updated(vote: TwinMetaVote, others: readonly TwinMetaVote[], voters: number, coin: Coin): TwinMetaVote {
  if (vote.decision !== undefined) return vote
  const { round, step } = vote
  const estimates = new Set(vote.estimates)
  const binValues = new Set(vote.binValues)
  let { aux } = vote
  const tossed = coin(round)
  if (estimates.size === 0) {
    if (tossed !== undefined) estimates.add(tossed)
  } else {
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
  if (decision === undefined) return { round, step, estimates, binValues, aux, decision }
  const only = new Set([decision])
  return { round, step, estimates: only, binValues: only, aux: decision, decision }
}

/** The entry after the last one, before its first update. */
function following(last: TwinMetaVote, held: readonly TwinMetaVote[], voters: number, coin: Coin): TwinMetaVote {
  const agree = (value: boolean): boolean => isSupermajority(held.filter(({ aux }) => aux === value).length, voters)
  switch (last.step) {
    case 0:
      return startOf(last.round, 1, new Set([!agree(false)]))
    case 1:
      return startOf(last.round, 2, new Set([agree(true)]))
    case 2: {
      const tossed = coin(last.round)
      const known = agree(true) ? true : agree(false) ? false : tossed
      return startOf(last.round + 1, 0, new Set(known === undefined ? [] : [known]))
    }
  }
}
