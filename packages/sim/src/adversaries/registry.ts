// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isStrategyName } from '../options/strategy-names.ts'
import type { StrategyName } from '../options/strategy-names.ts'
import { invalidRequest, invalidResponse, refusedDecoy } from './exchange.ts'
import { coinWithheld, coinWrong, malformedParts, wrongRows, wrongValues } from './faulty-keys.ts'
import { forkStranding } from './fork-stranding.ts'
import {
  forkColluding,
  forkInitial,
  forkLate,
  forkNested,
  forkSimple,
  forkThreeWay,
  forkTransitive,
  forkTwoFaced,
  forkUnrecorded,
} from './forks.ts'
import { genesisIncorrect, genesisMissing, genesisUnexpected } from './genesis.ts'
import { malformed, replay, spam } from './messages.ts'
import { invalidGossipCreator, prematureNewcomer } from './newcomers.ts'
import { otherParentByItself, selfParentByOther } from './parents.ts'
import { selectivelySilent, silent, slow } from './silence.ts'
import type { Strategy } from './strategy.ts'
import { accomplice, doubleVote, falseAccuser } from './votes.ts'

/** Each makes a strategy with a state of its own. */
const strategies: Readonly<Record<StrategyName, () => Strategy>> = {
  'fork-simple': forkSimple,
  'fork-three-way': forkThreeWay,
  'fork-nested': forkNested,
  'fork-initial': forkInitial,
  'fork-two-faced': forkTwoFaced,
  'fork-transitive': forkTransitive,
  'fork-late': forkLate,
  'fork-colluding': forkColluding,
  'fork-unrecorded': forkUnrecorded,
  'fork-stranding': forkStranding,
  'double-vote': doubleVote,
  'false-accuser': falseAccuser,
  accomplice,
  'genesis-missing': genesisMissing,
  'genesis-unexpected': genesisUnexpected,
  'genesis-incorrect': genesisIncorrect,
  'self-parent-by-other': selfParentByOther,
  'other-parent-by-itself': otherParentByItself,
  'invalid-request': invalidRequest,
  'invalid-response': invalidResponse,
  'invalid-gossip-creator': invalidGossipCreator,
  'premature-newcomer': prematureNewcomer,
  silent,
  'selectively-silent': selectivelySilent,
  slow,
  'refused-decoy': refusedDecoy,
  replay,
  malformed,
  spam,
  'key-wrong-rows': wrongRows,
  'key-malformed-parts': malformedParts,
  'key-wrong-values': wrongValues,
  'coin-withheld': coinWithheld,
  'coin-wrong': coinWrong,
}

/** A strategy for one adversary. Throws a RangeError for an unknown name. */
export function makeStrategy(name: string): Strategy {
  if (!isStrategyName(name)) throw new RangeError(`no strategy ${name}`)
  return strategies[name]()
}
