// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isOneThird } from '../base/quorum.ts'
import type { Peer } from './make-peer.ts'

/**
 * What a peer is to its network, as far as it knows itself:
 *
 * - `joining`: it was made with `Parsec.fromExisting`, and nothing has arrived yet.
 * - `replaying`: it goes through the network's history, and is not a member yet.
 * - `participant`: it takes part in key generations, but is not a voter.
 * - `voter`: its votes count.
 * - `listening`: it makes no events, because it was told to listen.
 * - `outdated`: others have events of its that it does not know, so it must not sign any more. It was
 *   started again and has lost what it did last, or somebody else has its key.
 * - `distrusted`: it will be removed, and some peers may not hear it any more: at least a third of
 *   the voters accuse it of provable malice, so at least one correct voter does.
 * - `leaving`: it was removed, but goes on gossiping, because others may need it to learn of the
 *   removal.
 * - `removed`: it was removed, and nobody needs it any more. It can be switched off.
 */
export type PeerStatus =
  'joining' | 'replaying' | 'participant' | 'voter' | 'listening' | 'outdated' | 'distrusted' | 'leaving' | 'removed'

/** What we are to the network. */
export function statusOf<P>(peer: Peer<P>): PeerStatus {
  const { consensus, ourIndex, gossip, own, reception } = peer
  const { state, removed } = consensus.peers.at(ourIndex)
  if (removed) return gossip.recipients().length > 0 ? 'leaving' : 'removed'
  if (reception.unknownOwnEvent !== undefined) return 'outdated'
  if (areWeAccused(peer)) return 'distrusted'
  if (own.isSilent) return 'listening'
  if (state.vote) return 'voter'
  if (state.dkg) return 'participant'
  return consensus.graph.size === 0 ? 'joining' : 'replaying'
}

/** Do at least a third of the voters accuse us of malice that a graph can prove? */
function areWeAccused<P>({ consensus, detection, ourIndex }: Peer<P>): boolean {
  const { voters } = consensus.election
  const accusers = detection.accusersOf(consensus.peers.at(ourIndex).id)
  return accusers.size > 0 && isOneThird(voters.filter((voter) => accusers.has(voter)).length, voters.length)
}
