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

/**
 * The rules that can be got wrong one at a time, for the model (docs/model.md), which must see it. {@link twinRules}
 * are those of the protocol.
 */
export interface TwinRules {
  readonly isSupermajority: (count: number, voters: number) => boolean
  readonly isAtLeastOneThird: (count: number, voters: number) => boolean
  /** The estimate that an observer starts from. */
  readonly first: (isObservee: boolean) => boolean
  /** Rule 1: is the coin taken before the counting, where it needs confirmations? */
  readonly coinFirst: boolean
  /** Rule 1: are values added to estimates that are empty, too? */
  readonly addsToEmpty: boolean
  /** Rule 2: do so many holders bring a value into binValues? */
  readonly entersBinValues: (count: number, voters: number) => boolean
  /** Rule 3: is aux chosen once, or again whenever binValues grow? */
  readonly auxOnce: boolean
  /** Rule 4: the values that can be decided, by step. */
  readonly decides: Readonly<Record<0 | 1 | 2, readonly boolean[]>>
  /** Rule 4: are others' decisions adopted? */
  readonly adopts: boolean
  /** Does a list end at its first decision? */
  readonly endsAtDecision: boolean
  /** Section 11: is the confirmation made once, or anew at each event? */
  readonly confirmsOnce: boolean
  /** Section 11: do so many aux values suffice to confirm? */
  readonly mayConfirm: (auxValues: number, voters: number) => boolean
  /** Section 11: are confirmations needed to proceed past step 2, or aux values as elsewhere? */
  readonly awaitsConfirmations: boolean
  /** The table of section 5.3: estimates of the entry after step 0 and after step 1; what has the aux supermajority? */
  readonly afterStep: Readonly<Record<0 | 1, (agree: (value: boolean) => boolean) => boolean>>
  /** Section 11: estimates of the next round's first entry; no value stands for the coin. */
  readonly afterConfirmations: (confirmed: readonly ReadonlySet<boolean>[]) => ReadonlySet<boolean>
}

export const twinRules: TwinRules = {
  isSupermajority,
  isAtLeastOneThird,
  first: (isObservee) => isObservee,
  coinFirst: true,
  addsToEmpty: false,
  entersBinValues: isSupermajority,
  auxOnce: true,
  decides: { 0: [true], 1: [false], 2: [] },
  adopts: true,
  endsAtDecision: true,
  confirmsOnce: true,
  mayConfirm: isSupermajority,
  awaitsConfirmations: true,
  afterStep: { 0: (agree) => !agree(false), 1: (agree) => agree(true) },
  afterConfirmations: (confirmed) => single(new Set(confirmed.flatMap((values) => [...values]))),
}

function single(values: ReadonlySet<boolean>): ReadonlySet<boolean> {
  return values.size === 1 ? values : new Set()
}

/** What an observer starts from. */
export function firstMetaVote(isObservee: boolean, rules = twinRules): TwinMetaVote {
  return startOf(0, 0, new Set([rules.first(isObservee)]))
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
  const add = (vote: TwinMetaVote): TwinMetaVote | undefined => {
    const step = twinStep(vote, othersAt(vote, others), voters, coin)
    list.push(step.vote)
    return step.next
  }
  let next: TwinMetaVote | undefined
  for (const vote of start) {
    next = add(vote)
    // The first implementation's second pass is what stops at a decision made in the first one.
    if ((coin.confirms ? list.at(-1) : vote)?.decision !== undefined) break
  }
  while (next !== undefined) next = add(next)
  return list
}

function othersAt({ round, step }: TwinMetaVote, others: readonly (readonly TwinMetaVote[])[]): TwinMetaVote[] {
  return others.flatMap((list) => list.filter((vote) => vote.round === round && vote.step === step))
}

/** What an event makes of one entry. */
export interface TwinStep {
  readonly vote: TwinMetaVote
  /** The entry that would follow, before its first update; undefined if one may not proceed. */
  readonly next: TwinMetaVote | undefined
}

