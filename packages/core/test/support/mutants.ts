// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** A bug that is planted to see whether it is caught. */
export interface Mutant {
  readonly bug: string
  /** In packages/core/src. */
  readonly file: string
  /** Stands there exactly once. */
  readonly find: string
  readonly replacement: string
  /** The script that must fail. */
  readonly script: string
}

function mutants(
  file: string,
  list: readonly [bug: string, find: string, replacement: string, script: string][],
): Mutant[] {
  return list.map(([bug, find, replacement, script]) => ({ bug, file, find, replacement, script }))
}

/** What is detected: with these, some malice goes unpunished. */
export const blindMutants: readonly Mutant[] = [
  ...mutants('malice/detection.ts', [
    [
      'UnexpectedGenesis is not seen',
      'if (votesForGenesis && !(isFounder && isSecond))',
      'if (eventHash.length === 0)',
      'unexpected-genesis-joiner',
    ],
    ["a founder's late Genesis is not seen", '!(isFounder && isSecond)', '!isFounder', 'unexpected-genesis-late'],
    [
      'MissingGenesis is not seen',
      'if (!votesForGenesis && isFounder && isSecond)',
      'if (eventHash.length === 0)',
      'missing-genesis',
    ],
    ['DuplicateVote is not seen', 'if (first !== none) {', 'if (first < none) {', 'duplicate-vote'],
    [
      'InvalidAccusation is not seen',
      "if (faults.length === 0) faults.push({ kind: 'InvalidAccusation'",
      "if (made < 0) faults.push({ kind: 'InvalidAccusation'",
      'invalid-accusation-of-nothing',
    ],
    ['Accomplice is not seen', 'if (unaccused.size > 0) {', 'if (unaccused.size < 0) {', 'accomplice'],
    [
      'an accusation of a refused event is not taken up by others',
      'if (mustBeTold(fact.malice)) this.facts',
      'if (made < 0) this.facts',
      'incorrect-genesis',
    ],
    [
      'all faults of a line are reported',
      'if (this.#faulty.add(creator, x))',
      'if (this.#faulty.add(creator, x) || x > 0)',
      'first-fault-only',
    ],
  ]),
  ...mutants('malice/facts.ts', [
    ['Fork is not seen', 'if (!known.has(point)) proven.push', 'if (point < none) proven.push', 'fork-simple'],
    [
      'proofs are judged by presence, not by ancestry',
      'some((proof) => ancestry.includes(proof)) === true',
      'some((proof) => proof >= 0) === true',
      'invalid-accusation-before-the-proof',
    ],
  ]),
  ...mutants('malice/refusal.ts', [
    [
      'gossip of a peer that one could not know is not seen',
      "if (this.#consensus.lacksAdmission(gossiper, [selfParent, otherParent])) return 'InvalidGossipCreator'",
      '',
      'invalid-gossip-creator',
    ],
    [
      'gossip of a known forker is not seen',
      "if (selfParent !== none && graph.isAwareOfFork(selfParent, gossiper)) return 'InvalidGossipCreator'",
      '',
      'accomplice-once',
    ],
    [
      'OwnForkInAncestry is not seen',
      "return this.#showsOtherBranch(creator, selfParent, otherParent) ? 'OwnForkInAncestry' : undefined",
      'return undefined',
      'fork-own-branch-in-ancestry',
    ],
    ['IncorrectGenesis is not seen', "return 'IncorrectGenesis'", 'return undefined', 'incorrect-genesis'],
    [
      'SelfParentByDifferentCreator is not seen',
      "return 'SelfParentByDifferentCreator'",
      'return undefined',
      'self-parent-by-different-creator',
    ],
    [
      'OtherParentBySameCreator is not seen',
      "return 'OtherParentBySameCreator'",
      'return undefined',
      'other-parent-by-same-creator',
    ],
    [
      'a request that was for somebody else is not seen',
      'return this.#isAddressedTo(otherParent, creator) ? otherParent : none',
      'return otherParent',
      'invalid-request-unasked',
    ],
    [
      'a response that was for somebody else is not seen',
      'return asking !== none && graph.creator[asking] === creator ? request : none',
      'return request',
      'invalid-response-unasked',
    ],
    [
      'a second record of a request is not seen',
      'if (recorded !== none && !this.isRecorded(recorded, selfParent)) return undefined',
      "if (recorded !== none && (kind === 'Request' || !this.isRecorded(recorded, selfParent))) return undefined",
      'invalid-request-answered-twice',
    ],
    [
      'a second record of a response is not seen',
      'if (recorded !== none && !this.isRecorded(recorded, selfParent)) return undefined',
      "if (recorded !== none && (kind === 'Response' || !this.isRecorded(recorded, selfParent))) return undefined",
      'invalid-response-used-twice',
    ],
    [
      'only one branch can have recorded a request',
      'return this.#moreRecorders.get(recorded)?.some((y) => graph.isSelfAncestor(x, y)) === true',
      'return false',
      'fork-records-twice',
    ],
  ]),
  ...mutants('graph/ancestry.ts', [
    [
      'the faults of the branch that came first are the only ones',
      'some((y) => this.#graph.isSelfAncestor(x, y)) === true',
      'some((y) => y <= x) === true',
      'fork-with-faults-on-both-branches',
    ],
  ]),
  ...mutants('consensus/membership.ts', [
    [
      'an addition is taken for known when a supermajority has voted for it at all',
      'admission.voters.includes(voter) && ancestry.includes(carrier)',
      'admission.voters.includes(voter)',
      'invalid-gossip-creator',
    ],
  ]),
  ...mutants('peer/intake.ts', [
    [
      'nobody is accused of an event that was refused',
      'detection.refused(event, creator, malice)',
      '',
      'incorrect-genesis',
    ],
    [
      'a stale other-parent is not reported',
      'if (isStale) report(',
      'if (isStale && index < 0) report(',
      'nobody-overtaking',
    ],
  ]),
  ...mutants('peer/own-events.ts', [
    [
      'evidence is not recorded',
      'if (tip !== undefined) this.#append(',
      'if (tip === none) this.#append(',
      'evidence-recorded',
    ],
    [
      'nobody accuses',
      'of detection.due(this.#lastIndex, otherParent)) {',
      'of detection.due(this.#lastIndex, otherParent).slice(0, 0)) {',
      'fork-simple',
    ],
  ]),
  ...mutants('wire/observation.ts', [
    [
      'an accusation removes nobody',
      "return observation.kind === 'Accusation' ? observation.offender : undefined",
      'return undefined',
      'duplicate-vote',
    ],
  ]),
]

