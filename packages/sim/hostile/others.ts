// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError, opaque, remove } from '@parsec-bft/core'
import type { Assault } from './assault.ts'
import type { Attack } from './attack.ts'
import type { Member } from './network.ts'
import { deliver } from './wire.ts'

const rounds = 4
/** As many votes as the library lets a peer make before others acknowledge them. */
const votesPerRound = 256

/** Nobody attacks: what the others are compared with. */
export const honestBusyPeer: Attack = {
  name: 'honest',
  what: 'votes and gossips with everybody, as fast as its own library lets it',
  by: 'honest peer',
  bounds: () => ({}),
  *run(assault: Assault): Generator<void> {
    const { network } = assault
    const { peer, id } = network.insider
    for (let round = 0; round < rounds; round++) {
      voteWhilePossible(assault, round)
      for (const member of network.correct) {
        let request: Uint8Array | undefined = peer.createGossip(member.id).toBytes()
        while (request !== undefined) {
          const answer = assault.send(id, member, request)
          request = answer && deliver(peer, member.id, answer)?.toBytes()
        }
      }
      yield
    }
  },
}

function voteWhilePossible(assault: Assault, round: number): void {
  const { peer } = assault.network.insider
  try {
    for (let i = 0; i < assault.scaled(votesPerRound); i++) peer.voteFor(opaque(`${String(round)}/${String(i)}`))
  } catch (error) {
    if (!ParsecError.is(error, 'TooFarAhead')) throw error
  }
}

export const removedPeer: Attack = {
  name: 'removed',
  what: 'the same request, again and again',
  by: 'removed peer',
  bounds: () => ({ cpu: 1, kept: 1, answered: 1, relayed: 1, accusations: 0, delay: 3 }),
  prepare(network) {
    const { insider, correct } = network
    network.voteByAll(remove(insider.id))
    const isMember = ({ peer }: Member): boolean => peer.voters().some((voter) => voter.equals(insider.id))
    while (correct.some(isMember)) network.round()
  },
  *run(assault: Assault): Generator<void> {
    const { insider, correct } = assault.network
    // It does not know that it was removed.
    const request = insider.peer.createGossip(assault.victim.id).toBytes()
    for (let round = 0; round < rounds; round++) {
      // Not fewer in a quick run: a slice a round comes back, however few ask for it.
      for (let i = 0; i < 50; i++) {
        for (const member of correct) assault.send(insider.id, member, request)
      }
      yield
    }
  },
}