/** Updates an entry. `others`: the other voters' entries at the same stage that count. */
export function twinStep(
  before: TwinMetaVote,
  others: readonly TwinMetaVote[],
  voters: number,
  coin: TwinCoin,
  rules = twinRules,
): TwinStep {
  const vote = updated(before, others, voters, coin, rules)
  const held = [vote, ...others]
  const mayFollow = ({ aux, confirmed }: TwinMetaVote): boolean =>
    coin.confirms && rules.awaitsConfirmations && vote.step === 2 ? confirmed.size > 0 : aux !== undefined
  const ends = vote.decision !== undefined && rules.endsAtDecision
  const proceeds = !ends && rules.isSupermajority(held.filter(mayFollow).length, voters)
  return { vote, next: proceeds ? following(vote, held, voters, coin, rules) : undefined }
}

function updated(
  vote: TwinMetaVote,
  others: readonly TwinMetaVote[],
  voters: number,
  coin: TwinCoin,
  rules: TwinRules,
): TwinMetaVote {
  if (vote.decision !== undefined) return vote
  const { round, step } = vote
  const estimates = new Set(vote.estimates)
  const binValues = new Set(vote.binValues)
  let { aux } = vote
  const tossed = estimates.size === 0 ? coin.toss(round) : undefined
  const coinFirst = coin.confirms && rules.coinFirst
  if (tossed !== undefined && coinFirst) estimates.add(tossed)
  if (estimates.size > 0 || rules.addsToEmpty) {
    for (const value of [true, false]) {
      const count = others.filter((other) => other.estimates.has(value)).length + (estimates.has(value) ? 1 : 0)
      if (rules.isAtLeastOneThird(count, voters)) estimates.add(value)
    }
  }
  if (tossed !== undefined && !coinFirst) estimates.add(tossed)
  for (const value of [true, false]) {
    const count = others.filter((other) => other.estimates.has(value)).length + (estimates.has(value) ? 1 : 0)
    if (rules.entersBinValues(count, voters)) binValues.add(value)
  }
  const isFirst = aux === undefined && vote.binValues.size === 0
  const isNew = !rules.auxOnce && binValues.size > vote.binValues.size
  if ((isFirst || isNew) && binValues.size > 0) aux = binValues.has(true) && !(isNew && vote.binValues.has(true))
  const auxHolders = (value: boolean): number =>
    others.filter((other) => other.aux === value).length + (aux === value ? 1 : 0)
  let decision = rules.decides[step].find(
    (value) => binValues.has(value) && rules.isSupermajority(auxHolders(value), voters),
  )
  if (rules.adopts) decision ??= others.find((other) => other.decision !== undefined)?.decision
  const confirmed = coin.confirms && step === 2 ? confirmation({ ...vote, aux }, others, voters, rules) : vote.confirmed
  if (decision === undefined) return { round, step, estimates, binValues, aux, decision, confirmed }
  const only = new Set([decision])
  return { round, step, estimates: only, binValues: only, aux: decision, decision, confirmed }
}

/** Of the first event that sees a supermajority of aux values: those that it sees. */
function confirmation(
  vote: TwinMetaVote,
  others: readonly TwinMetaVote[],
  voters: number,
  rules: TwinRules,
): ReadonlySet<boolean> {
  const seen = [vote, ...others].flatMap(({ aux }) => (aux === undefined ? [] : [aux]))
  const mayConfirm = vote.confirmed.size === 0 || !rules.confirmsOnce
  return mayConfirm && rules.mayConfirm(seen.length, voters) ? new Set(seen) : vote.confirmed
}

/** The entry after the last one, before its first update. */
function following(
  last: TwinMetaVote,
  held: readonly TwinMetaVote[],
  voters: number,
  coin: TwinCoin,
  rules: TwinRules,
): TwinMetaVote {
  const agree = (value: boolean): boolean =>
    rules.isSupermajority(held.filter(({ aux }) => aux === value).length, voters)
  switch (last.step) {
    case 0:
      return startOf(last.round, 1, new Set([rules.afterStep[0](agree)]))
    case 1:
      return startOf(last.round, 2, new Set([rules.afterStep[1](agree)]))
    case 2: {
      const estimates = coin.confirms
        ? rules.afterConfirmations(held.map((vote) => vote.confirmed))
        : single(new Set([true, false].filter(agree)))
      return startOf(last.round + 1, 0, estimates)
    }
  }
}
