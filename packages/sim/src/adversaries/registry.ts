// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isStrategyName } from '../options/strategy-names.ts'
import type { StrategyName } from '../options/strategy-names.ts'
import { accomplice } from './accomplice.ts'
import { doubleVote } from './double-vote.ts'
import { falseAccuser } from './false-accuser.ts'
import { coinWithheld, coinWrong, malformedParts, wrongRows, wrongValues } from './faulty-keys.ts'
import { forkColluding } from './fork-colluding.ts'
import { forkInitial } from './fork-initial.ts'
import { forkLate } from './fork-late.ts'
import { forkNested } from './fork-nested.ts'
import { forkSimple } from './fork-simple.ts'
import { forkStranding } from './fork-stranding.ts'
import { forkThreeWay } from './fork-three-way.ts'
import { forkTransitive } from './fork-transitive.ts'
import { forkTwoFaced } from './fork-two-faced.ts'
import { forkUnrecorded } from './fork-unrecorded.ts'
import { genesisIncorrect } from './genesis-incorrect.ts'
import { genesisMissing } from './genesis-missing.ts'
import { genesisUnexpected } from './genesis-unexpected.ts'
import { invalidGossipCreator, prematureNewcomer } from './invalid-gossip-creator.ts'
import { invalidRequest } from './invalid-request.ts'
import { invalidResponse } from './invalid-response.ts'
import { malformed } from './malformed.ts'
import { otherParentByItself } from './other-parent-by-itself.ts'
import { refusedDecoy } from './refused-decoy.ts'
import { replay } from './replay.ts'
import { selectivelySilent } from './selectively-silent.ts'
import { selfParentByOther } from './self-parent-by-other.ts'
import { silent } from './silent.ts'
import { slow } from './slow.ts'
import { spam } from './spam.ts'
import type { Strategy } from './strategy.ts'

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