/** What protects correct peers: with these, one of them accuses wrongly, or is accused. */
export const unjustMutants: readonly Mutant[] = [
  ...mutants('malice/detection.ts', [
    [
      'the offender is an accomplice of itself',
      'if (fact.offender === accuser || unaccused.has(fact.charge)) continue',
      'if (unaccused.has(fact.charge)) continue',
      'accomplice-and-offender',
    ],
    [
      'what was accused is accused again',
      'if (!this.#accusations.include(fact.accusation, selfParent)) unaccused',
      'unaccused',
      'fork-simple',
    ],
    [
      'a refused event is accused before its parents are among the ancestors',
      'pending.find(({ fact }) => this.facts.bearsOut(ancestry, fact))',
      'pending.find(({ fact }) => fact.offender >= 0)',
      'evidence-of-refused-event',
    ],
  ]),
  ...mutants('graph/ancestry.ts', [
    [
      'forks are judged by arrival: unknown branches count',
      'if (this.latestOn(lane) === none) continue',
      '',
      'evidence-recorded',
    ],
    [
      'forks are judged by arrival: the first branch always goes on',
      'branch !== none && this.latestOn(laneOf[branch] as number) > branch',
      'branch !== none',
      'nobody-accusation-waits-on-the-other-branch',
    ],
  ]),
  ...mutants('malice/facts.ts', [
    [
      'a refused event that others accuse of is not understood',
      "if ('signedHeader' in malice) return this.#bearsOutRefusal(",
      "if ('signedHeader' in malice && id === '') return this.#bearsOutRefusal(",
      'incorrect-genesis',
    ],
    [
      'what proves the same charge is accused apart',
      'charge: of + accusation.charge',
      "charge: of + maliceText(malice, 'whole')",
      'fork-with-faults-on-both-branches',
    ],
    [
      'whether the accused is a member is judged by decisions, not by ancestry',
      '!this.#showsMember(ancestry, offender)',
      'offender < 0',
      'invalid-accusation-of-a-stranger',
    ],
  ]),
  ...mutants('consensus/membership.ts', [
    [
      'founders must have been added',
      'if (admission === undefined) return !member',
      'if (admission === undefined) return true',
      'nobody-two-in-flight',
    ],
    [
      'who never was a member is removed for good, where the id is known',
      ' || !peers.at(peer).member',
      '',
      'nobody-removed-before-added',
    ],
  ]),
  ...mutants('malice/refusal.ts', [
    [
      'what another branch has recorded counts as recorded',
      'if (graph.creator[first] === graph.creator[x] && graph.isSelfAncestor(x, first)) return true',
      'if (graph.creator[first] === graph.creator[x]) return true',
      'fork-records-twice',
    ],
  ]),
  ...mutants('peer/own-events.ts', [
    [
      'what has decided is not recorded',
      'if (conclusions.unrecorded.every(bearsOut)) return',
      'if (conclusions.unrecorded.length >= 0) return',
      'nobody-newcomer-out-of-the-blue',
    ],
    [
      'accusations come after the sync event',
      'if (isSyncCause(cause.kind)) {',
      "if (cause.kind === 'Requesting') {",
      'fork-simple',
    ],
  ]),
]
